"""Shapes and pictures of few pixels that figures are drawn with; all lengths in centimetres of the printed figure."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from labreport.figures.style import CM, SMALL_PT

INK, FRAME_FILL = "#222222", "#f5f5f5"
ROUND_CM = 0.18  # of a line's corners
LINE_CM = 0.36  # from one line of small type to the next
FACTOR = 6  # of pixels, which readers that smooth pictures then smooth no wider than a sixth
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


def width_of(lines: Sequence[str]) -> float:
    """Width of the longest line of small type in centimetres, before there is a figure for it; 0 without lines."""
    figure = Figure()
    texts = [figure.text(0, 0, line, fontsize=SMALL_PT) for line in lines]
    return max((text.get_window_extent().width / figure.dpi / CM for text in texts), default=0.0)


def colours(picture: np.ndarray) -> np.ndarray:
    """(..., 1 or 3) -> (..., 3): grey as equal shares of red, green and blue."""
    return np.broadcast_to(picture, (*picture.shape[:-1], 3))


def show(axes: Axes, picture: np.ndarray, x: float, top: float, size: float) -> None:
    """Draw a picture as a square whose upper left corner is (x, top); each pixel stays a sharp square."""
    pixels = picture.repeat(FACTOR, axis=0).repeat(FACTOR, axis=1)
    axes.imshow(pixels, extent=(x, x + size, top - size, top), interpolation="none", aspect="auto")


def to_text(picture: np.ndarray) -> str:
    """An uint8 picture (height, width, 3) as `rrggbb` in hexadecimal, pixel after pixel, a blank between its rows.

    >>> to_text(np.array([[[255, 0, 16]], [[0, 0, 1]]], dtype=np.uint8))
    'ff0010 000001'
    """
    return " ".join(row.tobytes().hex() for row in np.ascontiguousarray(picture))


def from_text(text: str) -> np.ndarray:
    """The uint8 picture (height, width, 3) that `to_text` wrote."""
    rows = [np.frombuffer(bytes.fromhex(row), dtype=np.uint8) for row in text.split(" ")]
    return np.stack(rows).reshape(len(rows), -1, 3)
