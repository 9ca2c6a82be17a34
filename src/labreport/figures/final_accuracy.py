"""Validation accuracy of the last epoch, every experiment of a part, measured beside published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.epochs import number, sources
from labreport.figures.labels import label
from labreport.figures.style import COLOURS, GREY, PUBLISHED, SMALL_PT, new_figure
from labreport.results import Results
from labreport.rounding import fixed

ROW_CM, FRAME_CM = 0.95, 2.2
HALF_CM = 7.0  # at half width it stands beside another figure, such as a confusion matrix
THICK_CM = 0.75  # of the thickest bar, where there is more room than experiments
SHARE = {"measured": 0.4, "published": 0.38}  # of a row's height; each holds a line of small type
LOOKS: dict[str, dict[str, Any]] = {
    "measured": {"color": COLOURS[0]},
    "published": {
        "facecolor": "none",
        "edgecolor": COLOURS[1],
        "linestyle": PUBLISHED["linestyle"],
        "linewidth": PUBLISHED["linewidth"],
    },
}


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `experiment, source` (measured, published), `value, std` (fractions), `seeds, chance`.

    `chance` is the accuracy of guessing among the experiment's classes. Published values are there only where the
    runs saw the real data.

    Raises:
        ResultsError: a file of a run is missing or malformed, or an experiment has no accuracy.
    """
    rows: list[dict[str, Any]] = []
    for name in options["experiments"]:
        summary = results.summary(name)
        if "val_accuracy" not in summary:
            raise ResultsError(f"{results.name}: {name} has no accuracy, it learns {results.task(name)}")
        accuracy = summary["val_accuracy"]
        chance = 1 / len(summary["classes"].iloc[0])
        measured = {"source": "measured", "value": accuracy.mean(), "std": accuracy.std(), "seeds": len(accuracy)}
        rows.append({"experiment": name, **measured, "chance": chance})
        published = results.published(name).get("val_accuracy")
        if results.real_data and published is not None:
            theirs = {"source": "published", "value": published, "std": float("nan"), "seeds": 1}
            rows.append({"experiment": name, **theirs, "chance": chance})
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """A bar per experiment from 0, its value at the end, below it a dashed outline for what was published."""
    names = list(options["experiments"])
    full = FRAME_CM + ROW_CM * len(names)
    height = max(HALF_CM, full) if options.get("width") == "half" else full
    figure, axes = new_figure(options, half_cm=height, full_cm=height)
    shares = {source: SHARE[source] for source in sources(frame)}
    scale = min(1.0, THICK_CM / SHARE["measured"] * len(names) / (height - FRAME_CM))
    top = scale * sum(shares.values()) / 2
    for source, share in shares.items():
        rows = frame[frame["source"] == source]
        places = [len(names) - 1 - names.index(name) + top - scale * share / 2 for name in rows["experiment"]]
        _bars(axes, rows, places, scale * share, source, lang)
        top -= scale * share
    _mark_chance(axes, frame, lang)
    axes.set_yticks(range(len(names) - 1, -1, -1), names, fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.set_ylim(-0.55, len(names) - 0.45)
    axes.set_xlim(0, 100)
    axes.set_xlabel(label("val_accuracy", lang))
    if len(shares) > 1:
        figure.legend(loc="outside upper center", ncols=2, handlelength=1.8)
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, places: list[float], thickness: float, source: str, lang: str) -> None:
    """The bars of one source with their values behind them, and one deviation over seeds as a whisker."""
    value, std = 100 * rows["value"], 100 * rows["std"]
    axes.barh(places, value, thickness, label=label(source, lang), **LOOKS[source])
    if std.notna().any():
        axes.errorbar(value, places, xerr=std, linestyle="none", color="black", elinewidth=0.8, capsize=2)
    for end, spread, place in zip(value, std.fillna(0.0), places, strict=True):
        axes.annotate(
            fixed(end, 1), (end + spread, place), (4, 0), textcoords="offset points", va="center", fontsize=SMALL_PT,
            color="black" if source == "measured" else GREY, annotation_clip=False,
        )  # fmt: skip


def _mark_chance(axes: Axes, frame: pd.DataFrame, lang: str) -> None:
    """A dotted line at the accuracy of guessing, where it is one for all."""
    if frame["chance"].nunique() > 1:
        return
    chance = 100 * frame["chance"].iloc[0]
    axes.axvline(chance, color=GREY, linewidth=0.8, linestyle=":", zorder=0.5)
    axes.annotate(
        label("chance", lang), (chance, 1), (0, 1), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha="center", va="bottom", color=GREY, fontsize=SMALL_PT,
    )  # fmt: skip


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """Every value."""
    values = frame.set_index(["source", "experiment"])["value"]
    parts = []
    for name in options["experiments"]:
        ours, theirs = number(values["measured", name], "accuracy"), values.get(("published", name))
        beside = "" if theirs is None else f" ({label('published', lang)} {number(theirs, 'accuracy')})"
        parts.append(f"{name} {ours}{beside}")
    if lang == "zh":
        return f"条形图: 各模型最后一轮的验证准确率。{'; '.join(parts)}。"
    return f"Bar chart: validation accuracy after the last epoch. {'; '.join(parts)}."
