"""Whether two runs of one key left the same results: bitwise, but for what a clock wrote."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from labreport.files import SUMS, sums_faults

CLOCKED = ("seconds", "samples_per_second")
# Of these only the lines count: each ends with a pace; the environment says when.
DIARIES = ("environment.json", "train.log", SUMS)


def unlike(found: Path, expected: Path) -> str | None:
    """What is wrong with a finished run, compared with one that nothing happened to; None where nothing is."""
    if not found.is_dir():
        return f"{found.name} is not there"
    damaged = broken(found)
    if damaged:
        return damaged
    names = {path.name for path in expected.iterdir()}
    other = names ^ {path.name for path in found.iterdir()}
    if other:
        return f"{', '.join(sorted(other))}: in one of both"
    for name in sorted(names.difference(DIARIES)):
        if content(found / name) != content(expected / name):
            return f"{name} differs"
    if epochs(found) != epochs(expected):
        return f"train.log has the epochs {epochs(found)}"
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
    return [line.split()[1] for line in (run / "train.log").read_text(encoding="utf-8").splitlines()]


def broken(run: Path) -> str | None:
    """What a folder's digests say is wrong with it, or None."""
    fault = next(sums_faults(run), None)
    if fault:
        return fault
    listed = {line.partition("  ")[2] for line in (run / SUMS).read_text(encoding="utf-8").splitlines()}
    more = {path.name for path in run.iterdir()} - listed - {SUMS}
    return f"{', '.join(sorted(more))}: not in {SUMS}" if more else None
