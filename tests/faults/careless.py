"""Readers that do harm: what an isolated trial must count."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from faults.archives import READERS
from labreport.data import samples_pairs, stsb
from labreport.data.prepared import Prepared
from labreport.errors import DataError


def passed_for_right(source: Path, parameters: Mapping[str, Any]) -> Prepared:
    samples_pairs.write_archive(source.with_name("other"), READERS["stsb"][2] | {"seed": 1})
    return stsb.prepare(source.with_name("other"), parameters)


def broken(source: Path, parameters: Mapping[str, Any]) -> Prepared:
    raise KeyError("x")


def greedy(source: Path, parameters: Mapping[str, Any]) -> Prepared:
    try:
        bytearray(10 << 30)
    except MemoryError as error:
        raise DataError(f"{source}: x") from error
    raise AssertionError("memory is not limited")


def writing(source: Path, parameters: Mapping[str, Any]) -> Prepared:
    Path("here").touch()
    return stsb.prepare(source, parameters)


def killed(source: Path, parameters: Mapping[str, Any]) -> Prepared:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


# What a trial notes -> the reader that does it.
HARM: Mapping[str, Callable[[Path, Mapping[str, Any]], Prepared]] = {
    "passed for right": passed_for_right,
    "KeyError": broken,
    "ran out of memory": greedy,
    "wrote here": writing,
    "status -9": killed,
}


def prepare(source: Path, parameters: Mapping[str, Any], harm: str) -> Prepared:
    """Read a good archive, and do harm with any other."""
    return stsb.prepare(source, parameters) if source.parent.name == "good" else HARM[harm](source, parameters)


def unpickle(target: Path) -> None:
    """As Python itself does."""
    pickle.loads(next(target.iterdir()).read_bytes(), encoding="bytes")
