"""From which state of the project, and when, a document was written."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labreport.errors import ResultsError


@dataclass(frozen=True)
class Provenance:
    """The state a document was written from.

    Attributes:
        commit: short hash, with `+` where tracked files had been changed; empty outside a git checkout.
        date: the day on which the newest run finished, `YYYY-MM-DD`, UTC.
        epoch: the same moment in seconds since 1970, which makes the PDF reproducible.
    """

    commit: str
    date: str
    epoch: int


def provenance(
    folder: Path | str = ".", environ: Mapping[str, str] | None = None, measured: Iterable[str] = ()
) -> Provenance:
    """The commit of `folder`, and the day of what is reported.

    Args:
        folder: a git checkout or any other folder.
        environ: the environment; None is this process's.
        measured: when each run and measurement of the document finished, ISO 8601; empty texts do not count.

    Returns:
        The date is SOURCE_DATE_EPOCH, else the newest of `measured`, else the commit's, else now. So the same results
        give the same document, whatever has been committed since.

    Raises:
        ResultsError: one of `measured` is no time.
    """
    environ = os.environ if environ is None else environ
    commit = _git(folder, "rev-parse", "--short", "HEAD")
    if commit and _git(folder, "status", "--porcelain", "--untracked-files=no"):
        commit += "+"
    stated = environ.get("SOURCE_DATE_EPOCH", "") or _newest(measured)
    stated = stated or (_git(folder, "show", "-s", "--format=%ct") if commit else "")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated.isdecimal() else datetime.now(UTC)
    return Provenance(commit, f"{moment:%Y-%m-%d}", int(moment.timestamp()))


def _newest(measured: Iterable[str]) -> str:
    """Seconds since 1970 of the latest time; empty where there is none."""
    moments = []
    for text in filter(None, measured):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ResultsError(f"environment.json: finished: {text!r} is no time of ISO 8601") from None
        moments.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return str(int(max(moments).timestamp())) if moments else ""


def _git(folder: Path | str, *arguments: str) -> str:
    """What git prints, stripped; empty where git is missing or refuses."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
