"""One metric of several experiments, epoch by epoch, on one pair of axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import draw_lines, measured_curve, number, published_curve, sources
from labreport.figures.labels import label
from labreport.figures.style import new_figure
from labreport.metrics import split_column
from labreport.results import Results


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `experiment, source` (measured, published), `epoch, value, std, seeds`.

    Args:
        results: the runs' results; published curves are taken along where the runs saw the real data.
        options: `experiments`, in the order of drawing, and `metric`, a column of `metrics.csv`.

    Raises:
        ResultsError: a file of a run is missing or malformed, or a run did not measure the metric.
    """
    metric = options["metric"]
    ours = [measured_curve(results, name, metric) for name in options["experiments"]]
    last = int(max(curve["epoch"].max() for curve in ours))
    theirs = [published_curve(results, name, metric, last) for name in options["experiments"]]
    return pd.concat([*ours, *(curve for curve in theirs if curve is not None)], ignore_index=True)


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """A solid line for each experiment in its own colour and marker, its published curve dashed in the same colour."""
    metric = options["metric"]
    names = {name: name for name in options["experiments"]}
    figure, axes = new_figure(options, half_cm=6.0, full_cm=7.6)
    axes.set_ylabel(label(metric, lang))
    draw_lines(figure, axes, frame, "experiment", names, split_column(metric)[1].percent, lang)
    return figure


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """Each experiment's last epoch and value there."""
    metric = options["metric"]
    quantity = metric.partition("_")[2]
    ours = frame[frame["source"] == "measured"]
    last = {row["experiment"]: row for row in ours.sort_values("epoch").to_dict("records")}
    ends = [(name, number(last[name]["value"], quantity), last[name]["epoch"]) for name in options["experiments"]]
    published = "published" in sources(frame)
    what = label(metric, lang).removesuffix(" (%)")
    if lang == "zh":
        listed = "; ".join(f"{name} 第 {epoch} 轮为 {value}" for name, value, epoch in ends)
        return f"折线图: 各模型逐轮的{what}。{listed}。" + ("细虚线为原报告的曲线。" if published else "")
    listed = "; ".join(f"{name} ends epoch {epoch} at {value}" for name, value, epoch in ends)
    return f"Line chart: {what[0].lower()}{what[1:]} by epoch. {listed}." + (
        " Thin dashed lines are the published curves." if published else ""
    )
