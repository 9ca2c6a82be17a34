"""A folder of results that is complete or absent."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from labreport.errors import TrainingError
from labreport.files import file_digest, write_json, write_text

SUMS = "SHA256SUMS"
KEPT_PARTS = 3


class ResultFolder:
    """Results are written to `<out>.part`, which becomes `<out>` when it is complete.

    What an unfinished attempt measured before is moved to `<out>.part.1`, `.part.2` and so on, the highest number being
    the latest; the last `KEPT_PARTS` are kept.

    Args:
        out: the finished folder; it may be there already if it is empty.

    Raises:
        TrainingError: results are there already, or something else is.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        if (out / SUMS).is_file():
            raise TrainingError(f"{out}: these results are complete; delete the folder to measure them again")
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise TrainingError(f"{out}: is there, but holds no finished results; move it away and run again")
        self.part = out.with_name(f"{out.name}.part")
        self._put_aside()
        self.part.mkdir(parents=True)

    def _put_aside(self) -> None:
        """Make room at `part`; an attempt that stopped before its first table measured nothing and is not kept."""
        if not any(self.part.glob("*.csv")):
            shutil.rmtree(self.part, ignore_errors=True)
            return
        numbers = sorted(
            int(path.name.rpartition(".")[2])
            for path in self.part.parent.glob(f"{self.part.name}.*")
            if path.name.rpartition(".")[2].isdecimal()
        )
        numbers.append(numbers[-1] + 1 if numbers else 1)
        os.rename(self.part, self._aside(numbers[-1]))
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
        write_text(self.part / name, text.getvalue())

    def append_line(self, name: str, line: str) -> None:
        """Add a line to a text file, on disk before the call returns."""
        with open(self.part / name, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Write the digests in `sha256sum`'s format and move the folder to its place."""
        names = sorted(path.name for path in self.part.iterdir())
        write_text(self.part / SUMS, "".join(f"{file_digest(self.part / name)}  {name}\n" for name in names))
        os.rename(self.part, self.out)
