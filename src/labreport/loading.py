"""From names in a spec to classes and modules: the one place that imports what no statement names.

A key follows code by the names that stand in it (`labreport.artifacts.code`); it cannot follow these, and need not:
each `target` in a spec is a root of the key itself.
"""

import importlib
from types import ModuleType
from typing import Any

from labreport.errors import TrainingError

PACKAGE = "labreport."


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


def load_module(target: str, what: str) -> ModuleType:
    """Import a module of this package.

    Args:
        target: "labreport.package.module".
        what: it is, for messages.

    Raises:
        TrainingError: no such module in this package.
    """
    if not target.startswith(PACKAGE):
        raise TrainingError(f"{what}: found {target!r}, allowed is a module of this package")
    try:
        return importlib.import_module(target)
    except ModuleNotFoundError as error:
        raise TrainingError(f"{what}: {target}: {error}") from error
