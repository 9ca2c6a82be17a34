"""A table's presentation (`NAME.json`), read and checked, its cells written out as text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labreport.documents.printing import ABSENT
from labreport.documents.text import solid, text_width
from labreport.errors import ResultsError
from labreport.files import read_json
from labreport.rounding import MINUS, plain

KEY_DIGITS = 8  # which tables state of a key at least
ALIGNMENTS = ("left", "right", "center", "decimal")
NUMBER = re.compile(r"^([−+]?[\d,  ]*\d)((?:\.\d|\s*[±(]).*)?$")
LONG, NARROW = 7.5, 4.8  # ems of a line of a head that is broken, and of one where there is little room


@dataclass(frozen=True)
class Column:
    """A column's head (which may hold line breaks), unit, alignment and decimals, the experiment that all of it is of,
    and whether it was published and not measured."""

    head: str
    unit: str | None
    align: str
    decimals: int | None
    of: str = ""
    published: bool = False

    @property
    def lines(self) -> list[str]:
        """The head broken at its own line breaks and, while a line is long, near its middle; its unit in a line."""
        found = [part for line in self.head.split("\n") for part in _broken(line, LONG)]
        return [*map(solid, found), *([f"({self.unit})"] if self.unit else [])]


@dataclass(frozen=True)
class Presentation:
    """A table ready to be set.

    Attributes:
        columns: from left to right.
        rows: text of each cell, not yet escaped.
        bold: (row, column) pairs, counted from 0.
        notes: sentences below the table.
        experiments: what each row is of; empty where rows are not of one.
        seeds: of the run that each row is of; empty where rows are of all runs.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]]
    notes: tuple[str, ...]
    experiments: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()

    def experiment(self, row: int, column: int) -> str:
        """The experiment whose runs measured what a cell states; empty for none, as for what was published."""
        if self.columns[column].published:
            return ""
        return self.experiments[row] if self.experiments else self.columns[column].of

    def lines(self, index: int) -> list[str]:
        """The lines of a column: of its head, and its cells."""
        return [*self.columns[index].lines, *(row[index] for row in self.rows)]

    def widest(self, index: int) -> tuple[str, str]:
        """The longest parts of numbers before the decimal mark and from it on, in a column that is aligned there."""
        cells = [row[index] for row in self.rows] if self.columns[index].align == "decimal" else []
        before, after = zip(("", ""), *filter(None, map(split_number, cells)), strict=True)
        return max(before, key=len), max(after, key=len)


def _broken(line: str, most: float) -> list[str]:
    breaks = [place.start() for place in re.finditer(" (?!/)", line)] if text_width(line) > most else []
    if not breaks:
        return [line]
    middle = min(breaks, key=lambda place: abs(place - len(line) / 2))
    return [*_broken(line[:middle], most), *_broken(line[middle + 1 :], most)]


def split_number(text: str) -> tuple[str, str] | None:
    """`84.6 ± 0.3` as `84` and `.6 ± 0.3`; None where the text does not begin with a number."""
    match = NUMBER.match(text)
    return (match[1], match[2] or "") if match else None


def run_named(cell: str, runs: Iterable[str]) -> str:
    """The key of the run that a cell states as tables of runs do, shortened and perhaps marked; empty for none."""
    stated = cell.removesuffix("*")
    return next((key for key in runs if len(stated) >= KEY_DIGITS and key.startswith(stated)), "")


def unbroken(table: Presentation) -> Presentation:
    """The same, in which no line ends before or behind a plus-minus sign."""
    rows = tuple(tuple(cell.replace(" ± ", "\u00a0±\u00a0") for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def narrow(table: Presentation) -> Presentation:
    """The same with heads of shorter lines, as far as cells are narrower."""
    columns = []
    for index, column in enumerate(table.columns):
        most = max([NARROW, *(text_width(row[index]) for row in table.rows)])
        head = "\n".join(part for line in column.head.split("\n") for part in _broken(line, most))
        columns.append(replace(column, head=head))
    return replace(table, columns=tuple(columns))


def load(path: Path | str) -> Presentation:
    """Read the presentation of a table.

    Raises:
        ResultsError: the file is missing, no JSON, or not a table; the message says where.
    """
    try:
        value = read_json(path)
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; build the report again to make this table") from None
    except ValueError as error:
        raise ResultsError(f"{path}: cannot be read as JSON: {error}") from None
    try:
        columns = tuple(_column(entry) for entry in value["columns"])
        rows = tuple(_row(row, columns) for row in value["rows"])
        bold = frozenset((int(row), int(column)) for row, column in value.get("bold") or [])
        notes, experiments = (tuple(map(str, value.get(key) or [])) for key in ("notes", "experiments"))
        seeds = tuple(map(int, value.get("seeds") or []))
        return Presentation(columns, rows, bold, notes, experiments, seeds)
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(f"{path}: is not the presentation of a table: {error!r}") from None


def _column(entry: Mapping[str, Any]) -> Column:
    if entry["align"] not in ALIGNMENTS:
        raise ValueError(f"align is {entry['align']!r}, allowed: {', '.join(ALIGNMENTS)}")
    published = str(entry["key"]).startswith("published") and not entry.get("of")
    return Column(
        str(entry["head"]), entry.get("unit"), entry["align"], entry.get("decimals"), entry.get("of") or "", published
    )


def _row(row: list[Any], columns: tuple[Column, ...]) -> tuple[str, ...]:
    if len(row) != len(columns):
        raise ValueError(f"a row has {len(row)} cells, the table {len(columns)} columns")
    return tuple(_cell(value, column) for value, column in zip(row, columns, strict=True))


def _cell(value: Any, column: Column) -> str:
    if value is None or value != value:  # NaN is unequal to itself
        return ABSENT
    if isinstance(value, bool | str):
        return str(value)
    if column.decimals is not None:
        return plain(float(value), column.decimals)
    return f"{value}".replace("-", MINUS) if isinstance(value, int) else f"{value:g}".replace("-", MINUS)
