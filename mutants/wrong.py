"""Errors of science that are made by name, each as one change of the code: `wrong.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from mutants.changes import Mutant
from mutants.scope import SOURCES

WRONG = Path(__file__).with_name("wrong.yaml")


@dataclass(frozen=True)
class Wrong:
    """An error that tests must catch.

    Attributes:
        error: what is wrong then, in words.
        mutant: the module with the error.
        tests: files and folders.
    """

    error: str
    mutant: Mutant
    tests: tuple[str, ...]


def errors(path: Path = WRONG) -> Iterator[Wrong]:
    """The errors of a file.

    Raises:
        ValueError: what is to be changed does not stand just once in its module.
    """
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        module, before = entry["module"], entry["before"]
        source = (SOURCES / module).read_text(encoding="utf-8")
        if (count := source.count(before)) != 1:
            raise ValueError(f"{path.name}: {entry['error']}: {module} has {count} times what is changed: {before}")
        start = source[: source.index(before)].count("\n") + 1
        lines = frozenset(range(start, start + before.count("\n") + 1))
        changed = source.replace(before, entry["after"])
        yield Wrong(entry["error"], Mutant(module, "", before, entry["after"], lines, changed), tuple(entry["tests"]))
