"""What a long tail costs, and where: mean accuracy of the classes cut short and of those left full."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.enumeration import enumerated
from labreport.figures.epochs import number, of_seeds
from labreport.figures.labels import class_name, label, listed, sentence
from labreport.figures.rows import draw_rows
from labreport.groups import GROUPS, group_name
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, group` (short, full), `seed, value` (fractions), `classes` (names of the group's).

    A group's accuracy is the mean of its classes' accuracies, each class counting the same.

    Args:
        results: the runs' results, and the data set's description.
        options: `experiments`, and `dataset`, the long-tailed data set that says which classes are short.

    Raises:
        ResultsError: the data set has no short classes, or an experiment was not tested on its classes.
    """
    rows = []
    for name in options["experiments"]:
        for group, classes in zip(GROUPS, results.class_groups(options["dataset"]), strict=True):
            values = of_seeds(results, name, f"accuracy_on({group})", options["dataset"])
            rows.append(values.assign(group=group, classes="; ".join(classes)))
    return pd.concat(rows, ignore_index=True)[["experiment", "group", "seed", "value", "classes"]]


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A row per experiment: a filled dot for the short classes, an open one for the full ones."""
    counts = frame.groupby("group")["classes"].first().str.count("; ") + 1
    series = {group: label("group", lang, group_name(group, lang), counts[group]) for group in GROUPS}
    figure, axes = draw_rows(frame, options["experiments"], series, "group", options)
    axes.set_xlabel(label("mean_accuracy", lang))
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Both values of every experiment, and which classes are short."""
    values, parts = frame.groupby(["experiment", "group"])["value"].mean(), []
    for name in options["experiments"]:
        said = [(group_name(group, lang), number(values[name, group], "accuracy", lang)) for group in GROUPS]
        parts.append(sentence("both_groups", lang, name, *said[0], *said[1]))
    short = [class_name(name, lang) for name in frame.loc[frame["group"] == "short", "classes"].iloc[0].split("; ")]
    return sentence("group_accuracy", lang, group_name("short", lang), enumerated(short, lang), listed(parts, lang))
