"""A folder of results that is complete or absent."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from labreport.errors import TrainingError
from labreport.files import SUMS, sync_file, sync_folder, write_json, write_sums, write_text
from labreport.training.lock import FolderLock

KEPT_PARTS = 3


class ResultFolder:
    """Results are written to `<out>.part`, which becomes `<out>` when it is complete.

    The name `<out>.part` is locked until the block ends that the folder is entered for, so that two processes never
    write the same results. What an unfinished attempt measured before is moved to `<out>.part.1`, `.part.2` and so on,
    the highest number being the latest; the last `KEPT_PARTS` are kept.

    Args:
        out: the finished folder; it may be there already if it is empty.

    Raises:
        TrainingError: results are there already, or something else is, or another process is at work on them.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.part = out.with_name(f"{out.name}.part")
        self._check_free()  # before `part` is made, which would stay
        self._lock = FolderLock(self.part)
        try:
            self._check_free()  # another process may have finished them meanwhile
            self.part.mkdir(exist_ok=True)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Let another process go on with what is there; of an attempt that wrote nothing, nothing stays."""
        try:
            if self._lock.held and self.part.is_dir() and not any(self.part.iterdir()):
                self.part.rmdir()
        finally:
            self._lock.release()

    def _check_free(self) -> None:
        if (self.out / SUMS).is_file():
            raise TrainingError(f"{self.out}: these results are complete; delete the folder to measure them again")
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise TrainingError(f"{self.out}: is there, but holds no finished results; move it away and run again")

    def begin(self) -> None:
        """Make an empty `part`; an attempt that stopped before its first table measured nothing and is not kept."""
        if any(self.part.glob("*.csv")):
            self._put_aside()
        self.clear()

    def clear(self) -> None:
        """Remove all that an attempt left in `part`, also a file that it was writing when it was killed."""
        for path in self.part.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _put_aside(self) -> None:
        numbers = sorted(
            int(path.name.rpartition(".")[2])
            for path in self.part.parent.glob(f"{self.part.name}.*")
            if path.name.rpartition(".")[2].isdecimal()
        )
        numbers.append(numbers[-1] + 1 if numbers else 1)
        os.rename(self.part, self._aside(numbers[-1]))
        self.part.mkdir()
        for number in numbers[:-KEPT_PARTS]:
            shutil.rmtree(self._aside(number))

    def _aside(self, number: int) -> Path:
        return self.part.with_name(f"{self.part.name}.{number}")

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file."""
        write_json(self.part / name, value)

    def write_table(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Write a CSV file; numbers as `repr` gives them, None as nothing."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
        self.write_text(name, text.getvalue())

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
        os.rename(self.part, self.out)
        sync_folder(self.out.parent)
