"""A part of a network layer by layer, with its sums and shortcuts: in one line if it fits, else from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.networks.glyphs import Glyph, block_glyph, paint
from labreport.figures.networks.rows import Row
from labreport.figures.networks.words import name
from labreport.figures.shapes import LINE_CM, Ruler, canvas, path, wire, write
from labreport.figures.style import TEXT_PT

MARGIN_CM, GAP_CM, WIDEST_GAP_CM, END_CM = 0.15, 0.3, 0.6, 0.55
RISE_CM, DROP_CM, ASIDE_CM, JOINT_CM = 0.55, 0.36, 0.5, 0.08
Places = dict[int, tuple[float, float, float]]  # row -> where it begins, its middle, where it ends, along the flow


def draw_block(rows: Sequence[Row], width: float, lang: str) -> Figure:
    """Boxes for layers, circles for sums, shortcuts led round what they pass.

    Args:
        rows: of `labreport.figures.networks.structure.part`.
        width: of the figure in centimetres.
        lang: of the words.
    """
    ruler = Ruler()
    glyphs = [block_glyph(row, ruler, lang, one_line=False) for row in rows]
    main = [number for number, row in enumerate(rows) if row.branch == "main"][1:]
    natural = sum(glyphs[number].width for number in main) + GAP_CM * (len(main) + 1) + 2 * END_CM
    if natural <= width - 2 * MARGIN_CM:
        return _across(rows, glyphs, main, width, lang)
    return _down(rows, [block_glyph(row, ruler, lang, one_line=True) for row in rows], main, width, ruler, lang)


def _aside(rows: Sequence[Row], total: int) -> list[int]:
    """The rows on the shortcut that leads to the sum `total`: those since the last sum."""
    earlier = max((number for number in range(total) if rows[number].kind == "add"), default=0)
    return [number for number in range(earlier, total) if rows[number].branch == "shortcut"]


def _across(rows: Sequence[Row], glyphs: Sequence[Glyph], main: Sequence[int], width: float, lang: str) -> Figure:
    room = width - 2 * MARGIN_CM - 2 * END_CM - sum(glyphs[number].width for number in main)
    gap = min(WIDEST_GAP_CM, room / (len(main) + 1))
    high = max(one.up for one in glyphs)
    rise = high + RISE_CM + (high if any(row.branch == "shortcut" for row in rows) else 0)
    below = high + 0.1 + LINE_CM
    over = max([LINE_CM + 0.1] + [one.up for one in glyphs if one.row.branch == "shortcut"])
    figure, axes = canvas(width, 2 * MARGIN_CM + rise + over + below)
    y = MARGIN_CM + below
    x = (width - sum(glyphs[number].width for number in main) - gap * (len(main) + 1) - 2 * END_CM) / 2
    places: Places = {0: (x, x + END_CM / 2, x + END_CM)}
    _end(axes, x + END_CM / 2, y, "$x$", rows[0].output, below)
    x += END_CM + gap
    for number in main:
        one = glyphs[number]
        paint(axes, one, x, y)
        wire(axes, (x - gap, y), (x, y))
        places[number] = (x, x + one.width / 2, x + one.width)
        x += one.width + gap
    wire(axes, (x - gap, y), (x, y))
    _end(axes, x + END_CM / 2, y, "$y$", rows[-1].output, below)
    for number, row in enumerate(rows):
        if row.kind == "add" and row.start is not None:
            start, end = places[row.start][2] + JOINT_CM, places[number][1]
            level = y + rise
            path(axes, [(start, y), (start, level), (end, level), (end, y + glyphs[number].up)])
            _joint(axes, start, y)
            _on_the_way(axes, [glyphs[one] for one in _aside(rows, number)], (start, end), level, lang)
    return figure


def _on_the_way(axes: Axes, aside: Sequence[Glyph], ends: tuple[float, float], level: float, lang: str) -> None:
    """The layers of a shortcut on its line, or that it has none above it."""
    middle = sum(ends) / 2
    if not aside:
        write(axes, middle, level + LINE_CM / 2 + 0.05, [name("identity", lang)])
        return
    left = middle - (sum(one.width for one in aside) + ASIDE_CM * (len(aside) - 1)) / 2
    wire(axes, (ends[0], level), (left, level))
    for index, one in enumerate(aside):
        paint(axes, one, left, level)
        if index:
            wire(axes, (left - ASIDE_CM, level), (left, level))
        left += one.width + ASIDE_CM


def _down(
    rows: Sequence[Row], glyphs: Sequence[Glyph], main: Sequence[int], width: float, ruler: Ruler, lang: str
) -> Figure:
    widest = max(glyphs[number].width for number in main)
    beside = max(
        [one.width for one in glyphs if one.row.branch == "shortcut"], default=ruler.width([name("identity", lang)])
    )
    total = widest + ASIDE_CM + beside
    height = 2 * MARGIN_CM + 2 * LINE_CM + DROP_CM + sum(2 * glyphs[number].up + DROP_CM for number in main)
    figure, axes = canvas(width, height)
    x = (width - total) / 2 + widest / 2
    aside_x = x + widest / 2 + ASIDE_CM + beside / 2
    y = height - MARGIN_CM - LINE_CM / 2
    _named(axes, x, y, "$x$", rows[0].output)
    y -= LINE_CM / 2
    places: Places = {0: (y, y, y)}
    for number in main:
        one = glyphs[number]
        top = y - DROP_CM
        wire(axes, (x, y), (x, top))
        paint(axes, one, x - one.width / 2, top - one.up)
        y = top - 2 * one.up
        places[number] = (top, top - one.up, y)
    wire(axes, (x, y), (x, y - DROP_CM))
    _named(axes, x, y - DROP_CM - LINE_CM / 2, "$y$", rows[-1].output)
    for number, row in enumerate(rows):
        if row.kind == "add" and row.start is not None:
            start, end = places[row.start][2] - JOINT_CM, places[number][1]
            aside = [glyphs[one] for one in _aside(rows, number)]
            side = aside_x if aside else x + widest / 2 + ASIDE_CM / 2
            path(axes, [(x, start), (side, start), (side, end), (x + glyphs[number].width / 2, end)])
            _joint(axes, x, start)
            _beside(axes, aside, side, (start, end), lang)
    return figure


def _beside(axes: Axes, aside: Sequence[Glyph], x: float, ends: tuple[float, float], lang: str) -> None:
    """As `_on_the_way`, for a shortcut that leads downwards."""
    middle = sum(ends) / 2
    if not aside:
        write(axes, x + 0.1, middle, [name("identity", lang)], ha="left")
        return
    top = middle + (sum(2 * one.up for one in aside) + DROP_CM * (len(aside) - 1)) / 2
    wire(axes, (x, ends[0]), (x, top))
    for index, one in enumerate(aside):
        paint(axes, one, x - one.width / 2, top - one.up)
        if index:
            wire(axes, (x, top + DROP_CM), (x, top))
        top -= 2 * one.up + DROP_CM


def _joint(axes: Axes, x: float, y: float) -> None:
    axes.plot(x, y, marker="o", markersize=3.2, color="#222222", zorder=4)


def _end(axes: Axes, x: float, y: float, sign: str, shape: str, below: float) -> None:
    """`x` or `y` in the flow, its shape in the line below the boxes."""
    axes.text(x, y, sign, ha="center", va="center", fontsize=TEXT_PT + 1)
    write(axes, x, y - below + LINE_CM / 2, [shape], ha="left" if sign == "$x$" else "right")


def _named(axes: Axes, x: float, y: float, sign: str, shape: str) -> None:
    """`x` or `y` above or below the boxes, its shape beside it."""
    axes.text(x, y, sign, ha="center", va="center", fontsize=TEXT_PT + 1)
    write(axes, x + 0.25, y, [shape], ha="left")
