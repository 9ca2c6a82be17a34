"""A table before any format: its raw frame, and how each column of it is shown."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from labreport.results import Options, Results, titled
from labreport.rounding import fixed, plain

MOST_DECIMALS = 4


@dataclass(frozen=True)
class Column:
    """How one column of a frame is shown.

    Attributes:
        key: the frame's column.
        head: words above it, in the report's language.
        align: `left`, `right`, `center`, or `decimal` (numbers aligned at the decimal mark).
        unit: shown in the head, None where there is none.
        decimals: digits after the decimal mark, None for text and for numbers that are shown as they are.
        factor: what the frame's numbers are multiplied by to be in `unit`.
        spread: the frame's column with the standard deviation, shown after the value where it is not empty.
        of: the experiment that its numbers are of, where the frame has no column `experiment` that says so.
    """

    key: str
    head: str
    align: str = "left"
    unit: str | None = None
    decimals: int | None = None
    factor: float = 1.0
    spread: str | None = None
    of: str | None = None


@dataclass(frozen=True)
class Table:
    """A table in one language.

    Attributes:
        frame: raw numbers, a row per row of the table; may have columns that are not shown.
        columns: what is shown, from left to right.
        bold: (row, column) pairs, counted from 0.
        notes: sentences that stand below the table.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]
    bold: frozenset[tuple[int, int]] = frozenset()
    notes: Sequence[str] = ()

    def to_csv(self) -> str:
        """The raw frame, fractions and seconds as they were measured."""
        return self.frame.to_csv(index=False)

    def to_json(self) -> str:
        """The presentation that docs/reference/results.md describes: cells with heads, notes, and whose they are."""
        columns = [
            {"key": c.key, "head": c.head, "unit": c.unit, "align": c.align, "decimals": c.decimals, "of": c.of}
            for c in self.columns
        ]
        presentation = {
            "columns": columns,
            "rows": [[_cell(column, row) for column in self.columns] for row in self.frame.to_dict("records")],
            "bold": sorted(map(list, self.bold)),
            "notes": list(self.notes),
            **{f"{key}s": list(self.frame[key]) if key in self.frame else None for key in ("experiment", "seed")},
        }
        return json.dumps(presentation, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


class TableKind(Protocol):
    """What a module named in `labreport.tables.registry` has."""

    def build(self, results: Results, options: Options, lang: str) -> Table:
        """The table in a language."""


def files_of(kind: TableKind, spec: Mapping[str, Any]) -> dict[str, str]:
    """Suffix -> content of the files of a table: its raw numbers and its presentation."""
    shown = titled(spec, spec["lang"])
    table = kind.build(Results(shown), shown["options"], spec["lang"])
    return {"csv": table.to_csv(), "json": table.to_json()}


def _cell(column: Column, row: dict[Any, Any]) -> str | float | int | None:
    """Text, a number in the column's unit, or None where there is nothing."""
    value = row[column.key]
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return None
    number = column.factor * float(value)
    if column.decimals is None:
        return int(number) if number.is_integer() else number
    spread = math.nan if column.spread is None else float(row[column.spread])
    if math.isnan(spread):
        return float(fixed(number, column.decimals))
    return f"{plain(number, column.decimals)} ± {fixed(column.factor * spread, column.decimals)}"


def decimals_for(spreads: Sequence[float]) -> int:
    """Digits worth showing: one more than the smallest spread supports.

    A spread supports the digits down to its own first one: 0.36 points support one decimal, so two are shown.

    Args:
        spreads: standard deviations or errors in the unit that is shown; zeros and empty ones do not count.

    >>> decimals_for([0.36, 1.2]), decimals_for([3.1]), decimals_for([40.0])
    (2, 1, 0)
    """
    sizes = [spread for spread in spreads if spread > 0]
    if not sizes:
        return 1
    return min(max(0, 1 - math.floor(math.log10(min(sizes)))), MOST_DECIMALS)


def best_rows(values: Sequence[float], decimals: int, factor: float = 1.0, lowest: bool = False) -> list[int]:
    """Rows whose value, rounded as it is shown, is the greatest (or `lowest`); none where fewer than two have one."""
    shown = [None if pd.isna(value) else float(fixed(factor * value, decimals)) for value in values]
    present = [value for value in shown if value is not None]
    if len(present) < 2:
        return []
    best = min(present) if lowest else max(present)
    return [row for row, value in enumerate(shown) if value == best]


def best_cells(frame: pd.DataFrame, columns: Sequence[Column], marked: Sequence[str]) -> frozenset[tuple[int, int]]:
    """The best of each column in `marked`, of losses the lowest, as (row, column) pairs."""
    return frozenset(
        (row, place)
        for place, column in enumerate(columns)
        if column.key in marked
        for row in best_rows(list(frame[column.key]), column.decimals or 0, column.factor, column.key.endswith("_loss"))
    )
