"""Whether two makings of one key left the same: bitwise, but for what a clock wrote."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from faults.reference import Work, reference
from labreport.files import SUMS, files_below, summed, sums_faults
from labreport.machine.outcome import is_receipted

CLOCKED = ("seconds", "samples_per_second")
# Of these only the lines count: each ends with a pace; the others say when something was made.
LOG = "train.log"
DIARIES = ("environment.json", "made.json", LOG)


def made_unlike(work: Work, root: Path) -> str | None:
    """What is wrong with all that a job left in a project, compared with the reference; None where nothing is."""
    for name in work.made:
        if name.endswith(".done"):
            wrong = None if is_receipted(root / work.out) else "has no receipt that tells what it holds"
        else:
            wrong = unlike(root / name, reference().root / name)
        if wrong:
            return f"{work.step}: {name}: {wrong}"
    return None


def unlike(found: Path, expected: Path) -> str | None:
    """What is wrong with a folder or a file, compared with one that nothing happened to; None where nothing is."""
    if not found.exists():
        return f"{found.name} is not there"
    if expected.is_file():
        return None if content(found) == content(expected) else f"{found.name} differs"
    if (expected / SUMS).is_file() and (damaged := broken(found)):
        return damaged
    names = set(files_below(expected))
    if other := names ^ set(files_below(found)):
        return f"{', '.join(sorted(other))}: in one of both"
    for name in sorted(names.difference(DIARIES)):
        if content(found / name) != content(expected / name):
            return f"{name} differs"
    if LOG in names and epochs(found) != epochs(expected):
        return f"{LOG} has the epochs {epochs(found)}"
    return None


def content(path: Path) -> Any:
    """What is in a file, without what a clock wrote."""
    if path.name == "summary.json":
        return {name: value for name, value in json.loads(path.read_bytes()).items() if name not in CLOCKED}
    if path.name == "metrics.csv":
        with open(path, encoding="utf-8", newline="") as file:
            return [{name: value for name, value in row.items() if name not in CLOCKED} for row in csv.DictReader(file)]
    return path.read_bytes()


def epochs(run: Path) -> list[str]:
    """The epochs that `train.log` tells of, in its order."""
    return [line.split()[1] for line in (run / LOG).read_text(encoding="utf-8").splitlines()]


def broken(folder: Path) -> str | None:
    """What a folder's digests say is wrong with it, or None."""
    if fault := next(sums_faults(folder), None):
        return fault
    more = set(files_below(folder)) - set(summed(folder) or ())
    return f"{', '.join(sorted(more))}: not in {SUMS}" if more else None
