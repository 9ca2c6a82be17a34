"""Which classes an experiment takes for which: the confusion matrix in percent of the true class."""

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.labels import class_name, label, sentence
from labreport.figures.style import SMALL_PT, new_figure
from labreport.results import Options, Results
from labreport.rounding import fixed

# One hue from white to dark: its lightness falls evenly, so grey prints and colour-blind readers see the same order.
SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#9cc7e4", "#0072B2", "#00304d"])
DARK = 0.45
FEW_CLASSES = 4


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, true, predicted, count, share`: counts summed over seeds, shares of the true class.

    Raises:
        ResultsError: a file is missing or malformed, or a class has no samples.
    """
    (experiment,) = options["experiments"]
    pairs = results.confusion(experiment).groupby(["true", "predicted"], sort=False)["count"].sum().reset_index()
    samples = pairs.groupby("true", sort=False)["count"].transform("sum")
    if (samples == 0).any():
        empty = ", ".join(pairs["true"][samples == 0].unique())
        raise ResultsError(f"{results.name}: {experiment} has no validation sample of {empty} in its confusion counts")
    pairs.insert(0, "experiment", experiment)
    return pairs.assign(share=pairs["count"] / samples)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A square per pair, its share in percent inside; shares that round to nothing stay empty."""
    classes = list(frame["true"].unique())
    shares = frame.pivot(index="true", columns="predicted", values="share").loc[classes, classes].fillna(0).to_numpy()
    few = len(classes) <= FEW_CLASSES
    figure, axes = new_figure(options, half_cm=6.6 if few else 7.8, full_cm=8.0 if few else 14.5)
    axes.imshow(shares, cmap=SHADES, vmin=0, vmax=1)
    for row, line in enumerate(shares):
        for column, share in enumerate(line):
            text = fixed(100 * share, int(few))
            if float(text) > 0:
                colour = "white" if share > DARK else "black"
                axes.text(column, row, text, ha="center", va="center", fontsize=SMALL_PT, color=colour)
    names = [class_name(name, lang) for name in classes]
    ticks = range(len(names))
    upright = few or max(map(len, names)) <= (2 if lang == "zh" else 3)
    axes.set_xticks(ticks, names, rotation=0 if upright else 90)
    axes.set_yticks(ticks, names)
    axes.tick_params(length=0)
    axes.set_xlabel(label("predicted", lang))
    axes.set_ylabel(label("true", lang))
    axes.grid(False)
    edges = [tick - 0.5 for tick in range(1, len(names))]
    axes.hlines(edges, -0.5, len(names) - 0.5, color="white", linewidth=0.5)
    axes.vlines(edges, -0.5, len(names) - 0.5, color="white", linewidth=0.5)
    for spine in axes.spines.values():
        spine.set_visible(True)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """The best and the worst recognised class and the most frequent confusion."""
    name = frame["experiment"].iloc[0]
    right = frame[frame["true"] == frame["predicted"]].sort_values("share")
    wrong = frame[frame["true"] != frame["predicted"]].sort_values("share")
    worst, best, pair = right.iloc[0], right.iloc[-1], wrong.iloc[-1]
    said: list[str] = []
    for row, ends in ((best, ["true"]), (worst, ["true"]), (pair, ["true", "predicted"])):
        said += [*(class_name(row[end], lang) for end in ends), f"{fixed(100 * row['share'], 0)}%"]
    return sentence("confusion", lang, name, *said)
