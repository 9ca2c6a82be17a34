"""One run: from a spec and prepared data to a model, trained, and its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from labreport.data.arrays import Prepared
from labreport.errors import TrainingError
from labreport.training.augmentation import augmentations
from labreport.training.batches import Batches, Split
from labreport.training.construction import build_model, build_optimizer, build_schedule, build_task
from labreport.training.loop import NotFinite, fit
from labreport.training.progress import Progress
from labreport.training.record import RunRecord

EVALUATION_BATCH = 256
FILTERS = "filters.npy"


def train_run(
    spec: Mapping[str, Any],
    prepared: Prepared,
    device: torch.device,
    record: RunRecord,
    name: str,
    key: str,
    say: Callable[[str], None] = print,
    vectors: np.ndarray | None = None,
) -> None:
    """Train what `spec` describes and complete `record`.

    Args:
        spec: a run's spec.
        prepared: its data.
        device: where everything happens.
        record: takes epochs, summary and tables.
        name: the experiment's, for messages and the summary.
        key: the run's, for the summary.
        say: takes a line per epoch.
        vectors: float32 (vocabulary, dimensions), for a model that takes them.

    Raises:
        TrainingError: a setting that is not known, a loss that is not finite, or too little memory on the device.
    """
    try:
        _train_run(spec, prepared, device, record, name, key, say, vectors)
    except NotFinite as error:
        raise TrainingError(
            f"{name}: {error}; a lower learning_rate than {spec['training']['learning_rate']} may help. "
            f"What was measured before stands in {record.part}; "
            f"another attempt moves it to {record.part.name}.1 (or .2, ...)"
        ) from error
    except torch.OutOfMemoryError as error:
        raise TrainingError(
            f"{name}: {device} has too little memory for batch_size {spec['training']['batch_size']}; lower "
            f"batch_size or the model's size, free the device, or train with --device cpu ({error})"
        ) from error


def _train_run(
    spec: Mapping[str, Any],
    prepared: Prepared,
    device: torch.device,
    record: RunRecord,
    name: str,
    key: str,
    say: Callable[[str], None],
    vectors: np.ndarray | None,
) -> None:
    settings = spec["training"]
    task = build_task(spec["task"]["target"], prepared.classes, settings["loss"])
    torch.manual_seed(spec["seed"])  # initialisation and dropout, on every device
    model = place_model(spec, prepared, device, vectors)
    optimizer = build_optimizer(settings["optimizer"], settings["learning_rate"], trained(model))
    schedule = build_schedule(settings.get("schedule"), optimizer)
    train, validation, test = place_data(spec, prepared, device)
    epochs = settings["epochs"]
    batches = sum(len(split) for split in (train, validation, test) if split is not None)
    progress = Progress(name, epochs * batches)
    autocast = torch.bfloat16 if settings["precision"] == "bf16" and device.type == "cuda" else None
    best, tally = None, None
    for epoch in fit(model, task, train, validation, optimizer, epochs, autocast, progress.tick, schedule, test):
        progress.clear()
        say(f"{name}  {record.epoch(epoch)}")
        if test is None:
            tally = epoch.tally
        elif best is None or epoch.val_metrics[task.metric] > best:
            best, tally = epoch.val_metrics[task.metric], epoch.test_tally
    facts = {
        "experiment": name,
        "seed": spec["seed"],
        "key": key,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_samples": len(train.split),
        "val_samples": len(validation.split),
        "classes": prepared.classes,
        "steps": epochs * len(train),
    }
    if test is not None:
        facts["test_samples"] = len(test.split)
    kernels = first_filters(model)
    if kernels is not None:
        record.array(FILTERS, kernels)
    record.finish(facts, task.metric, task.tables(tally))


def trained(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that training changes: a frozen embedding is none of them."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def first_filters(model: nn.Module) -> np.ndarray | None:
    """Weights of the model's first convolution, float32 (out, in, h, w); None where it has none."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            weights: np.ndarray = module.weight.detach().float().cpu().contiguous().numpy()
            return weights
    return None


def place_model(
    spec: Mapping[str, Any], prepared: Prepared, device: torch.device, vectors: np.ndarray | None = None
) -> nn.Module:
    """The model of a spec, initialised on the CPU so that its start is the same on every device."""
    facts: dict[str, Any] = {"classes": len(prepared.classes)}
    facts["vocabulary"] = None if prepared.vocabulary is None else len(prepared.vocabulary)
    facts["vectors"] = None if vectors is None else torch.from_numpy(vectors)
    model = build_model(spec["model"]["target"], spec["model"]["parameters"], facts)
    if prepared.train_inputs.ndim == 4:
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.to(device)


def place_data(
    spec: Mapping[str, Any], prepared: Prepared, device: torch.device
) -> tuple[Batches, Batches, Batches | None]:
    """Batches for training, shuffled and augmented, for validation and for the test.

    Validation is the split that the data set has for it; where there is none it is the test split, and no other test.
    """
    settings = spec["training"]
    normalize, augment = settings.get("normalize"), augmentations(settings.get("augment", []))
    splits = {split: Split.place(*prepared.arrays(split), device) for split in prepared.splits}
    evaluated = [
        Batches(splits[split], max(EVALUATION_BATCH, settings["batch_size"]), None, normalize)
        for split in prepared.splits[1:]
    ]
    train = Batches(splits["train"], settings["batch_size"], spec["seed"], normalize, augment)
    return train, evaluated[0], evaluated[1] if len(evaluated) > 1 else None
