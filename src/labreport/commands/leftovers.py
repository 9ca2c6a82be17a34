"""What lies in results/ and is not in use, and its removal."""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labreport.commands.references import trained_on
from labreport.errors import ResultsError
from labreport.training.lock import is_locked

KEY = r"(?P<key>[0-9a-f]{16})"
# Sort -> the folder whose NAME/KEY are of this sort, and what may follow the key.
SORTS = {
    "run": ("results/runs", ""),
    "stopped attempt": ("results/runs", r"\.part(?:\.(?:\d+|lock))?"),
    "checkpoints": ("results/checkpoints", ""),
    "outcome": ("results/outcomes", r"\.json"),
    "event files": ("results/tensorboard", ""),
    "training log": ("results/logs/train", r"\.tsv"),
    "word vectors": ("results/vectors", r"(?:\.part(?:\.(?:\d+|lock))?)?"),
    "prepared data": ("results/data", ""),
    "measurement": ("results/measurements", r"(?:\.part(?:\.(?:\d+|lock))?)?"),
}
# Of these the folder that says whether they are in use is the run's.
OF_RUNS = frozenset({"run", "stopped attempt", "checkpoints", "outcome", "event files", "training log"})
SAMPLES = "results/data/samples"
# What a process that was killed while it wrote prepared data leaves beside them.
UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.(?!pruned$)\w+")
# A folder that is being removed; an interrupted removal leaves it for the next one.
CONDEMNED = re.compile(r"\.(?P<name>[^/]+)\.pruned")
QUIET_S = 3600


@dataclass(frozen=True)
class Leftover:
    """Something that nothing refers to.

    Attributes:
        sort: what it is.
        path: relative to the project.
        size: bytes of its files.
        refusal: why it is not removed; None where it may be.
        superseded: whether it differs from what is declared in its code alone.
    """

    sort: str
    path: str
    size: int
    refusal: str | None
    superseded: bool = False


def leftovers(root: Path, used: Collection[str], superseded: Collection[str] = ()) -> list[Leftover]:
    """Everything under results/ that is addressed by a key and not in use.

    Archives, figures, tables, claims, texts and reports are never among them.

    Args:
        root: the project's folder.
        used: folders that are in use, relative to the project.
        superseded: folders that differ from what is declared in their code alone.
    """
    running = _running(root)
    used = {*used, *running}
    for folder in running:
        used.update(trained_on(root / f"{folder}.part/spec.json"))
    found = []
    for sort, path, owner in _addressed(root):
        done_with = sort == "checkpoints" and (root / owner / "SHA256SUMS").is_file()
        if owner not in used or (done_with and owner not in running):
            outdated = owner in superseded and not done_with
            found.append(Leftover(sort, path, size(root / path), refusal(root, path), outdated))
    return found


def _addressed(root: Path) -> Iterator[tuple[str, str, str]]:
    """(sort, path, folder that is in use or not) of everything that has a key in its path, and of half removed ones."""
    for sort, (folder, ending) in SORTS.items():
        pattern = re.compile(KEY + ending)
        for path in sorted((root / folder).glob("*/*")):
            relative = path.relative_to(root).as_posix()
            owners = "results/runs" if sort in OF_RUNS else folder
            if path.parent.as_posix().endswith(SAMPLES):
                continue
            if found := pattern.fullmatch(path.name):
                yield sort, relative, f"{owners}/{path.parent.name}/{found['key']}"
            elif (condemned := CONDEMNED.fullmatch(path.name)) and pattern.fullmatch(condemned["name"]):
                yield "half removed", relative, relative
            elif sort == "prepared data" and UNFINISHED.fullmatch(path.name) and _is_quiet(path):
                yield "unfinished write", relative, relative
    for path in sorted((root / SAMPLES).glob("*")):
        relative = path.relative_to(root).as_posix()
        if re.fullmatch(KEY, path.name):
            yield "sample", relative, relative
        elif CONDEMNED.fullmatch(path.name):
            yield "half removed", relative, relative


def _running(root: Path) -> set[str]:
    """The folders of runs, word vectors and measurements that a process is at work on, or was within the hour."""
    parts = [
        path for sort in ("runs", "vectors", "measurements") for path in (root / "results" / sort).glob("*/*.part")
    ]
    busy = (path for path in parts if is_locked(path) or not _is_quiet(path))
    return {path.relative_to(root).as_posix().removesuffix(".part") for path in busy}


def _is_quiet(path: Path) -> bool:
    """Whether nothing in a folder was written within the hour; not where it vanishes meanwhile, or something in it."""
    try:
        latest = max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
    except FileNotFoundError:
        return False
    return time.time() - latest > QUIET_S


def refusal(root: Path, path: str) -> str | None:
    """Why something is not removed although nothing refers to it: it is not inside results/, or is a link."""
    whole = root / path
    if whole.is_symlink():
        return "is a link; remove it by hand"
    inside = (root / "results").resolve() / Path(path).relative_to("results")
    return None if whole.resolve() == inside else "lies behind a link; remove it by hand"


def size(path: Path) -> int:
    """Bytes of a file or of all files below a folder; links count nothing, and neither does what vanishes meanwhile."""
    total = 0
    waiting = [path]
    while waiting:
        one = waiting.pop()
        with suppress(FileNotFoundError):
            about = one.lstat()
            if stat.S_ISDIR(about.st_mode):
                waiting += list(one.iterdir())
            elif stat.S_ISREG(about.st_mode):
                total += about.st_size
    return total


def remove(root: Path, leftover: Leftover) -> None:
    """Remove one, so that it is whole or gone at any moment: renamed first, then deleted.

    Raises:
        ResultsError: it was refused, or cannot be removed.
    """
    if leftover.refusal or refusal(root, leftover.path):
        raise ResultsError(f"{leftover.path}: {leftover.refusal or refusal(root, leftover.path)}")
    path = root / leftover.path
    condemned = path if leftover.sort == "half removed" else path.with_name(f".{path.name}.pruned")
    try:
        if condemned != path:
            os.rename(path, condemned)
        if condemned.is_dir():
            shutil.rmtree(condemned)
        else:
            condemned.unlink()
    except OSError as error:
        raise ResultsError(f"{leftover.path}: cannot be removed: {error.strerror or error}") from None
