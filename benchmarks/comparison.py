"""One line of the table that `make bench` prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

HEAD = ("what", "measured", "compared with", "ratio", "aim")


@dataclass(frozen=True)
class Comparison:
    """A measured quantity divided by one that was measured, or allowed, beside it.

    Attributes:
        what: what was measured.
        measured: its value and unit.
        compared_with: the other's value and unit.
        ratio: the first over the second.
        aim: the ratio that the project means to keep.
    """

    what: str
    measured: str
    compared_with: str
    ratio: float
    aim: str


def table(comparisons: Iterable[Comparison]) -> str:
    """A Markdown table, a row per comparison, columns padded so that a terminal shows them too."""
    rows = [HEAD, *((*cells[:3], f"{cells[3]:.2f}", cells[4]) for cells in map(astuple, comparisons))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(line(row, widths) for row in (rows[0], rule, *rows[1:]))


def line(cells: tuple[str, ...], widths: list[int]) -> str:
    """One row of a Markdown table."""
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
