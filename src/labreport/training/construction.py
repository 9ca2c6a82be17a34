"""From the names in a spec to a task, a model, an optimizer and a schedule."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from labreport.errors import TrainingError
from labreport.training.task import Task

PACKAGE = "labreport."
FUSED = {"SGD", "Adam", "AdamW"}
OPTIMIZERS = FUSED | {"RMSprop"}
SCHEDULES = {"CosineAnnealingLR", "MultiStepLR", "ReduceLROnPlateau", "StepLR"}


def load_class(target: str, what: str = "model") -> type[Any]:
    """Import a class of this package.

    Args:
        target: "labreport.package.module:Class".
        what: model or task, for messages.

    Raises:
        TrainingError: no such class in this package.
    """
    module, _, name = target.partition(":")
    if not module.startswith(PACKAGE):
        raise TrainingError(f"{what}: found {target!r}, allowed is a class of this package, {PACKAGE}module:Class")
    try:
        found: type[Any] = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise TrainingError(f"{what}: {target}: {error}") from error
    return found


def build_task(target: str, classes: list[str], loss: Mapping[str, Any]) -> Task:
    """Construct a task.

    Args:
        target: as in `load_class`.
        classes: the classes' names.
        loss: {"name": "cross_entropy", "parameters": {...}}.

    Raises:
        TrainingError: no such class in this package, or a loss or data that it does not take.
    """
    task: Task = load_class(target, "task")(classes, loss)
    return task


def build_model(target: str, parameters: Mapping[str, Any], facts: Mapping[str, Any]) -> nn.Module:
    """Construct a model.

    Args:
        target: as in `load_class`.
        parameters: the constructor's arguments.
        facts: what the data say: `classes`, `vocabulary`, `vectors`; each is passed where the constructor takes it.

    Raises:
        TrainingError: no such class in this package, or parameters that it does not take.
    """
    model_class: type[nn.Module] = load_class(target)
    signature = inspect.signature(model_class)
    arguments = {key: value for key, value in facts.items() if key in signature.parameters} | dict(parameters)
    try:
        signature.bind(**arguments)
        return model_class(**arguments)
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: a layer of negative size
        raise TrainingError(f"model {target}: {error}; it takes {', '.join(signature.parameters)}") from error


def build_optimizer(
    declared: Mapping[str, Any], learning_rate: float, parameters: Iterable[nn.Parameter]
) -> torch.optim.Optimizer:
    """An optimizer of `torch.optim` by name, in its fused form where it has one, else over lists of tensors.

    Args:
        declared: {"name": "Adam", "parameters": {...}}.
        learning_rate: its `lr`.
        parameters: what it updates.

    Raises:
        TrainingError: a name that is not known, or parameters that it does not take.
    """
    name = declared["name"]
    if name not in OPTIMIZERS:
        raise TrainingError(f"optimizer: found {name!r}, allowed are {', '.join(sorted(OPTIMIZERS))}")
    form = {"fused": True} if name in FUSED else {"foreach": True}
    try:
        optimizer: torch.optim.Optimizer = getattr(torch.optim, name)(
            list(parameters), lr=learning_rate, **form, **declared.get("parameters", {})
        )
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: two forms at once, such as foreach and fused
        raise TrainingError(f"optimizer {name}: {error}") from error
    return optimizer


def build_schedule(
    declared: Mapping[str, Any] | None, optimizer: torch.optim.Optimizer
) -> lr_scheduler.LRScheduler | lr_scheduler.ReduceLROnPlateau | None:
    """A class of `torch.optim.lr_scheduler` by name, stepped once per epoch.

    Args:
        declared: {"name": "ReduceLROnPlateau", "parameters": {...}}; None leaves the learning rate as it is.
        optimizer: whose learning rate it changes.

    Raises:
        TrainingError: a name that is not known, or parameters that it does not take.
    """
    if declared is None:
        return None
    name = declared["name"]
    if name not in SCHEDULES:
        raise TrainingError(f"schedule: found {name!r}, allowed are {', '.join(sorted(SCHEDULES))}")
    try:
        schedule: lr_scheduler.LRScheduler = getattr(lr_scheduler, name)(optimizer, **declared.get("parameters", {}))
    except (TypeError, ValueError) as error:
        raise TrainingError(f"schedule {name}: {error}") from error
    return schedule
