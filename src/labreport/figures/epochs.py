"""Curves over epochs: every seed, their mean and spread, published curves, and how they are drawn."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.endlabels import Ending, name_lines
from labreport.figures.labels import in_percent, label
from labreport.figures.style import (
    FAINT,
    MARKERS_PER_LINE,
    MEASURED,
    PUBLISHED,
    epoch_axis,
    new_figure,
    series,
    value_axis,
)
from labreport.languages import section
from labreport.metrics import METRICS
from labreport.quantities.measured import measure
from labreport.results import Options, Results
from labreport.rounding import fixed

BAND_ALPHA = 0.18


def measured_curve(results: Results, experiment: str, column: str) -> pd.DataFrame:
    """Columns `experiment, source, epoch, seed, value`: a row per seed and epoch.

    Raises:
        ResultsError: the runs did not measure `column`.
    """
    frame = results.metrics(experiment, [column])
    return _curve(frame, column, experiment=experiment, source="measured", seed=frame["seed"].astype("Int64"))


def published_curve(results: Results, experiment: str, column: str, last_epoch: int) -> pd.DataFrame | None:
    """The published curve up to `last_epoch`, in the columns of `measured_curve`; it has no seed.

    None where nothing of it is published or where the runs did not see the real data: a curve of other data beside them
    would invite a comparison that means nothing.
    """
    curve = results.curve(experiment) if results.real_data else None
    if curve is None or column not in curve or curve["epoch"].min() > last_epoch:
        return None
    curve, none = curve[curve["epoch"] <= last_epoch], pd.Series(dtype="Int64")
    return _curve(curve, column, experiment=experiment, source="published", seed=none)


def _curve(frame: pd.DataFrame, column: str, **about: Any) -> pd.DataFrame:
    frame = frame.rename(columns={column: "value"}).assign(**about)
    return frame[["experiment", "source", "epoch", "seed", "value"]]


def of_seeds(results: Results, experiment: str, quantity: str, dataset: str = "") -> pd.DataFrame:
    """Columns `experiment, seed, value` of a quantity (`dataset` says which classes are short and full)."""
    values = measure(results, experiment, quantity, dataset).values
    return pd.DataFrame({"experiment": experiment, "seed": values.index, "value": values.to_numpy()})


def over_seeds(frame: pd.DataFrame, by: str = "epoch", x: str = "epoch") -> pd.DataFrame:
    """Columns `x, value, std` by `by`: means over seeds, and the sample standard deviation, empty for one seed."""
    return frame.groupby(by).agg(x=(x, "mean"), value=("value", "mean"), std=("value", "std"))


def draw_curves(
    frame: pd.DataFrame,
    options: Options,
    names: Mapping[str, str],
    lang: str,
    by: str = "experiment",
    heights: tuple[float, float] = (6.0, 7.6),
) -> Figure:
    """A figure of a `metric` epoch by epoch, fractions in percent; `heights` (cm) are those of half and full width."""
    figure, axes = new_figure(options, *heights)
    metric, frame = options["metric"], shown(frame, options["metric"])
    value_axis(axes, frame["value"], label(metric, lang), percent=percent(metric))
    epoch_axis(axes, int(frame["epoch"].max()), label("epoch", lang))
    draw_lines(figure, axes, frame, names, lang, by=by)
    return figure


def draw_lines(
    figure: Figure,
    axes: Axes,
    frame: pd.DataFrame,
    names: Mapping[str, str],
    lang: str,
    by: str = "experiment",
    x: str = "epoch",
) -> None:
    """A line for each of `names` in its own look and with its name at the end, its published curve dashed beside it.

    Args:
        figure: that `axes` are on.
        axes: to draw on, their limits final and labelled, since names at the ends of lines take the room that is left.
        frame: `source, epoch, seed, value` of all lines and `x`, in the units of the axes.
        names: values of `by`, in the order of drawing -> how each line is called.
        lang: of the words.
        by: the column that tells the lines apart.
        x: the column that they are drawn over.
    """
    endings = []
    for index, (key, name) in enumerate(names.items()):
        of_line, look = frame[frame[by] == key], series(index)
        ours, theirs = (of_line[of_line["source"] == source] for source in ("measured", "published"))
        if len(theirs):
            axes.plot(theirs[x], theirs["value"], **{**PUBLISHED, "color": look["color"]}, zorder=2)
        endings.append(_draw_measured(axes, ours, x, look, name))
    name_lines(figure, axes, endings, [(source, label(source, lang)) for source in sources(frame)])


def _draw_measured(axes: Axes, curves: pd.DataFrame, x: str, look: dict[str, Any], name: str) -> Ending:
    """The mean with a few markers; of several seeds, each one faint, and a band of one standard deviation."""
    mean = over_seeds(curves, x=x)
    if mean["std"].notna().any():
        for _, one in curves.groupby("seed"):
            axes.plot(one[x], one["value"], **FAINT, color=look["color"])
        edges = mean["value"] - mean["std"], mean["value"] + mean["std"]
        axes.fill_between(mean["x"], *edges, color=look["color"], alpha=BAND_ALPHA, linewidth=0, zorder=1)
    every = max(1, round(len(mean) / MARKERS_PER_LINE))
    marks = [i for i in range(len(mean)) if (len(mean) - 1 - i) % every == 0]
    style = {**MEASURED, **look, "markerfacecolor": "white", "markevery": marks, "zorder": 3, "clip_on": False}
    (line,) = axes.plot(mean["x"], mean["value"], **style)
    return Ending(float(mean["x"].iloc[-1]), float(mean["value"].iloc[-1]), name, line)


def sources(frame: pd.DataFrame) -> list[str]:
    """`measured`, and `published` where the frame has such rows."""
    return [source for source in ("measured", "published") if (frame["source"] == source).any()]


def shown(frame: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """The frame with `value` in the unit that figures show: fractions in percent, all else as it is."""
    return frame.assign(value=100 * frame["value"]) if percent(quantity) else frame


def percent(quantity: str) -> bool:
    """Whether a metric (`accuracy`), a column (`val_accuracy`) or another quantity is a fraction, shown in percent."""
    metric = METRICS.get(quantity.rpartition("_")[2])
    return metric is not None and metric.percent


def number(value: float, quantity: str, lang: str) -> str:
    """A fraction in percent with one decimal, a loss with two decimals, a correlation with three, seconds with one."""
    name = quantity.rpartition("_")[2]
    if name in METRICS and not percent(name):
        return fixed(value, 2 if name == "loss" else 3)
    return in_percent(100 * value, lang) if name in METRICS else fixed(value, 1) + section("units", lang)["seconds"]
