"""Figures as somebody approved them: what is drawn where, in which colour, and every word, artist by artist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Annotation, Text
from pandas.api.types import is_numeric_dtype

from labreport.figures.picture import told
from labreport.figures.registry import KINDS
from labreport.figures.style import house_style
from labreport.loading import load_module

MOST = 8  # points of a line or artists of one sort that are written out
ROWS = 50  # the same of a frame, of which else the values of each column are


def numbers(values: Iterable[Any]) -> str:
    found = [f"{float(value):.4g}" for value in np.ravel(list(values))]
    return " ".join(found if len(found) <= MOST else [*found[: MOST - 2], f"... {len(found)} ...", found[-1]])


def hued(colour: Any) -> str:
    return to_hex(colour, keep_alpha=False)


def look_of_axis(axis: Axis) -> str:
    label = axis.label
    if not (ticks := axis.get_major_ticks()):
        return f"  no ticks; label {label.get_size():g} pt"
    mark, grid, said = ticks[0].tick1line, ticks[0].gridline, ticks[0].label1
    shown = f"{grid.get_linewidth():g} {hued(grid.get_color())}" if grid.get_visible() else "none"
    return (
        f"  ticks {mark.get_markersize():g} by {mark.get_markeredgewidth():g} {hued(mark.get_markeredgecolor())}, "
        f"{said.get_size():g} pt {hued(said.get_color())}; label {label.get_size():g} pt; grid {shown}"
    )


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
    look = f"alpha {line.get_alpha()} z {line.get_zorder():g}"
    if line.get_linestyle() != "None":
        look += f" {hued(line.get_color())} {line.get_linestyle()} {line.get_linewidth():g}"
    if line.get_marker() not in ("None", "none"):
        marker = f"{line.get_marker()} {line.get_markersize():g} by {line.get_markeredgewidth():g}"
        look += f" {marker} {hued(line.get_markerfacecolor())} {hued(line.get_markeredgecolor())}"
        look += f" every {line.get_markevery()}" if line.get_markevery() else ""
    return f"  line {look}: x {numbers(line.get_xdata())}; y {numbers(line.get_ydata())}"


def of_patch(patch: Patch) -> str:
    box = patch.get_path().get_extents(patch.get_patch_transform())
    place = [*patch.get_xy(), patch.get_width(), patch.get_height()] if isinstance(patch, Rectangle) else box.extents
    look = f"{hued(patch.get_facecolor())} alpha {patch.get_alpha()} edge {hued(patch.get_edgecolor())}"
    look += f" {patch.get_linewidth():g} z {patch.get_zorder():g} {patch.get_hatch() or ''}".rstrip()
    return f"  {type(patch).__name__} {look}: {numbers(place)}"


def of_text(text: Text) -> str:
    place = f"{numbers(text.xy)}, " if isinstance(text, Annotation) else ""
    look = f"{text.get_size():g} pt {hued(text.get_color())} {text.get_ha()} {text.get_va()} {text.get_rotation():g}"
    return f"  text {text.get_text()!r} at {place}{numbers(text.get_position())}: {look}"


def of_legend(legend: Legend) -> str:
    columns = {round(text.get_window_extent().x0) for text in legend.get_texts()}
    said = [text.get_text() for text in legend.get_texts()]
    return f"legend {said} in {len(columns)}, {legend.get_texts()[0].get_size():g} pt, frame {legend.get_frame_on()}"


def of_axes(axes: Axes) -> Iterator[str]:
    placed = "" if axes.figure.get_layout_engine() else f" at {numbers(axes.get_position().bounds)}"
    yield f"axes {axes.get_title()!r}{placed}"
    if axes.axison:
        sides = {name: side for name, side in axes.spines.items() if side.get_visible()}
        looks = {f"{side.get_linewidth():g} {hued(side.get_edgecolor())}" for side in sides.values()}
        yield f"  sides {' '.join(sides)}: {', '.join(sorted(looks))}"
        yield from (of_axis("x", axes.xaxis), look_of_axis(axes.xaxis))
        yield from (of_axis("y", axes.yaxis), look_of_axis(axes.yaxis))
    yield from few([of_line(line) for line in axes.lines])
    yield from few([of_patch(patch) for patch in axes.patches])
    for one in axes.collections:
        points = (
            one.get_offsets()
            if len(one.get_offsets()) > 1
            else [path.get_extents().extents for path in one.get_paths()]
        )
        colours = dict.fromkeys(hued(colour) for colour in [*one.get_facecolor()[:3], *one.get_edgecolor()[:1]])
        look = f"{', '.join(colours)} alpha {one.get_alpha()} {numbers(one.get_linewidth())} z {one.get_zorder():g}"
        yield f"  {type(one).__name__} {look}: {numbers(points)}"
    yield from few([f"  image {image.get_array().shape} {numbers(image.get_array())}" for image in axes.images])
    yield from few([of_text(text) for text in axes.texts], 40)
    if legend := axes.get_legend():
        yield f"  {of_legend(legend)}"


def few(lines: list[str], most: int = 12) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 2], f"  ... {len(lines)} ...", lines[-1]]


def of_frame(frame: pd.DataFrame) -> Iterator[str]:
    yield f"{len(frame)} rows"
    if len(frame) <= ROWS:
        yield f"  {' | '.join(frame)}"
        for row in frame.itertuples(index=False):
            yield f"  {' | '.join(f'{one:.4g}' if isinstance(one, float) else str(one) for one in row)}".rstrip()
        return
    for name, column in frame.items():
        values = column.dropna().unique()
        shown = numbers(values) if is_numeric_dtype(column) else ", ".join(map(str, values))
        yield f"  {name}: {shown}".rstrip(" :")


def drawn(figure: Figure) -> Iterator[str]:
    figure.draw_without_rendering()
    yield f"{figure.get_figwidth() * 2.54:.1f} by {figure.get_figheight() * 2.54:.1f} cm"
    for axes in figure.axes:
        yield from of_axes(axes)
    yield from (of_text(text).strip() for text in figure.texts)
    yield from map(of_legend, figure.legends)


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_looks_as_somebody_approved_it(kind, results, approved):
    parts, spec = list[str](), results(kind, seeds=3).spec
    for lang in ("en", "zh"):
        frame, chosen, files = told(load_module(KINDS[kind].target, kind), {**spec, "lang": lang})
        with house_style(lang):
            figure = load_module(KINDS[kind].target, kind).draw(frame, chosen, lang)
            lines = [*files["txt"].splitlines(), files["note"], *of_frame(frame), *drawn(figure)]
        parts += [*(line for line in lines if line not in parts), ""]  # of Chinese what it has of its own
    approved(f"figures/approved/{kind}.txt", "\n".join(parts) + "\n")
