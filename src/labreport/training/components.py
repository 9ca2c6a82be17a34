"""What a run is trained with, and its state between two epochs: all that decides how it goes on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from labreport.data.prepared import Prepared
from labreport.streams import stream
from labreport.training.augmentation import augmentations
from labreport.training.batches import Batches, Split
from labreport.training.construction import Schedule, build_model, build_optimizer, build_schedule
from labreport.training.seeds import seed_generators

EVALUATION_BATCH = 256


@dataclass(frozen=True)
class Components:
    """A model with its optimizer and schedule, and the batches of its data, all on one device.

    Attributes:
        seed: of the run.
        device: where everything happens.
        model: as it is now.
        optimizer: over the parameters that training changes.
        schedule: of the learning rate, if it changes.
        train: shuffled and augmented batches.
        validation: batches in a fixed order.
        test: the same of a test split beside the validation; None where there is none.
        seen: the training samples in a fixed order, as they are: what the model has learned by heart.
    """

    seed: int
    device: torch.device
    model: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: Schedule | None
    train: Batches
    validation: Batches
    test: Batches | None
    seen: Batches

    @classmethod
    def build(
        cls,
        spec: Mapping[str, Any],
        prepared: Prepared,
        splits: Mapping[str, Split],
        vectors: np.ndarray | None,
        device: torch.device,
        weights: Mapping[str, Tensor] | None = None,
    ) -> Components:
        """The components of a run before its first epoch; seeds every generator.

        Args:
            spec: a run's.
            prepared: its data.
            splits: the same on the device.
            vectors: float32 (vocabulary, dimensions), for a model that takes them.
            device: where the splits are.
            weights: by name, for a model that starts from them.

        Raises:
            TrainingError: a setting that is not known, or weights of another network.
        """
        settings = spec["training"]
        seed_generators(spec["seed"])
        model = place_model(spec, prepared, device, vectors, weights)
        optimizer = build_optimizer(settings["optimizer"], settings["learning_rate"], trained(model))
        schedule = build_schedule(settings.get("schedule"), optimizer)
        train, seen, validation, *others = batches(spec, splits)
        test = others[0] if others else None
        return cls(spec["seed"], device, model, optimizer, schedule, train, validation, test, seen)

    @property
    def batches_per_epoch(self) -> int:
        """Batches of training and of the evaluation after it."""
        return sum(len(some) for some in (self.train, self.validation, self.test) if some is not None)

    def state_dict(self) -> dict[str, Any]:
        """All that decides how training goes on, as tensors, numbers and texts; its tensors are the ones in use."""
        return {
            "device": self.device.type,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": None if self.schedule is None else self.schedule.state_dict(),
            "batches": {name: generator.get_state() for name, generator in self.train.generators.items()},
            "generators": _generators(),
            "cuda": torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None,
        }

    def load_state_dict(self, state: Mapping[str, Any], epoch: int) -> None:
        """Go on from a state.

        On another sort of device than it was taken on, its generators there begin streams of their own.

        Args:
            state: as `state_dict` gives it.
            epoch: after which it was taken.
        """
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.schedule is not None:
            self.schedule.load_state_dict(state["schedule"])
        moved = state["device"] != self.device.type
        for name, generator in self.train.generators.items():
            if moved and name != "order":  # the order is always drawn on the CPU
                generator.manual_seed(stream(self.seed, name, epoch))
            else:
                generator.set_state(state["batches"][name])
        _restore_generators(state["generators"])
        if self.device.type == "cuda":
            if moved:
                with torch.cuda.device(self.device):  # it seeds the current one
                    torch.cuda.manual_seed(stream(self.seed, "model", epoch))
            else:
                torch.cuda.set_rng_state(state["cuda"], self.device)


def _generators() -> dict[str, Any]:
    """The states of the process's generators on the CPU."""
    version, words, gauss = random.getstate()
    _, keys, *rest = np.random.get_state(legacy=True)
    return {
        "torch": torch.get_rng_state(),
        "python": [version, list(words), gauss],
        "numpy": [torch.from_numpy(np.asarray(keys, np.int64)), *rest],
    }


def _restore_generators(states: Mapping[str, Any]) -> None:
    torch.set_rng_state(states["torch"])
    version, words, gauss = states["python"]
    random.setstate((version, tuple(words), gauss))
    keys, *rest = states["numpy"]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), *rest))


def place_model(
    spec: Mapping[str, Any],
    prepared: Prepared,
    device: torch.device,
    vectors: np.ndarray | None = None,
    weights: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """The model of a spec, initialised on the CPU so that its start is the same on every device."""
    facts: dict[str, Any] = {"classes": len(prepared.classes)}
    if prepared.vocabulary is None:
        facts |= {"channels": prepared.train_inputs.shape[1], "size": prepared.train_inputs.shape[-1]}
    else:
        facts |= {"vocabulary": len(prepared.vocabulary), "length": prepared.train_inputs.shape[-1]}
    facts |= {"vectors": None if vectors is None else torch.from_numpy(vectors), "weights": weights}
    model = build_model(spec["model"]["target"], spec["model"]["parameters"], facts)
    if prepared.train_inputs.ndim == 4:
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.to(device)


def place_data(prepared: Prepared, device: torch.device) -> dict[str, Split]:
    """All splits of prepared data on a device, by name."""
    return {split: Split.place(*prepared.arrays(split), device) for split in prepared.splits}


def batches(spec: Mapping[str, Any], splits: Mapping[str, Split]) -> list[Batches]:
    """Batches for training, shuffled and augmented, then in a fixed order those samples, validation and test.

    Validation is the split that the data set has for it; where there is none it is the test split, and no other test.
    """
    settings = spec["training"]
    normalize, augment = settings.get("normalize"), augmentations(settings.get("augment", []))
    names = list(splits)
    train = Batches(splits[names[0]], settings["batch_size"], spec["seed"], normalize, augment)
    size = max(EVALUATION_BATCH, settings["batch_size"])
    return [train, *(Batches(splits[name], size, None, normalize) for name in names)]


def trained(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that training changes: a frozen embedding is none of them."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
