"""What a kind of figure, table or claim is: the module that makes it and the options it takes.

The registries are dictionaries of these, so that a declaration is checked without importing pandas or matplotlib.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from labreport.errors import DeclarationError


@dataclass(frozen=True)
class Kind:
    """A kind that a report's YAML may name.

    Options are named as they stand in YAML, with one exception: `experiments` in `required` or `optional` admits
    `part` in its place, because a part is replaced by the list of its experiments before the kind sees it.

    Attributes:
        target: dotted name of the module that makes it; imported only when it is made.
        required: names of options that must be there.
        optional: names of options that may be there.
        choices: option name -> its allowed values; an option that is not here takes any value of its type.
        single: whether `experiments` must name exactly one experiment.
        experiment_options: options whose value is the name of one experiment (such as a claim's `faster`).
    """

    target: str
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    single: bool = False
    experiment_options: frozenset[str] = frozenset()

    @property
    def options(self) -> frozenset[str]:
        """Every option the kind takes."""
        return self.required | self.optional


def load_kind(target: str, kinds: Mapping[str, Kind]) -> Any:
    """Import the module of a kind.

    Args:
        target: its dotted name, as a spec has it.
        kinds: the registry it must stand in.

    Raises:
        DeclarationError: no kind in the registry has this target.
    """
    if target not in {kind.target for kind in kinds.values()}:
        known = ", ".join(kind.target for kind in kinds.values())
        raise DeclarationError(f"target: {target!r} is none of the kinds; allowed: {known}")
    return importlib.import_module(target)
