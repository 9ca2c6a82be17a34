"""Validation accuracy of the last epoch, every experiment of a part, measured beside published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.epochs import number, sources
from labreport.figures.labels import label
from labreport.figures.style import COLOURS, GREY, SMALL_PT, new_figure, percent_limits
from labreport.results import Results
from labreport.rounding import fixed

ROW_CM, FRAME_CM = 0.72, 2.3
HALF_CM = 7.0  # at half width it stands beside another figure, such as a confusion matrix


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
    """A row per experiment: a dot for what was measured and its value, an open diamond for what was published."""
    names = list(options["experiments"])
    height = FRAME_CM + ROW_CM * len(names)
    figure, axes = new_figure(options, half_cm=max(HALF_CM, height), full_cm=height)
    place = {name: len(names) - 1 - i for i, name in enumerate(names)}
    low, high = percent_limits(100 * frame["value"].min(), 100 * frame["value"].max())
    axes.set_xlim(low, high)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.hlines(list(place.values()), low, high, color="#ececec", linewidth=0.5, zorder=0)
    looks: dict[str, dict[str, Any]] = {
        "published": {"marker": "D", "markersize": 7, "color": COLOURS[1], "markerfacecolor": "none", "zorder": 2},
        "measured": {"marker": "o", "markersize": 4.5, "color": COLOURS[0], "zorder": 3},
    }
    for source in reversed(sources(frame)):
        rows = frame[frame["source"] == source]
        where = [place[name] for name in rows["experiment"]]
        std = 100 * rows["std"].fillna(0.0)
        axes.errorbar(
            100 * rows["value"], where, xerr=std if std.any() else None, linestyle="none", elinewidth=1.0, capsize=2,
            label=label(source, lang), **looks[source],
        )  # fmt: skip
        if source == "measured":
            for value, y in zip(100 * rows["value"], where, strict=True):
                axes.annotate(
                    fixed(value, 1), (1, y), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", fontsize=SMALL_PT, annotation_clip=False,
                )  # fmt: skip
    _mark_chance(figure, frame, lang)
    axes.set_yticks(list(place.values()), names, fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(label("val_accuracy", lang))
    if len(sources(frame)) > 1:
        handles, words = axes.get_legend_handles_labels()
        figure.legend(handles[::-1], words[::-1], loc="outside upper center", ncols=2, handletextpad=0.3)
    return figure


def _mark_chance(figure: Figure, frame: pd.DataFrame, lang: str) -> None:
    """A dotted line at the accuracy of guessing, where it lies within the axis and is one for all."""
    (axes,) = figure.axes
    chance = 100 * frame["chance"].iloc[0]
    low, high = axes.get_xlim()
    if frame["chance"].nunique() == 1 and low <= chance <= high:
        axes.axvline(chance, color=GREY, linewidth=0.8, linestyle=":", zorder=1)
        axes.annotate(
            label("chance", lang), (chance, 1), (2, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", color=GREY, fontsize=SMALL_PT,
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
        return f"点图: 各模型最后一轮的验证准确率。{'; '.join(parts)}。"
    return f"Dot plot: validation accuracy after the last epoch. {'; '.join(parts)}."
