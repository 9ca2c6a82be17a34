"""The learning rate that each epoch was trained with, which a schedule may change."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.endlabels import Ending, name_lines
from labreport.figures.epochs import measured_curve, over_seeds
from labreport.figures.labels import label, listed, sentence
from labreport.figures.style import MEASURED, epoch_axis, new_figure, series
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, source, epoch, seed, value`: the rate of every run in every epoch.

    Raises:
        ResultsError: a file of a run is missing or malformed.
    """
    return pd.concat([measured_curve(results, name, "learning_rate") for name in options["experiments"]])


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """Steps from epoch to epoch, a line per run, seeds of an experiment alike; logarithmic over a decade."""
    figure, axes = new_figure(options, half_cm=5.0, full_cm=6.0)
    rates = frame["value"]
    if rates.min() > 0 and rates.max() >= 10 * rates.min():
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1.1 * rates.max())
    axes.set_ylabel(label("learning_rate", lang))
    epoch_axis(axes, int(frame["epoch"].max()), label("epoch", lang))
    endings = []
    for index, name in enumerate(options["experiments"]):
        for _, one in frame[frame["experiment"] == name].groupby("seed"):
            style = {**MEASURED, **series(index), "markevery": [0, -1], "markerfacecolor": "white"}
            (line,) = axes.plot(one["epoch"], one["value"], drawstyle="steps-mid", **style)
        endings.append(Ending(one["epoch"].iloc[-1], one["value"].iloc[-1], name, line))
    name_lines(figure, axes, endings, [])
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Each experiment's first and last rate."""
    parts = []
    for name in options["experiments"]:
        rate = over_seeds(frame[frame["experiment"] == name])["value"]
        ends = dict.fromkeys(f"{rate.iloc[place]:g}" for place in (0, -1))
        parts.append(sentence("constant" if rate.nunique() == 1 else "from_to", lang, name, *ends))
    return sentence("learning_rate_curves", lang, listed(parts, lang))
