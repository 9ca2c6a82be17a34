"""A network of two sentences: the same encoder twice, one above the other, and the similarity of what they yield."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.networks.glyphs import FILLS, Glyph, box, paint, parameters, unrolled
from labreport.figures.networks.rows import Row
from labreport.figures.networks.words import foot, lines, name, size
from labreport.figures.shapes import INK, LINE_CM, Ruler, canvas, path, rounded, wire, write
from labreport.figures.style import GREY, TEXT_PT

MARGIN_CM, WIDEST_GAP_CM, MIDDLE_CM, FOOT_CM, ARM_CM = 0.1, 0.75, 1.25, 0.6, 0.85
FORMULA = r"$\exp(-\|a-b\|_1)$"


def draw_towers(rows: Sequence[Row], width: float, lang: str) -> Figure:
    """The upper encoder reads sentence A, the lower one sentence B; dashes join what they share.

    Args:
        rows: of `labreport.figures.networks.structure.overview`, the last one the similarity.
        width: of the figure in centimetres.
        lang: of the words.
    """
    ruler = Ruler()
    encoder, last = rows[:-1], rows[-1]
    towers = [[_glyph(row, ruler, lang) for row in encoder] for _ in "AB"]
    for tower, letter in zip(towers, "AB", strict=True):
        tower[0] = replace(tower[0], inside=[name("sentence", lang).format(letter)])
    shapes = [size(row, lang) for row in encoder[:-1]]
    words = [name("similarity", lang)]
    end = max(ruler.width([FORMULA], TEXT_PT) if last.operation == "manhattan" else 0.0, ruler.width(words)) + 0.4
    natural = sum(one.width for one in towers[0])
    gap = min(WIDEST_GAP_CM, (width - 2 * MARGIN_CM - natural - end - ARM_CM) / (len(encoder) - 1))
    high = max(one.up for one in towers[0])
    height = 2 * MARGIN_CM + FOOT_CM + 2 * LINE_CM + 4 * high + MIDDLE_CM
    figure, axes = canvas(width, height)
    left = (width - natural - gap * (len(encoder) - 1) - end - ARM_CM) / 2
    middle = MARGIN_CM + FOOT_CM + LINE_CM + 2 * high + MIDDLE_CM / 2
    levels = (middle + MIDDLE_CM / 2 + high, middle - MIDDLE_CM / 2 - high)
    target = left + natural + gap * (len(encoder) - 1) + ARM_CM
    for tower, level, letter in zip(towers, levels, "ab", strict=True):
        x = _tower(axes, tower, shapes, left, level, gap, upper=letter == "a")
        half = 0.75 if letter == "a" else -0.75
        path(axes, [(x, level), (target + end / 2, level), (target + end / 2, middle + half)])
        shape = f"${letter}$  {encoder[-1].output}"  # the vector of a sentence
        write(axes, (x + target + end / 2) / 2, level + (0.22 if letter == "a" else -0.22), [shape])
    _shared(axes, towers[0], left, levels, gap, lang)
    axes.add_patch(rounded(target, middle - 0.75, end, 1.5, FILLS["similarity"]))
    if last.operation == "manhattan":
        write(axes, target + end / 2, middle - 0.25, [FORMULA], fontsize=TEXT_PT)
    write(axes, target + end / 2, middle + (0.28 if last.operation == "manhattan" else 0), words)
    write(axes, width / 2, MARGIN_CM + LINE_CM / 2, foot(rows, lang, ruler, width), color=GREY)
    return figure


def _glyph(row: Row, ruler: Ruler, lang: str) -> Glyph:
    if row.kind == "recurrent":
        return unrolled(row, ruler, lang)
    words = [name("sentence", lang).format("A")] if row.kind == "input" else lines(row, lang)
    return box(row, words, ruler)


def _tower(
    axes: Axes, tower: Sequence[Glyph], shapes: Sequence[str], x: float, y: float, gap: float, *, upper: bool
) -> float:
    """Draw an encoder, the shapes on its outer side; returns where it ends."""
    for index, one in enumerate(tower):
        paint(axes, one, x, y)
        if index:
            wire(axes, (x - gap, y), (x, y))
        if index < len(shapes):
            side = one.up + LINE_CM / 2 if upper else -one.down - LINE_CM / 2
            write(axes, x + one.width / 2, y + side, [shapes[index]])
        x += one.width + gap
    return x - gap


def _shared(axes: Axes, tower: Sequence[Glyph], x: float, levels: tuple[float, float], gap: float, lang: str) -> None:
    """Dashes between the two places of every layer that has parameters, with their number; the widest says what."""
    middle = sum(levels) / 2
    layers = [one for one in tower if one.row.parameters != 0]
    widest = max(layers, key=lambda one: one.width)
    for one in tower:
        if one in layers:
            words = [(name("shared", lang), INK)] if one is widest else []
            words += [(text, GREY) for text in parameters(one)]
            centre, room = x + one.width / 2, len(words) * LINE_CM / 2 + 0.05 * bool(words)
            for level, side in zip(levels, (1, -1), strict=True):
                wire(axes, (centre, middle + side * room), (centre, level - side * one.down), head=False, dashed=True)
            for index, (text, colour) in enumerate(words):
                write(axes, centre, middle + ((len(words) - 1) / 2 - index) * LINE_CM, [text], color=colour)
        x += one.width + gap
