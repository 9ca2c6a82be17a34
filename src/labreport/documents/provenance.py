"""From which state of the project, and when, a document was written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Provenance:
    """The state a document was written from.

    Attributes:
        commit: short hash, with `+` where tracked files had been changed; empty outside a git checkout.
        date: a day, `YYYY-MM-DD`, UTC.
        epoch: the same moment in seconds since 1970, which makes the PDF reproducible.
    """

    commit: str
    date: str
    epoch: int


def provenance(folder: Path | str = ".", environ: Mapping[str, str] | None = None) -> Provenance:
    """The commit of `folder`; the date is SOURCE_DATE_EPOCH, else the commit's, else now."""
    environ = os.environ if environ is None else environ
    commit = _git(folder, "rev-parse", "--short", "HEAD")
    if commit and _git(folder, "status", "--porcelain", "--untracked-files=no"):
        commit += "+"
    stated = environ.get("SOURCE_DATE_EPOCH", "") or (_git(folder, "show", "-s", "--format=%ct") if commit else "")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated.isdecimal() else datetime.now(UTC)
    return Provenance(commit, f"{moment:%Y-%m-%d}", int(moment.timestamp()))


def _git(folder: Path | str, *arguments: str) -> str:
    """What git prints, stripped; empty where git is missing or refuses."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
