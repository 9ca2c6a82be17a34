"""Whether what is there was made from what is there now, and time stamps that tell Snakemake so.

A key names all that something is made from but what runs and measurements hold. Each folder states of which contents it
was made; by that, not by time stamps, it is told whether it is to be made again. Time stamps are set to agree, so that
they tell the truth although `.snakemake` was deleted, a setting was taken back, a folder was copied or a run measured
again.
"""

import filecmp
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from labreport.artifacts.artifact import ITEMS, LONG, MADE, MEASURED, OF, Artifact, canonical
from labreport.artifacts.folders import key_in
from labreport.errors import ResultsError
from labreport.files import read_object, write_text
from labreport.machine.outcome import content, is_receipted, receipt, write_receipt

MARKERS = Path("results/current")  # small files that are new where something is to be made again
STAMP = ".snakemake_timestamp"  # by which Snakemake tells the age of a folder


class Current:
    """What is there, as it was when it was first looked at."""

    def __init__(self) -> None:
        self._content = cache(content)
        self._settled: set[Artifact] = set()
        self._stays: dict[Artifact, bool] = {}
        self.check = cache(_check)

    def contents(self, artifact: Artifact) -> dict[str, str | None]:
        """Folder -> digest of what it holds, of all that an artifact is made from and its key does not name."""
        return {one.folder: self._content(one.folder) for one in artifact.needs if one.step in MEASURED}

    def holds(self, artifact: Artifact) -> bool:
        """Whether an artifact is there, whole, and made from what is there now.

        Raises:
            ResultsError: its folder holds something else.
        """
        if not artifact.is_there(Path()):
            return False
        self.check(artifact)
        now = self.contents(artifact)
        return not now or stated(artifact).items() >= now.items()

    def stays(self, artifact: Artifact) -> bool:
        """Whether an artifact holds, and so does all that its key does not name: it is not made again."""
        if artifact not in self._stays:
            measured = (one for one in artifact.needs if one.step in MEASURED)
            self._stays[artifact] = all(map(self.stays, measured)) and self.holds(artifact)
        return self._stays[artifact]

    def settle(self, artifact: Artifact) -> list[str]:
        """Have the time stamps of an artifact, and of all that it is made from, agree with what they hold.

        Returns:
            The file that is newer than the artifact where that is to be made again; none where its key says all.

        Raises:
            ResultsError: a folder holds something else than its name says.
        """
        for one in artifact.walk(but=self._settled):
            self.check(one)
            self._settled.add(one)
            if one.step in LONG:
                _settle_receipt(one)
            elif one.step in ITEMS or self.contents(one):
                inputs = [need.output for need in one.needs if need.step in MEASURED]
                _settle(_marker(one), canonical(self.contents(one)), one.output, inputs, self.holds(one))
        return [str(_marker(artifact))] if artifact.step in ITEMS or self.contents(artifact) else []

    def settle_target(self, target: str, artifact: Artifact) -> str:
        """The same of a fixed place that holds a copy of an artifact; the file that is new where it holds another."""
        self.settle(artifact)
        marker = MARKERS / Path(target).name
        _settle(marker, artifact.key, target, [artifact.output], not unlike_delivered(target, artifact))
        return str(marker)


def _check(artifact: Artifact) -> None:
    """Refuse a folder whose spec has another key than its name says."""
    found = None if artifact.step == "download" else key_in(artifact.step, Path(artifact.folder))
    if found not in (None, artifact.key):  # a damaged spec is told by `labreport verify`
        raise ResultsError(
            f"{artifact.folder}: holds what has the key {found}; move it away, then what is to lie there is made"
        )


def unlike_delivered(target: str, artifact: Artifact) -> list[Path]:
    """The files of a fixed place that are no copies of an artifact's and of the pictures beside it, or not there.

    Args:
        target: such as report/practice1.md.
        artifact: the text or document.
    """
    out, source = Path(target), Path(artifact.output)
    pictures = sorted(Path(artifact.path(out.stem)).glob("*")) if out.suffix == ".md" else []
    pairs = [(source, out), *((path, out.with_suffix("") / path.name) for path in pictures)]
    return [new for old, new in pairs if not (old.is_file() and new.is_file() and filecmp.cmp(old, new, shallow=False))]


def stated(artifact: Artifact) -> dict[str, str | None]:
    """What an artifact's folder says that it was made from: folder -> digest; empty where it says nothing."""
    found = read_object(artifact.path(MADE)).get(OF)
    return found if isinstance(found, dict) else {}


def _marker(artifact: Artifact) -> Path:
    return MARKERS / f"{artifact.step}-{artifact.name}.json"


def _settle_receipt(artifact: Artifact) -> None:
    """See to it that a receipt is there if, and only if, what it stands for is."""
    with suppress(OSError):  # a read-only project can still be planned
        if content(artifact.folder) is None:
            receipt(artifact.folder).unlink(missing_ok=True)
        elif not is_receipted(artifact.folder):
            write_receipt(artifact.folder)


def _settle(marker: Path, text: str, output: str, inputs: list[str], current: bool) -> None:
    """Make a marker newer than an output that is to be made again; else that is newer than its marker and inputs."""
    with suppress(OSError):
        if not current or not marker.is_file():
            write_text(marker, f"{text}\n")
        if current:
            newest = max((_age(path) for path in inputs), default=0)
            if _age(output) < newest:
                _set_age(output, newest)
            _set_age(marker, min(newest, _age(output)))


def _stamped(path: str | Path) -> list[Path]:
    """The files whose age is that of a file or folder, the decisive one first."""
    return [one for one in (Path(path, STAMP), Path(path)) if one.exists()]


def _age(path: str | Path) -> int:
    """When it was last changed, in nanoseconds; 0 where it is not there."""
    return next((one.lstat().st_mtime_ns for one in _stamped(path)), 0)


def _set_age(path: str | Path, time_ns: int) -> None:
    for one in _stamped(path):
        os.utime(one, ns=(time_ns, time_ns))
