"""Names of lines: at the lines' ends where there is room, else in a legend outside the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from scipy.optimize import isotonic_regression

from labreport.figures.style import GREY, MEASURED, PUBLISHED, SMALL_PT, ink

LINE_SPACING = 1.25
WIDEST_SHARE = 0.3  # of the figure's width: wider labels would squeeze the data
GAP_PT = 6.0
LEADER_FROM_PT = 2.5
LEADER_PT, LEADER_GAP_PT = 5.0, 2.5  # how far a led name moves right, and what stays free before it
LEADER: dict[str, Any] = {"arrowstyle": "-", "linewidth": 0.5, "shrinkA": 0, "shrinkB": 2.5}
OFFSET: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}


@dataclass(frozen=True)
class Ending:
    """The last point of a line, in data coordinates, and the line's name."""

    x: float
    y: float
    text: str
    line: Line2D


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> np.ndarray:
    """Positions near `wanted` that are at least `gap` apart and lie in [low, high] where there is room.

    The sum of squared shifts is the least, and the order of `wanted` is kept, of equal ones theirs.

    >>> spread([0.0, 0.0, 5.0], 1.0, -10.0, 10.0)
    array([-0.5,  0.5,  5. ])
    """
    order, below = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    placed = np.empty(len(wanted))
    placed[order] = isotonic_regression(np.array(wanted)[order] - below).x + below
    placed[order] = np.clip(placed[order], low + below, high - below[::-1])
    return placed


def name_lines(figure: Figure, axes: Axes, endings: Sequence[Ending], sources: Sequence[tuple[str, str]]) -> None:
    """Name every line, and say which style is measured and which published.

    Args:
        figure: laid out with the `constrained` engine.
        axes: holds the lines; its limits are final.
        endings: one per measured line.
        sources: (`measured` or `published`, its words) for the styles that occur; fewer than two need no key.
    """
    styles = {"measured": {**MEASURED, "marker": "none"}, "published": PUBLISHED}
    keys = [Line2D([], [], color=GREY, label=words, **styles[source]) for source, words in sources if sources[1:]]
    texts = [_write(axes, ending) for ending in endings]
    wide = max(text.get_window_extent().width for text in texts) > WIDEST_SHARE * figure.bbox.width
    early = len({ending.x for ending in endings}) > 1  # a name at an early end would lie on the other lines
    if not wide and not early and _placed(figure, axes, endings, texts):
        if keys:
            figure.legend(handles=keys, loc="outside upper center", ncols=2)
        return
    for text in texts:
        text.remove()
    handles = [Line2D([], [], **_look(ending.line), label=ending.text) for ending in endings]
    figure.legend(handles=[*handles, *keys], loc="outside upper left" if wide else "outside right center")


def _look(line: Line2D) -> dict[str, Any]:
    return {**MEASURED, "color": line.get_color(), "marker": line.get_marker(), "markerfacecolor": "white"}


def _write(axes: Axes, ending: Ending) -> Text:
    style: dict[str, Any] = {"color": ink(ending.line.get_color()), "fontsize": SMALL_PT, "va": "center"}
    return axes.annotate(ending.text, (ending.x, ending.y), (GAP_PT, 0), **OFFSET, **style)


def _placed(figure: Figure, axes: Axes, endings: Sequence[Ending], texts: Sequence[Text]) -> bool:
    """Move the names apart, each that had to move far with a hairline to its line; False where they do not fit."""
    figure.draw_without_rendering()
    pixel, box = figure.dpi / 72, axes.get_window_extent()
    height = SMALL_PT * LINE_SPACING * pixel
    if height * len(texts) > box.height:
        return False
    wanted = [float(axes.transData.transform((ending.x, ending.y))[1]) for ending in endings]
    shifts = (spread(wanted, height, box.y0, box.y1) - wanted) / pixel
    for ending, text, shift in zip(endings, texts, shifts, strict=True):
        led = abs(shift) > LEADER_FROM_PT
        text.set_position((GAP_PT + LEADER_PT * led, shift))
        if led:
            end, look = (GAP_PT + LEADER_PT - LEADER_GAP_PT, shift), {**LEADER, "color": ending.line.get_color()}
            axes.annotate("", (ending.x, ending.y), end, arrowprops=look, **OFFSET)
    return True
