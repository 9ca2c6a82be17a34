"""Folders of results that are complete or absent."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from labreport.errors import UNWRITABLE, TrainingError
from labreport.files import SUMS, sums_faults, sync_file, sync_folder, write_json, write_sums, write_text

WAITING_S = 0.2


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """An empty folder to write to, which becomes `out`, with the digests of its files, when the block ends well.

    An older `out` is replaced then; where the block fails it stays as it was.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    new, old = temporary / "new", temporary / "old"
    try:
        new.mkdir()  # mkdtemp's own mode would hide the results from a group
        yield new
        write_sums(new)
        if out.exists():
            os.rename(out, old)
        os.rename(new, out)
    finally:
        if old.exists() and not out.exists():
            os.rename(old, out)  # if this fails, too, the older one stays in `temporary`
        shutil.rmtree(temporary, ignore_errors=True)


def lock_file(folder: Path) -> Path:
    """The file that is locked for a folder's name."""
    return folder.with_name(f"{folder.name}.lock")


def is_locked(folder: Path) -> bool:
    """Whether a process works on a folder; as far as can be told, where its lock is somebody else's."""
    path = lock_file(folder)
    if not path.is_file():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, PermissionError):
        return True
    except OSError:
        return False


@contextmanager
def result_folder(out: Path, *, wait: bool = False) -> Iterator[ResultFolder]:
    """Results that are written to `<out>.part`, whose name is locked until the block ends.

    So two processes never write the same results. Of an attempt that wrote nothing, nothing stays.

    Args:
        out: the finished folder; it may be there already if it is empty.
        wait: where another process is at work on them, wait until it has ended, and look again.

    Raises:
        TrainingError: something else is there already, or another process is at work on it.
    """
    folder = ResultFolder(out)
    folder.check_free()  # before `part` is made, which would stay
    lock = _locked(folder.part, wait)
    try:
        folder.check_free()  # another process may have finished them meanwhile
        if not out.exists() and (folder.part / SUMS).is_file() and not any(sums_faults(folder.part)):
            os.rename(folder.part, out)  # an attempt was killed when nothing but this was left to be done
        folder.part.mkdir(exist_ok=True)
        yield folder
    finally:
        try:
            if lock.is_locked and folder.part.is_dir() and not any(folder.part.iterdir()):
                folder.part.rmdir()
        finally:
            if lock.is_locked:
                with suppress(OSError):  # first: who gets a file that has lost its name tries again
                    lock_file(folder.part).unlink()
            lock.release()


def _locked(part: Path, wait: bool) -> FileLock:
    path = lock_file(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)  # what is in the file is filelock's own affair
    try:
        lock.acquire(timeout=-1 if wait else 0, poll_interval=WAITING_S)
    except Timeout:
        raise TrainingError(f"{part}: another process is at work here; wait until it has ended, or end it") from None
    except (OSError, NotImplementedError) as error:
        if getattr(error, "errno", None) in UNWRITABLE:
            raise
        words = getattr(error, "strerror", None) or error
        advice = "see to it that no other process works on it"
        print(f"warning: {part}: cannot be locked ({words}); {advice}", file=sys.stderr)
    return lock


class ResultFolder:
    """What `result_folder` gives: results under way in `<out>.part`, which becomes `<out>` when it is complete.

    Complete results are replaced when the new ones are complete.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.part = out.with_name(f"{out.name}.part")

    def check_free(self) -> None:
        """Refuse a place that holds something else."""
        if (self.out / SUMS).is_file() or not self.out.exists():
            return
        if not self.out.is_dir() or any(self.out.iterdir()):
            raise TrainingError(f"{self.out}: is there, but holds no finished results; move it away and run again")

    def clear(self) -> None:
        """Remove all that an attempt left in `part`, also a file that it was writing when it was killed."""
        for path in self.part.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file."""
        write_json(self.part / name, value)

    def write_table(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a CSV file."""
        self.write_text(name, as_csv(head, rows))

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        write_text(self.part / name, text)

    def append_line(self, name: str, line: str) -> None:
        """Add a line to a text file, on disk before the call returns."""
        with open(self.part / name, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Write the digests in `sha256sum`'s format and move the folder to its place; all is on disk afterwards."""
        write_sums(self.part)
        for path in self.part.iterdir():
            sync_file(path)
        sync_folder(self.part)
        older = self.out.with_name(f".{self.out.name}.pruned")
        if (self.out / SUMS).is_file():
            shutil.rmtree(older, ignore_errors=True)
            os.rename(self.out, older)
        os.rename(self.part, self.out)
        sync_folder(self.out.parent)
        shutil.rmtree(older, ignore_errors=True)


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The text of a CSV file; numbers as `repr` gives them, None as nothing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
