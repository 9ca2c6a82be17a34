"""What one row of a drawing of a network looks like, by kind and size of its output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from labreport.figures.networks.rows import Row
from labreport.figures.networks.words import block_lines, count, in_one_line, lines, name
from labreport.figures.shapes import FRAME_FILL, INK, LINE_CM, Ruler, hop, rounded, volume, wire, write
from labreport.figures.style import GREY, TEXT_PT

FILLS = {
    "input": "#ffffff",
    "convolution": "#bfe0f2",
    "stage": "#8fc1e3",
    "recurrent": "#bfe0f2",
    "max_pool": "#f7d9a8",
    "average_pool": "#f7d9a8",
    "max_over_time": "#f7d9a8",
    "mean_over_time": "#f7d9a8",
    "last_step": "#f7d9a8",
    "linear": "#cfe8d5",
    "embedding": "#cfe8d5",
    "normalization": "#e4e4e4",
    "activation": "#f7d9a8",
    "module": "#dccfe6",
    "similarity": "#f7d9a8",
}
TALLEST_CM, SLANT = 2.1, 0.22
SLAB_CM, PITCH_CM, HOP_CM = 0.17, 0.34, 0.2
BAR_CM, PAD_CM, BOX_CM = 0.2, 0.17, 1.05
CELL_CM, INTO_CM, STEP_CM, STEPS = 0.5, 0.28, 0.88, 4  # drawn time steps: the first two, dots, the last


@dataclass(frozen=True)
class Glyph:
    """A row with the room it takes, in centimetres.

    Attributes:
        row: what is drawn.
        shape: `volume`, `slabs`, `bar`, `box`, `unrolled` or `sum`.
        width: of the shape.
        up: how far it reaches above its middle.
        down: how far below.
        inside: lines inside it.
        below: lines below it.
        size: height of a volume or bar.
        slant: how far a volume's back is shifted.
    """

    row: Row
    shape: str
    width: float
    up: float
    down: float
    inside: Sequence[str] = ()
    below: Sequence[str] = ()
    size: float = 0.0
    slant: float = 0.0


def glyph(row: Row, largest: int, ruler: Ruler, lang: str, before: Row | None = None) -> Glyph:
    """How a row of a whole network is drawn.

    Args:
        row: what is drawn.
        largest: height in pixels of the largest output of the network.
        ruler: for the words inside.
        lang: of the words.
        before: the row before it.
    """
    sizes = [int(size) for size in row.output.split("×")]
    if row.kind == "recurrent":
        return unrolled(row, ruler, lang, before)
    if len(sizes) == 3 and not (row.kind == "average_pool" and sizes[1] == 1):
        high = TALLEST_CM * math.sqrt(sizes[1] / largest)
        slant = SLANT * high
        if row.kind == "stage":
            width, arcs = SLAB_CM + (row.repeats - 1) * PITCH_CM + slant, (HOP_CM + 0.14) * bool(row.shortcuts)
            shape = "slabs"
        else:
            width, arcs, shape = 0.12 + 0.075 * math.log2(sizes[0]) + slant, 0.0, "volume"
        return Glyph(
            row, shape, width, high / 2 + slant + arcs, high / 2, below=lines(row, lang), size=high, slant=slant
        )
    if (len(sizes) == 1 or row.kind == "average_pool") and row.kind != "input":
        high = 0.3 + 0.17 * math.log2(sizes[0])
        return Glyph(row, "bar", BAR_CM, high / 2, high / 2, below=lines(row, lang), size=high)
    return box(row, lines(row, lang), ruler)


def box(row: Row, words: Sequence[str], ruler: Ruler, least: float = BOX_CM) -> Glyph:
    """A row as a box around its words."""
    half = max(least, len(words) * LINE_CM + 2 * PAD_CM) / 2
    return Glyph(row, "box", ruler.width(words) + 2 * PAD_CM, half, half, inside=words)


def block_glyph(row: Row, ruler: Ruler, lang: str, *, one_line: bool) -> Glyph:
    """How a row of a part is drawn: a box, or a circle for a sum.

    Args:
        row: what is drawn.
        ruler: for the words inside.
        lang: of the words.
        one_line: whether the words stand beside each other.
    """
    if row.kind == "add":
        return Glyph(row, "sum", 0.5, 0.25, 0.25)
    if one_line:
        return box(row, [in_one_line(row, lang)], ruler, least=0.56)
    return box(row, block_lines(row, lang), ruler)


def unrolled(row: Row, ruler: Ruler, lang: str, before: Row | None = None) -> Glyph:
    """A recurrent layer over its time steps, in a frame with what it is."""
    words = lines(row, lang)
    if before is not None and before.output != row.reads:
        words = [*words, name("per_step", lang).format(row.reads.split("×")[-1])]
    cells = drawn_layers(row) * CELL_CM * (row.directions or 1) + INTO_CM + (drawn_layers(row) - 1) * _rise(row)
    half = (len(words) * LINE_CM + cells + 0.42 + 2 * PAD_CM) / 2
    width = max(STEPS * STEP_CM - (STEP_CM - CELL_CM), ruler.width(words)) + 4 * PAD_CM
    return Glyph(row, "unrolled", width, half, half, inside=words)


def drawn_layers(row: Row) -> int:
    """How many layers are drawn of those that there are."""
    return min(row.layers or 1, 2)


def _rise(row: Row) -> float:
    """How far the second layer that is drawn stands above the first one; dots need more than an arrow."""
    return INTO_CM if (row.layers or 1) <= 2 else 0.5


def paint(axes: Axes, one: Glyph, x: float, y: float) -> None:
    """Draw it with its left end at `x` and its middle at height `y`; what stands below is left to others."""
    fill = FILLS.get(one.row.kind, "#ffffff")
    match one.shape:
        case "volume":
            volume(axes, x, y, one.width - one.slant, one.size, one.slant, fill)
        case "slabs":
            _slabs(axes, one, x, y, fill)
        case "bar":
            axes.add_patch(rounded(x, y - one.size / 2, BAR_CM, one.size, fill, corner=0.05))
        case "sum":
            axes.add_patch(Circle((x + 0.25, y), 0.25, facecolor="white", edgecolor=INK, linewidth=0.8, zorder=3))
            axes.text(x + 0.25, y, "$+$", ha="center", va="center_baseline", fontsize=TEXT_PT, zorder=6)
        case "unrolled":
            _steps(axes, one, x, y, fill)
        case _:
            axes.add_patch(rounded(x, y - one.down, one.width, one.up + one.down, fill))
            write(axes, x + one.width / 2, y, one.inside)


def parameters(one: Glyph) -> list[str]:
    """The number of parameters, where there are any and they are known."""
    return [count(one.row.parameters)] if one.row.parameters else []


def _slabs(axes: Axes, one: Glyph, x: float, y: float, fill: str) -> None:
    """A slab per block, each with an arc for its shortcut."""
    shortcuts = one.row.shortcuts.split()
    for index in range(one.row.repeats):
        left = x + index * PITCH_CM
        volume(axes, left, y, SLAB_CM, one.size, one.slant, fill)
        if index < len(shortcuts):
            top = y + one.size / 2 + one.slant + 0.06
            middle, reach = left + one.slant + SLAB_CM / 2, PITCH_CM / 2 - 0.015
            hop(axes, middle - reach, middle + reach, top, HOP_CM, dashed=shortcuts[index] == "projection")


def _steps(axes: Axes, one: Glyph, x: float, y: float, fill: str) -> None:
    """Words, then the layers over time, one above the other, then the inputs of the steps."""
    row = one.row
    axes.add_patch(rounded(x, y - one.down, one.width, one.up + one.down, FRAME_FILL, corner=0.15, edge=GREY, order=1))
    top = y + one.up - PAD_CM
    write(axes, x + one.width / 2, top - len(one.inside) * LINE_CM / 2, one.inside)
    last = row.output.split("×")[0]
    first = x + one.width / 2 - (STEPS - 1) * STEP_CM / 2
    columns = [(first + index * STEP_CM, text) for index, text in enumerate(("1", "2", "", last))]
    height = CELL_CM * (row.directions or 1)
    bottom = y - one.down + PAD_CM
    for middle, text in columns:
        sign = f"$x_{{{text}}}$" if text else r"$\cdots$"
        write(axes, middle, bottom + 0.1, [sign])
    for layer in range(drawn_layers(row)):
        low = bottom + 0.52 + layer * (height + _rise(row))
        skipped = layer and (row.layers or 1) > 2
        for middle, text in columns:
            if skipped and text:
                write(axes, middle, low - _rise(row) / 2, [r"$\vdots$"])
            elif text:
                wire(axes, (middle, low - 0.26), (middle, low))
            _cell(axes, middle, low, row.directions or 1, fill, dots=not text)
        for (left, _), (right, _) in pairwise(columns):
            _between(axes, left + CELL_CM / 2, right - CELL_CM / 2, low, row.directions or 1)


def _cell(axes: Axes, middle: float, low: float, directions: int, fill: str, *, dots: bool) -> None:
    for way in range(directions):
        start = low + way * CELL_CM
        if dots:
            write(axes, middle, start + CELL_CM / 2, [r"$\cdots$"])
        else:
            axes.add_patch(rounded(middle - CELL_CM / 2, start, CELL_CM, CELL_CM, fill, corner=0.04))


def _between(axes: Axes, left: float, right: float, low: float, directions: int) -> None:
    """Arrows from one step to the next, and above them those of the other direction."""
    ends: list[Any] = [(left, right), (right, left)]
    for way in range(directions):
        height = low + (way + 0.5) * CELL_CM
        start, end = ends[way]
        wire(axes, (start, height), (end, height))
