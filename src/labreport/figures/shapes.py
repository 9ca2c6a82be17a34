"""Shapes that diagrams are drawn with; all lengths in centimetres of the printed figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Arc, FancyArrowPatch, FancyBboxPatch, Polygon

from labreport.figures.style import CM, SMALL_PT

INK, FRAME_FILL = "#222222", "#f5f5f5"
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
    look: dict[str, Any] = {"color": INK, "linewidth": 0.9, "capstyle": "butt", "zorder": 2}
    style = "-|>,head_length=0.35,head_width=0.17" if head else "-"
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle=style,
            mutation_scale=10,
            shrinkA=0,
            shrinkB=0,
            linestyle=DASHED if dashed else "-",
            **look,
        )
    )


def path(axes: Axes, points: Sequence[Point], *, head: bool = True) -> None:
    """A line with corners, with a head at its end or without."""
    *bends, last, end = points
    corners = [*bends, last]
    axes.plot(*zip(*corners, strict=True), color=INK, linewidth=0.9, solid_joinstyle="miter", zorder=2)
    wire(axes, last, end, head=head)


def write(axes: Axes, x: float, y: float, lines: Sequence[str], **look: Any) -> None:
    """Lines of small type below each other, centred on (x, y)."""
    for index, line in enumerate(lines):
        place = y + ((len(lines) - 1) / 2 - index) * LINE_CM
        style = {"ha": "center", "va": "center", "fontsize": SMALL_PT, "zorder": 6, **look}
        axes.text(x, place, line, **style)


def volume(axes: Axes, x: float, y: float, width: float, height: float, slant: float, fill: str) -> None:
    """A block seen from its front left; its front is `width` × `height`, the middle of its left edge at (x, y)."""
    low, high, right = y - height / 2, y + height / 2, x + width
    front = [(x, low), (right, low), (right, high), (x, high)]
    top = [(x, high), (right, high), (right + slant, high + slant), (x + slant, high + slant)]
    side = [(right, low), (right + slant, low + slant), (right + slant, high + slant), (right, high)]
    for corners, shade in ((front, 1.0), (top, 0.93), (side, 0.84)):
        red, green, blue = to_rgb(fill)
        face = (shade * red, shade * green, shade * blue)
        axes.add_patch(
            Polygon(corners, closed=True, facecolor=face, edgecolor=INK, linewidth=0.6, joinstyle="round", zorder=3)
        )


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
