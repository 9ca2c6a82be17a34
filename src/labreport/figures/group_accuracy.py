"""What a long tail costs, and where: mean accuracy of the classes cut short and of those left full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.enumeration import enumerated
from labreport.figures.epochs import number
from labreport.figures.labels import class_name, label
from labreport.figures.style import COLOURS, SMALL_PT, new_figure
from labreport.groups import GROUPS, group_accuracies, group_name
from labreport.results import Results
from labreport.rounding import fixed

LOOKS: dict[str, dict[str, Any]] = {
    "short": {"facecolor": "#f6cfae", "edgecolor": COLOURS[1], "hatch": "////", "linewidth": 0.7},
    "full": {"facecolor": COLOURS[0], "edgecolor": COLOURS[0], "linewidth": 0.7},
}
BAR, ROW_CM, FRAME_CM = 0.36, 1.05, 2.0


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `experiment, group` (short, full), `value, std` (fractions, over seeds), `seeds, classes` (their names).

    A group's accuracy is the mean of its classes' accuracies, each class counting the same.

    Args:
        results: the runs' results, and the data set's description.
        options: `experiments`, and `dataset`, the long-tailed data set that says which classes are short.

    Raises:
        ResultsError: the data set has no short classes, or an experiment was not tested on its classes.
    """
    groups = dict(zip(GROUPS, results.class_groups(options["dataset"]), strict=True))
    rows = []
    for name in options["experiments"]:
        runs = group_accuracies(results, name, options["dataset"])
        for group, classes in groups.items():
            means = runs[group]
            row = {"experiment": name, "group": group, "value": means.mean(), "std": means.std(), "seeds": len(means)}
            rows.append({**row, "classes": "; ".join(classes)})
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """Two bars per experiment, one of them hatched, their values at the ends, one deviation over seeds as a whisker."""
    names = list(options["experiments"])
    height = FRAME_CM + ROW_CM * len(names)
    figure, axes = new_figure(options, half_cm=height, full_cm=height)
    for index, group in enumerate(GROUPS):
        rows = frame[frame["group"] == group].set_index("experiment").loc[names]
        places = [len(names) - 1 - i + (0.5 - index) * BAR for i in range(len(names))]
        value, std = 100 * rows["value"], 100 * rows["std"]
        words = label("group", lang).format(group_name(group, lang), rows["classes"].iloc[0].count("; ") + 1)
        axes.barh(places, value, BAR, label=words, **LOOKS[group])
        if std.notna().any():
            axes.errorbar(value, places, xerr=std, linestyle="none", color="black", elinewidth=0.8, capsize=2)
        for end, spread, place in zip(value, std.fillna(0.0), places, strict=True):
            axes.annotate(
                fixed(end, 1), (end + spread, place), (4, 0), textcoords="offset points", va="center", fontsize=SMALL_PT
            )
    axes.set_yticks(range(len(names) - 1, -1, -1), names, fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel(label("mean_accuracy", lang))
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.8)
    return figure


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """Both values of every experiment, and which classes are short."""
    values = frame.set_index(["experiment", "group"])["value"]
    both = [(name, *(number(values[name, group], "accuracy") for group in GROUPS)) for name in options["experiments"]]
    named = [class_name(name, lang) for name in frame.loc[frame["group"] == "short", "classes"].iloc[0].split("; ")]
    short, full = (group_name(group, lang) for group in GROUPS)
    which = enumerated(named, lang)
    if lang == "zh":
        said = "; ".join(f"{name} {short} {few}, {full} {many}" for name, few, many in both)
        return f"条形图: 两组类别的平均准确率, {short}为{which}。{said}。"
    said = "; ".join(f"{name} {few} on the {short}, {many} on the {full}" for name, few, many in both)
    return f"Bar chart: mean accuracy of two groups of classes; the {short} are {which}. {said}."
