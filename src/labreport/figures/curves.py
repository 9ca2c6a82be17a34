"""Loss or accuracy of one experiment, training and validation, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.endlabels import Ending, name_lines
from labreport.figures.epochs import draw_measured, draw_published, measured_curve, number, published_curve, sources
from labreport.figures.labels import label
from labreport.figures.style import epoch_axis, new_figure, series, value_axis
from labreport.results import Results

SPLITS = ("train", "val")


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `split` (train, val), `experiment, source` (measured, published), `epoch, value, std, seeds`.

    Args:
        results: the run's results; published curves are taken along where the runs saw the real data.
        options: `experiments`, a list of one name, and `metric`, `loss` or `accuracy` (then `value` is a fraction).

    Raises:
        ResultsError: a file of the run is missing or malformed, or `experiments` names more than one.
    """
    experiment = results.single(options["experiments"])
    frames = []
    for split in SPLITS:
        column = f"{split}_{options['metric']}"
        ours = measured_curve(results, experiment, column)
        theirs = published_curve(results, experiment, column, int(ours["epoch"].max()))
        frames += [frame.assign(split=split) for frame in (ours, theirs) if frame is not None]
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """Both splits as solid lines with their names at the ends, published ones thin and dashed."""
    accuracy = options["metric"] == "accuracy"
    factor = 100.0 if accuracy else 1.0
    figure, axes = new_figure(options, half_cm=5.6, full_cm=7.5)
    endings = []
    for index, split in enumerate(SPLITS):
        of_split = frame[frame["split"] == split]
        ours, theirs = (of_split[of_split["source"] == source] for source in ("measured", "published"))
        look = series(index)
        draw_published(axes, theirs, factor, look)
        line = draw_measured(axes, ours, factor, look)
        end = ours.iloc[-1]
        endings.append(Ending(float(end["epoch"]), factor * float(end["value"]), label(split, lang), line))
    values = factor * frame["value"]
    value_axis(axes, values.min(), values.max(), percent=accuracy)
    epoch_axis(axes, int(frame["epoch"].max()), label("epoch", lang))
    axes.set_ylabel(label(options["metric"], lang))
    name_lines(figure, axes, endings, [(source, label(source, lang)) for source in sources(frame)])
    return figure


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """First and last value of both splits, and the validation's best epoch."""
    accuracy = options["metric"] == "accuracy"
    ours = frame[frame["source"] == "measured"]
    train, val = (ours[ours["split"] == split] for split in SPLITS)
    best = val.sort_values("value", ascending=not accuracy, kind="stable").iloc[0]
    ends = [number(float(curve["value"].iloc[i]), accuracy) for curve in (train, val) for i in (0, -1)]
    name, last, at = ours["experiment"].iloc[0], int(ours["epoch"].max()), int(best["epoch"])
    value, published = number(float(best["value"]), accuracy), "published" in sources(frame)
    if lang == "zh":
        what = "准确率" if accuracy else "损失"
        return (
            f"折线图: {name} 在 {last} 个训练轮次中的{what}。训练{what}从 {ends[0]} 变为 {ends[1]}, "
            f"验证{what}从 {ends[2]} 变为 {ends[3]}, 验证最佳值 {value} 出现在第 {at} 轮。"
            + ("细虚线为原报告的曲线。" if published else "")
        )
    what = "accuracy" if accuracy else "loss"
    return (
        f"Line chart: {what} of {name} over {last} epochs. Training {what} goes from {ends[0]} to {ends[1]}, "
        f"validation {what} from {ends[2]} to {ends[3]}; the best validation value, {value}, is at epoch {at}."
        + (" Thin dashed lines are the published curves." if published else "")
    )
