"""From the names in a spec to a model and an optimizer."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn

from labreport.errors import TrainingError

PACKAGE = "labreport."
FUSED = {"SGD", "Adam", "AdamW"}
OPTIMIZERS = FUSED | {"RMSprop"}


def load_class(target: str) -> type[nn.Module]:
    """Import a model's class.

    Args:
        target: "labreport.package.module:Class".

    Raises:
        TrainingError: no such class in this package.
    """
    module, _, name = target.partition(":")
    if not module.startswith(PACKAGE):
        raise TrainingError(f"model: found {target!r}, allowed is a class of this package, {PACKAGE}module:Class")
    try:
        model_class: type[nn.Module] = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise TrainingError(f"model: {target}: {error}") from error
    return model_class


def build_model(target: str, parameters: Mapping[str, Any], facts: Mapping[str, int | None]) -> nn.Module:
    """Construct a model.

    Args:
        target: as in `load_class`.
        parameters: the constructor's arguments.
        facts: what the data say, such as `classes` and `vocabulary`; each is passed where the constructor takes it.

    Raises:
        TrainingError: no such class in this package, or parameters that it does not take.
    """
    model_class = load_class(target)
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
