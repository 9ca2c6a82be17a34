"""Shapes that diagrams are drawn with; all lengths in centimetres of the printed figure."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from labreport.figures.style import CM, SMALL_PT

INK, FRAME_FILL = "#222222", "#f5f5f5"
ROUND_CM = 0.18  # of a line's corners
LINE_CM = 0.36  # from one line of small type to the next
DASHED = (0, (2.2, 1.4))
Point = tuple[float, float]


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure and axes over all of it, with centimetres from its lower left corner as coordinates."""
    figure = Figure(figsize=(width * CM, height * CM))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    return figure, axes


def rounded(
    x: float, y: float, width: float, height: float, fill: str, *, corner: float = 0.08, edge: str = INK, order: int = 3
) -> FancyBboxPatch:
    """A box with round corners, above wires (whose order is 2); (x, y) is its lower left one."""
    style = f"round,pad=0,rounding_size={corner}"
    look: dict[str, Any] = {"facecolor": fill, "edgecolor": edge, "linewidth": 0.8, "zorder": order}
    return FancyBboxPatch((x, y), width, height, boxstyle=style, **look)


def wire(axes: Axes, start: Point, end: Point, *, head: bool = True, dashed: bool = False) -> None:
    """A straight line, with a head at its end or without."""
    path(axes, [start, end], head=head, dashed=dashed)


def path(axes: Axes, points: Sequence[Point], *, head: bool = True, dashed: bool = False) -> None:
    """A line with rounded corners, with a head at its end or without."""
    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_towards(corner, before), corner, _towards(corner, after)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    look: dict[str, Any] = {"color": INK, "linewidth": 0.9, "capstyle": "butt", "zorder": 2}
    axes.add_patch(
        FancyArrowPatch(
            path=Path([*vertices, points[-1]], [*codes, Path.LINETO]),
            arrowstyle="-|>,head_length=0.35,head_width=0.17" if head else "-",
            mutation_scale=10,
            linestyle=DASHED if dashed else "-",
            **look,
        )
    )


def _towards(corner: Point, other: Point) -> Point:
    """Where the rounding of a corner begins on the way to `other`."""
    (x, y), (far_x, far_y) = corner, other
    share = min(0.5, ROUND_CM / max(math.hypot(far_x - x, far_y - y), 1e-9))
    return x + share * (far_x - x), y + share * (far_y - y)


def write(axes: Axes, x: float, y: float, lines: Sequence[str], **look: Any) -> None:
    """Lines of small type below each other, centred on (x, y)."""
    for index, line in enumerate(lines):
        place = y + ((len(lines) - 1) / 2 - index) * LINE_CM
        style = {"ha": "center", "va": "center", "fontsize": SMALL_PT, "zorder": 6, **look}
        axes.text(x, place, line, **style)


def hop(axes: Axes, start: float, end: float, y: float, height: float, *, dashed: bool) -> None:
    """An arc from (start, y) over what lies between to (end, y)."""
    middle, width = (start + end) / 2, end - start
    style = DASHED if dashed else "-"
    axes.add_patch(
        Arc((middle, y), width, 2 * height, theta1=0, theta2=180, color=INK, linewidth=0.9, linestyle=style, zorder=5)
    )


class Ruler:
    """Measures type before there is a figure to put it in."""

    def __init__(self) -> None:
        self._figure = Figure()

    def width(self, lines: Sequence[str], size: float = SMALL_PT) -> float:
        """Width of the longest line in centimetres, 0 without lines."""
        widths = [0.0]
        for line in lines:
            text = self._figure.text(0, 0, line, fontsize=size)
            widths.append(text.get_window_extent().width / self._figure.dpi / CM)
            text.remove()
        return max(widths)
