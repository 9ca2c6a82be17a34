"""The files of checkpoints: `<epoch>-<first 16 digits of the content's SHA-256>.pt`, whatever is in them."""

import contextlib
import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from labreport.files import atomic_path, sync_folder

KEPT = 2
NAME = re.compile(r"(?P<epoch>[1-9][0-9]*)-(?P<digest>[0-9a-f]{16})\.pt")


@dataclass(frozen=True)
class CheckpointFile:
    """A checkpoint by its name.

    Attributes:
        path: the file.
        epoch: after which it was written, counted from 1.
        digest: what its content's SHA-256 begins with.
    """

    path: Path
    epoch: int
    digest: str

    def read(self) -> bytes:
        """The content.

        Raises:
            ValueError: it is not what was written.
            OSError: it cannot be read.
        """
        content = self.path.read_bytes()
        if _digest(content) != self.digest:
            raise ValueError(f"its {len(content)} bytes do not have the digest that its name states")
        return content


def folder_of(out: Path) -> Path:
    """Where a run's checkpoints lie: `results/checkpoints/NAME/KEY` for `results/runs/NAME/KEY`, else beside it."""
    if out.parent.parent.name != "runs":
        return out.with_name(f"{out.name}.checkpoints")
    return out.parents[2] / "checkpoints" / out.parent.name / out.name


def checkpoints_in(folder: Path) -> list[CheckpointFile]:
    """All checkpoints in a folder, the latest epoch first."""
    found = [(path, NAME.fullmatch(path.name)) for path in sorted(folder.glob("*.pt"))]
    files = [CheckpointFile(path, int(name["epoch"]), name["digest"]) for path, name in found if name]
    return sorted(files, key=lambda file: file.epoch, reverse=True)


def write(folder: Path, epoch: int, content: bytes | memoryview) -> None:
    """Write a checkpoint, on disk before the call returns, and keep only the last `KEPT`, counted back from it.

    One of the same epoch or a later one was refused, or the run would have gone on from it. Since it may have been
    refused wrongly it is only put aside, as `NAME.refused`.

    Raises:
        OSError: it cannot be written; those before are still there.
    """
    path = folder / f"{epoch}-{_digest(content)}.pt"
    with atomic_path(path) as temporary, open(temporary, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(folder)
    others = [file for file in checkpoints_in(folder) if file.path != path]
    for refused in (file.path for file in others if file.epoch >= epoch):
        with contextlib.suppress(OSError):
            refused.replace(refused.with_name(f"{refused.name}.refused"))
    earlier = [file.path for file in others if file.epoch < epoch]
    for useless in [*earlier[KEPT - 1 :], *folder.glob(".*.pt")]:  # what processes were writing when they were killed
        with contextlib.suppress(OSError):
            useless.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove a run's checkpoints with their folder, and the one above where nothing else is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # others are in it
        folder.parent.rmdir()


def _digest(content: bytes | memoryview) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
