"""Curves over epochs: mean and spread over seeds, published curves, and how both are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from labreport.figures.endlabels import Ending, name_lines
from labreport.figures.labels import label
from labreport.figures.style import MARKERS_PER_LINE, MEASURED, PUBLISHED, epoch_axis, series, value_axis
from labreport.metrics import METRICS
from labreport.results import Results
from labreport.rounding import fixed

BAND_ALPHA = 0.18


def measured_curve(results: Results, experiment: str, column: str) -> pd.DataFrame:
    """Mean over the seeds that reached an epoch.

    Returns:
        `experiment, source, epoch, value, std, seeds`; std is the sample standard deviation, empty for one seed.

    Raises:
        ResultsError: the runs did not measure `column`.
    """
    metrics = results.metrics(experiment, [column])
    frame = metrics.groupby("epoch")[column].agg(value="mean", std="std", seeds="count").reset_index()
    frame.insert(0, "experiment", experiment)
    frame.insert(1, "source", "measured")
    return frame


def published_curve(results: Results, experiment: str, column: str, last_epoch: int) -> pd.DataFrame | None:
    """The published curve up to `last_epoch`, in the columns of `measured_curve`.

    None where nothing of it is published or where the runs did not see the real data: a curve of other data beside them
    would invite a comparison that means nothing.
    """
    curve = results.curve(experiment) if results.real_data else None
    if curve is None or column not in curve or curve["epoch"].min() > last_epoch:
        return None
    curve = curve[curve["epoch"] <= last_epoch]
    columns = {"experiment": experiment, "source": "published", "epoch": curve["epoch"], "value": curve[column]}
    return pd.DataFrame({**columns, "std": float("nan"), "seeds": 1})


def draw_lines(
    figure: Figure, axes: Axes, frame: pd.DataFrame, by: str, names: Mapping[str, str], percent: bool, lang: str
) -> None:
    """A solid line for each of `names` in its own look and with its name at the end, its published curve dashed beside.

    Args:
        figure: that `axes` are on.
        axes: to draw on, labelled already, since names at the ends of lines take the room that is left.
        frame: `source, epoch, value, std` of all lines, `value` in units of the metric.
        by: the column that tells the lines apart.
        names: its values, in the order of drawing -> how each is called.
        percent: whether values are fractions, shown in percent.
        lang: of the labels.
    """
    factor = 100.0 if percent else 1.0
    endings = []
    for index, (key, name) in enumerate(names.items()):
        of_line = frame[frame[by] == key]
        ours, theirs = (of_line[of_line["source"] == source] for source in ("measured", "published"))
        look = series(index)
        draw_published(axes, theirs, factor, look)
        line = draw_measured(axes, ours, factor, look)
        end = ours.iloc[-1]
        endings.append(Ending(float(end["epoch"]), factor * float(end["value"]), name, line))
    values = factor * frame["value"]
    value_axis(axes, values.min(), values.max(), percent=percent)
    epoch_axis(axes, int(frame["epoch"].max()), label("epoch", lang))
    name_lines(figure, axes, endings, [(source, label(source, lang)) for source in sources(frame)])


def draw_measured(axes: Axes, curve: pd.DataFrame, factor: float, look: dict[str, Any]) -> Line2D:
    """A solid line with a few markers, and a band of one standard deviation where there are several seeds."""
    value, std = factor * curve["value"], factor * curve["std"]
    every = max(1, round(len(curve) / MARKERS_PER_LINE))
    marks = [i for i in range(len(curve)) if (len(curve) - 1 - i) % every == 0]
    style = {**MEASURED, **look, "markerfacecolor": "white", "markevery": marks, "zorder": 3, "clip_on": False}
    (line,) = axes.plot(curve["epoch"], value, **style)
    if std.notna().any():
        axes.fill_between(
            curve["epoch"], value - std, value + std, color=look["color"], alpha=BAND_ALPHA, linewidth=0, zorder=1
        )
    return line


def draw_published(axes: Axes, curve: pd.DataFrame, factor: float, look: dict[str, Any]) -> None:
    """A thin dashed line without markers."""
    axes.plot(curve["epoch"], factor * curve["value"], **{**PUBLISHED, "color": look["color"]}, zorder=2)


def sources(frame: pd.DataFrame) -> list[str]:
    """`measured`, and `published` where the frame has such rows."""
    return [source for source in ("measured", "published") if (frame["source"] == source).any()]


def number(value: float, metric: str) -> str:
    """A fraction in percent with one decimal, a loss with two decimals, a correlation with three."""
    if METRICS[metric].percent:
        return f"{fixed(100 * value, 1)} %"
    return fixed(value, 2 if metric == "loss" else 3)
