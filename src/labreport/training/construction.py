"""From the names in a spec to a task, a model, an optimizer and a schedule."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn
from torch.optim import lr_scheduler

from labreport.errors import TrainingError
from labreport.loading import load_class
from labreport.training.task import Task

Schedule = lr_scheduler.LRScheduler | lr_scheduler.ReduceLROnPlateau
OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": torch.optim.SGD,
    "Adam": torch.optim.Adam,
    "AdamW": torch.optim.AdamW,
    "RMSprop": torch.optim.RMSprop,
}
FUSED = frozenset({"SGD", "Adam", "AdamW"})
SCHEDULES: Mapping[str, Callable[..., Schedule]] = {
    "CosineAnnealingLR": lr_scheduler.CosineAnnealingLR,
    "MultiStepLR": lr_scheduler.MultiStepLR,
    "ReduceLROnPlateau": lr_scheduler.ReduceLROnPlateau,
    "StepLR": lr_scheduler.StepLR,
}


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
        facts: what the data say: `classes`, `channels` and `size` of images, `vocabulary`, `length`, `vectors`, and
            `weights` to start from; each is passed where the constructor takes it.

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
        return OPTIMIZERS[name](list(parameters), lr=learning_rate, **form, **declared.get("parameters", {}))
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: two forms at once, such as foreach and fused
        raise TrainingError(f"optimizer {name}: {error}") from error


def build_schedule(declared: Mapping[str, Any] | None, optimizer: torch.optim.Optimizer) -> Schedule | None:
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
        return SCHEDULES[name](optimizer, **declared.get("parameters", {}))
    except (TypeError, ValueError) as error:
        raise TrainingError(f"schedule {name}: {error}") from error
