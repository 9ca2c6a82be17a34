"""How the attempt at a run ended: the one file that Snakemake waits for.

The run's folder is no output that Snakemake knows, so that it never deletes any of it. Planning reads these files.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from labreport.files import read_json, write_json

Status = Literal["finished", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: "finished", the run's folder is complete; "failed", the run failed by itself, and the others go on.
        message: why it failed; empty for a finished run.
        at: when, ISO 8601 in UTC.
        again: whether another attempt may end otherwise, as after too little memory on a device that others use, too.
    """

    status: Status
    message: str
    at: str
    again: bool = False


def write_outcome(path: Path | str, status: Status, message: str = "", again: bool = False) -> Outcome:
    """Write how an attempt ended just now, atomically."""
    outcome = Outcome(status, message, datetime.now(UTC).isoformat(timespec="seconds"), again)
    write_json(path, asdict(outcome))
    return outcome


def read_outcome(path: Path | str) -> Outcome | None:
    """How an attempt ended; None where no readable outcome is, so that a damaged one only costs another attempt."""
    try:
        value = read_json(path)
        outcome = Outcome(**value)
    except (OSError, ValueError, TypeError):
        return None
    texts = all(isinstance(text, str) for text in (outcome.message, outcome.at))
    return outcome if outcome.status in get_args(Status) and texts and isinstance(outcome.again, bool) else None


def failure(path: Path | str) -> str | None:
    """Why the last attempt failed; None where it finished, was interrupted, or there was none."""
    outcome = read_outcome(path)
    return outcome.message if outcome and outcome.status == "failed" else None


def is_final(path: Path | str) -> bool:
    """Whether the last attempt failed, and another one would, too."""
    outcome = read_outcome(path)
    return outcome is not None and outcome.status == "failed" and not outcome.again
