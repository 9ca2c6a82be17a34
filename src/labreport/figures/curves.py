"""Loss, accuracy or correlation of one experiment, on each split that was measured, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import draw_lines, measured_curve, number, published_curve, sources
from labreport.figures.labels import label
from labreport.figures.style import new_figure
from labreport.metrics import METRICS, SPLITS
from labreport.results import Results


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `split`, `experiment, source` (measured, published), `epoch, value, std, seeds`.

    Args:
        results: the run's results; published curves are taken along where the runs saw the real data.
        options: `experiments`, a list of one name, and `metric`, of `labreport.metrics` (an accuracy is a fraction).

    Raises:
        ResultsError: a file of the run is missing or malformed, it did not measure the metric, or `experiments` names
            more than one.
    """
    experiment = results.single(options["experiments"])
    frames = []
    for split in SPLITS[results.task(experiment)]:
        column = f"{split}_{options['metric']}"
        ours = measured_curve(results, experiment, column)
        theirs = published_curve(results, experiment, column, int(ours["epoch"].max()))
        frames += [frame.assign(split=split) for frame in (ours, theirs) if frame is not None]
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """The splits as solid lines with their names at the ends, published ones thin and dashed."""
    metric = options["metric"]
    names = {split: label(split, lang) for split in frame["split"].unique()}
    figure, axes = new_figure(options, half_cm=5.6, full_cm=7.5)
    axes.set_ylabel(label(metric, lang))
    draw_lines(figure, axes, frame, "split", names, METRICS[metric].percent, lang)
    return figure


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """First and last value of each split, and the validation's best epoch."""
    metric = options["metric"]
    ours = frame[frame["source"] == "measured"]
    val = ours[ours["split"] == "val"]
    best = val.sort_values("value", ascending=not METRICS[metric].higher_is_better, kind="stable").iloc[0]
    ends = []
    for split, curve in ours.groupby("split", sort=False):
        first, final = (number(float(curve["value"].iloc[i]), metric) for i in (0, -1))
        ends.append((label(str(split), lang), first, final))
    name, last, at = ours["experiment"].iloc[0], int(ours["epoch"].max()), int(best["epoch"])
    value, published = number(float(best["value"]), metric), "published" in sources(frame)
    what = METRICS[metric].title[lang]
    if lang == "zh":
        moves = ", ".join(f"{split}{what}从 {first} 变为 {final}" for split, first, final in ends)
        return f"折线图: {name} 在 {last} 个训练轮次中的{what}。{moves}, 验证最佳值 {value} 出现在第 {at} 轮。" + (
            "细虚线为原报告的曲线。" if published else ""
        )
    moves = ", ".join(f"{split} from {first} to {final}" for split, first, final in ends)
    return (
        f"Line chart: {what} of {name} over {last} epochs, {moves}; "
        f"the best validation value, {value}, is at epoch {at}."
        + (" Thin dashed lines are the published curves." if published else "")
    )
