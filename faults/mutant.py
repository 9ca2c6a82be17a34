"""A file of config/ and what it holds now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from benchmarks.project import ROOT

FILES = sorted(str(path.relative_to(ROOT / "config")) for path in (ROOT / "config").rglob("*.yaml"))


@dataclass(frozen=True)
class Mutant:
    """A file of config/ and what it holds now.

    Attributes:
        file: its path below config/.
        content: its bytes; None where it is gone.
        change: what was done, in words.
    """

    file: str
    content: bytes | None
    change: str


@cache
def original(file: str) -> bytes:
    """The bytes of a file below config/."""
    return (ROOT / "config" / file).read_bytes()


@cache
def parsed(file: str) -> Any:
    """The value in a file below config/."""
    return yaml.safe_load(original(file))
