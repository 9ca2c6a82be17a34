"""A whole network from left to right, in as few lines as the width takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.networks.glyphs import Glyph, glyph, paint, parameters
from labreport.figures.networks.rows import Row
from labreport.figures.networks.words import foot, size
from labreport.figures.shapes import LINE_CM, Point, Ruler, canvas, path, wire, write
from labreport.figures.style import GREY

MARGIN_CM, GAP_CM, WIDEST_GAP_CM, ARROW_CM = 0.1, 0.12, 0.55, 0.3
LINE_GAP_CM, FOOT_GAP_CM = 0.55, 0.24


@dataclass(frozen=True)
class Column:
    """A glyph with the words above and below it, and the width they take together."""

    one: Glyph
    above: str
    width: float

    @property
    def below(self) -> list[str]:
        """The lines below it, the number of parameters last."""
        return [*self.one.below, *parameters(self.one)]


def draw_flow(rows: Sequence[Row], width: float, lang: str) -> Figure:
    """Blocks as high as their images (by the square root) and wider with more channels; bars for vectors.

    Args:
        rows: of `labreport.figures.networks.structure.overview`.
        width: of the figure in centimetres.
        lang: of the words.
    """
    ruler = Ruler()
    columns = _columns(rows, ruler, lang)
    lines = _broken(columns, width - 2 * MARGIN_CM)
    heights = [_height(line) for line in lines]
    below = foot(rows, lang, ruler, width - 2 * MARGIN_CM)
    height = sum(heights) + (len(lines) - 1) * LINE_GAP_CM + FOOT_GAP_CM + len(below) * LINE_CM + 2 * MARGIN_CM
    figure, axes = canvas(width, height)
    top = height - MARGIN_CM
    ends: list[Point] = []
    for line, high in zip(lines, heights, strict=True):
        ends.append(_line(axes, line, width, top, ends[-1:]))
        top -= high + LINE_GAP_CM
    write(axes, width / 2, MARGIN_CM + len(below) * LINE_CM / 2, below, color=GREY)
    return figure


def _columns(rows: Sequence[Row], ruler: Ruler, lang: str) -> list[Column]:
    sizes = [row.output.split("×") for row in rows]
    largest = max((int(size[1]) for size in sizes if len(size) == 3), default=1)
    columns = []
    for index, row in enumerate(rows):
        one = glyph(row, largest, ruler, lang, rows[index - 1] if index else None)
        words = [size(row, lang), *one.below, *parameters(one)]
        columns.append(Column(one, size(row, lang), max(one.width + ARROW_CM, ruler.width(words))))
    return columns


def _broken(columns: Sequence[Column], width: float) -> list[Sequence[Column]]:
    """The columns in the fewest lines of about the same length that fit."""
    for count in range(1, len(columns) + 1):
        length = -(-len(columns) // count)
        lines = [columns[start : start + length] for start in range(0, len(columns), length)]
        if all(_natural(line) <= width for line in lines):
            return lines
    return [[column] for column in columns]


def _natural(line: Sequence[Column]) -> float:
    return sum(column.width for column in line) + GAP_CM * (len(line) - 1)


def _above(line: Sequence[Column]) -> float:
    return max(column.one.up for column in line) + LINE_CM


def _height(line: Sequence[Column]) -> float:
    down = max(column.one.down for column in line)
    return _above(line) + down + 0.12 + max(len(column.below) for column in line) * LINE_CM


def _line(axes: Axes, line: Sequence[Column], width: float, top: float, before: Sequence[Point]) -> Point:
    """Draw a line whose top is at `top`, joined to where the one before it ended; returns where its last glyph ends."""
    room = width - 2 * MARGIN_CM - sum(column.width for column in line)
    gap = min(WIDEST_GAP_CM, room / (len(line) - 1)) if len(line) > 1 else 0.0
    x = (width - sum(column.width for column in line) - gap * (len(line) - 1)) / 2
    y = top - _above(line)
    end = before[-1] if before else None
    words_top = y - max(column.one.down for column in line) - 0.12
    for column in line:
        one, middle = column.one, x + column.width / 2
        left = middle - one.width / 2
        paint(axes, one, left, y)
        write(axes, middle, y + one.up + LINE_CM / 2, [column.above])
        for index, text in enumerate(column.below):
            grey = {"color": GREY} if index >= len(one.below) else {}
            write(axes, middle, words_top - (index + 0.5) * LINE_CM, [text], **grey)
        if end is not None:
            _connect(axes, end, (left - 0.05, y), top + LINE_GAP_CM / 2, width)
        end = (left + one.width + 0.05, y)
        x += column.width + gap
    return end or (x, y)


def _connect(axes: Axes, start: Point, end: Point, between: float, width: float) -> None:
    """An arrow, or from the end of a line round to the start of the next."""
    if start[1] == end[1]:
        wire(axes, start, end)
        return
    right, left = width - MARGIN_CM, MARGIN_CM
    path(axes, [start, (right, start[1]), (right, between), (left, between), (left, end[1]), end])
