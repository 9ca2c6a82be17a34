"""One run: from a spec and prepared data to a model, trained, and its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from labreport.data.arrays import Prepared
from labreport.errors import TrainingError
from labreport.training.augmentation import augmentations
from labreport.training.batches import Batches, Split
from labreport.training.classification import Classification
from labreport.training.construction import build_model, build_optimizer
from labreport.training.loop import NotFinite, fit
from labreport.training.progress import Progress
from labreport.training.record import RunRecord

EVALUATION_BATCH = 256
TASKS = {"classification": Classification}


def train_run(
    spec: Mapping[str, Any],
    prepared: Prepared,
    device: torch.device,
    record: RunRecord,
    name: str,
    key: str,
    say: Callable[[str], None] = print,
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

    Raises:
        TrainingError: a setting that is not known, a loss that is not finite, or too little memory on the device.
    """
    try:
        _train_run(spec, prepared, device, record, name, key, say)
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
) -> None:
    settings = spec["training"]
    if settings["task"] not in TASKS:
        raise TrainingError(f"task: found {settings['task']!r}, allowed are {', '.join(sorted(TASKS))}")
    task = TASKS[settings["task"]](prepared.classes, settings["loss"])
    torch.manual_seed(spec["seed"])  # initialisation and dropout, on every device
    model = place_model(spec, prepared, device)
    optimizer = build_optimizer(settings["optimizer"], settings["learning_rate"], model.parameters())
    train, validation = place_data(spec, prepared, device)
    epochs = settings["epochs"]
    progress = Progress(name, epochs * (len(train) + len(validation)))
    autocast = torch.bfloat16 if settings["precision"] == "bf16" and device.type == "cuda" else None
    for epoch in fit(model, task, train, validation, optimizer, epochs, autocast, progress.tick):
        progress.clear()
        say(f"{name}  {record.epoch(epoch)}")
        tally = epoch.tally
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
    record.finish(facts, task.metric, task.tables(tally))


def place_model(spec: Mapping[str, Any], prepared: Prepared, device: torch.device) -> nn.Module:
    """The model of a spec, initialised on the CPU so that its start is the same on every device."""
    vocabulary = None if prepared.vocabulary is None else len(prepared.vocabulary)
    facts = {"classes": len(prepared.classes), "vocabulary": vocabulary}
    model = build_model(spec["model"]["target"], spec["model"]["parameters"], facts)
    if prepared.train_inputs.ndim == 4:
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.to(device)


def place_data(spec: Mapping[str, Any], prepared: Prepared, device: torch.device) -> tuple[Batches, Batches]:
    """Batches for training, shuffled and augmented, and for validation, which is the test split."""
    settings = spec["training"]
    train = Split.place(prepared.train_inputs, prepared.train_labels, prepared.train_lengths, device)
    test = Split.place(prepared.test_inputs, prepared.test_labels, prepared.test_lengths, device)
    normalize, augment = settings.get("normalize"), augmentations(settings.get("augment", []))
    return (
        Batches(train, settings["batch_size"], spec["seed"], normalize, augment),
        Batches(test, max(EVALUATION_BATCH, settings["batch_size"]), None, normalize),
    )
