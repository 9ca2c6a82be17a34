"""Figures as somebody approved them: what is drawn where, in which colour, and every word, artist by artist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from labreport.figures.picture import told
from labreport.figures.registry import KINDS
from labreport.figures.style import house_style
from labreport.loading import load_module

MOST = 8  # points of a line or artists of one sort that are written out


def numbers(values: Iterable[Any]) -> str:
    found = [f"{float(value):.4g}" for value in np.ravel(list(values))]
    return " ".join(found if len(found) <= MOST else [*found[: MOST - 2], f"... {len(found)} ...", found[-1]])


def of_axis(name: str, axis: Axis) -> str:
    low, high = axis.get_view_interval()
    ticks = [
        f"{where:.4g}={label.get_text()}"
        for where, label in zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        if min(low, high) <= where <= max(low, high)
    ]
    said = f"  {name} {axis.get_label_text()!r} {axis.get_scale()} {low:.4g} to {high:.4g}"
    return said + (f": {', '.join(ticks)}" if axis.get_visible() else "")


def of_line(line: Line2D) -> str:
    look = f"{to_hex(line.get_color())} {line.get_linestyle()} {line.get_marker()} alpha {line.get_alpha()}"
    return f"  line {look}: x {numbers(line.get_xdata())}; y {numbers(line.get_ydata())}"


def of_patch(patch: Patch) -> str:
    box = patch.get_path().get_extents(patch.get_patch_transform())
    place = [*patch.get_xy(), patch.get_width(), patch.get_height()] if isinstance(patch, Rectangle) else box.extents
    return f"  {type(patch).__name__} {to_hex(patch.get_facecolor())}: {numbers(place)}"


def of_axes(axes: Axes) -> Iterator[str]:
    yield f"axes {axes.get_title()!r}"
    if axes.axison:
        yield from (of_axis("x", axes.xaxis), of_axis("y", axes.yaxis))
    yield from few([of_line(line) for line in axes.lines])
    yield from few([of_patch(patch) for patch in axes.patches])
    for one in axes.collections:
        points = (
            one.get_offsets()
            if len(one.get_offsets()) > 1
            else [path.get_extents().extents for path in one.get_paths()]
        )
        colours = dict.fromkeys(to_hex(colour) for colour in [*one.get_facecolor()[:3], *one.get_edgecolor()[:1]])
        yield f"  {type(one).__name__} {', '.join(colours)}: {numbers(points)}"
    yield from few([f"  image {image.get_array().shape} {numbers(image.get_array())}" for image in axes.images])
    yield from few([f"  text {text.get_text()!r} at {numbers(text.xy if hasattr(text, 'xy') else text.get_position())}"
                    for text in axes.texts], 40)  # fmt: skip
    if axes.get_legend():
        yield f"  legend {[text.get_text() for text in axes.get_legend().get_texts()]}"


def few(lines: list[str], most: int = 12) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 2], f"  ... {len(lines)} ...", lines[-1]]


def drawn(figure: Figure) -> Iterator[str]:
    figure.draw_without_rendering()
    yield f"{figure.get_figwidth() * 2.54:.1f} by {figure.get_figheight() * 2.54:.1f} cm"
    for axes in figure.axes:
        yield from of_axes(axes)
    yield from (f"text {text.get_text()!r}" for text in figure.texts)
    for legend in figure.legends:
        yield f"legend {[text.get_text() for text in legend.get_texts()]}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_looks_as_somebody_approved_it(kind, results, approved):
    parts, spec = list[str](), results(kind, seeds=3).spec
    for lang in ("en", "zh"):
        frame, chosen, files = told(load_module(KINDS[kind].target, kind), {**spec, "lang": lang})
        with house_style(lang):
            figure = load_module(KINDS[kind].target, kind).draw(frame, chosen, lang)
            lines = [*files["txt"].splitlines(), files["note"], *drawn(figure)]
        parts += [*(line for line in lines if line not in parts), ""]  # of Chinese what it has of its own
    approved(f"figures/approved/{kind}.txt", "\n".join(parts) + "\n")
