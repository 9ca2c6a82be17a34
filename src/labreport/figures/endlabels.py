"""Names of lines: at the lines' ends where there is room, else in a legend outside the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from labreport.figures.style import GREY, MEASURED, PUBLISHED, SMALL_PT, ink

LINE_SPACING = 1.25
WIDEST_SHARE = 0.3  # of the figure's width: wider labels would squeeze the data
GAP_PT = 6.0
LEADER_FROM_PT = 2.5
LEADER_PT, LEADER_GAP_PT = 5.0, 2.5  # how far a led name moves right, and what stays free before it


@dataclass(frozen=True)
class Ending:
    """The last point of a line, in data coordinates, and the line's name."""

    x: float
    y: float
    text: str
    line: Line2D


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near `wanted` that are at least `gap` apart and lie in [low, high] where there is room.

    Neighbours that come too close are joined into a block centred on what its members wanted (pool adjacent
    violators), which minimises the sum of squared shifts; the order of `wanted` is kept, equal ones in theirs.

    >>> spread([0.0, 0.0, 5.0], 1.0, -10.0, 10.0)
    [-0.5, 0.5, 5.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[list[float]] = []  # [sum of (wanted - rank in block * gap), members]
    for i in order:
        blocks.append([wanted[i], 1])
        while len(blocks) > 1:
            (above, n), (below, m) = blocks[-1], blocks[-2]
            if above / n >= below / m + m * gap:
                break
            blocks[-2:] = [[below + above - n * m * gap, m + n]]
    starts = [total / n + rank * gap for total, n in blocks for rank in range(int(n))]
    floor = [low + rank * gap for rank in range(len(starts))]
    starts = [max(start, least) for start, least in zip(starts, floor, strict=True)]
    ceiling = [high - rank * gap for rank in reversed(range(len(starts)))]
    starts = [min(start, most) for start, most in zip(starts, ceiling, strict=True)]
    placed = [0.0] * len(wanted)
    for i, start in zip(order, starts, strict=True):
        placed[i] = start
    return placed


def name_lines(figure: Figure, axes: Axes, endings: Sequence[Ending], sources: Sequence[tuple[str, str]]) -> None:
    """Name every line, and say which style is measured and which published.

    Args:
        figure: laid out with the `constrained` engine.
        axes: holds the lines; its limits are final.
        endings: one per measured line.
        sources: (`measured` or `published`, its words) for the styles that occur; fewer than two need no key.
    """
    keys = [style_key(source, words) for source, words in sources] if len(sources) > 1 else []
    if _place_at_ends(figure, axes, endings):
        if keys:
            figure.legend(handles=keys, loc="outside upper center", ncols=2)
        return
    handles = [Line2D([], [], **_look(ending.line), label=ending.text) for ending in endings]
    wide = _widest(axes, endings) > WIDEST_SHARE * figure.bbox.width
    figure.legend(handles=[*handles, *keys], loc="outside upper left" if wide else "outside right center")


def style_key(source: str, words: str) -> Line2D:
    """A legend entry for a line style alone, in grey."""
    look = {**MEASURED, "marker": "none"} if source == "measured" else PUBLISHED
    return Line2D([], [], color=GREY, label=words, **look)


def _look(line: Line2D) -> dict[str, Any]:
    return {**MEASURED, "color": line.get_color(), "marker": line.get_marker(), "markerfacecolor": "white"}


def _place_at_ends(figure: Figure, axes: Axes, endings: Sequence[Ending]) -> bool:
    """Write the names beside the lines' ends; False, and nothing written, where there is no room."""
    if len({ending.x for ending in endings}) > 1:
        return False  # a label at an early end would lie on the other lines
    if _widest(axes, endings) > WIDEST_SHARE * figure.bbox.width:
        return False
    texts = [_write(axes, ending) for ending in endings]
    figure.draw_without_rendering()
    pixel = figure.dpi / 72
    height = SMALL_PT * LINE_SPACING * pixel
    box = axes.get_window_extent()
    if height * len(texts) > box.height:
        for text in texts:
            text.remove()
        return False
    wanted = [float(axes.transData.transform((ending.x, ending.y))[1]) for ending in endings]
    placed = spread(wanted, height, box.y0, box.y1)
    for ending, text, goal, place in zip(endings, texts, wanted, placed, strict=True):
        shift = (place - goal) / pixel
        led = abs(shift) > LEADER_FROM_PT
        text.set_position((GAP_PT + LEADER_PT * led, shift))
        if led:
            _lead(axes, ending, shift)
    return True


def _widest(axes: Axes, endings: Sequence[Ending]) -> float:
    """Width in pixels of the longest name."""
    texts = [_write(axes, ending) for ending in endings]
    widths = [text.get_window_extent().width for text in texts]
    for text in texts:
        text.remove()
    return max(widths)


def _write(axes: Axes, ending: Ending) -> Text:
    return axes.annotate(
        ending.text,
        (ending.x, ending.y),
        (GAP_PT, 0),
        textcoords="offset points",
        color=ink(ending.line.get_color()),
        fontsize=SMALL_PT,
        va="center",
        annotation_clip=False,
    )


def _lead(axes: Axes, ending: Ending, shift: float) -> None:
    """A hairline from beside the line's end to just before its name, which had to move by `shift` points."""
    axes.annotate(
        "",
        (ending.x, ending.y),
        (GAP_PT + LEADER_PT - LEADER_GAP_PT, shift),
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "-",
            "color": ending.line.get_color(),
            "linewidth": 0.5,
            "shrinkA": 0,
            "shrinkB": 2.5,
        },
        annotation_clip=False,
    )
