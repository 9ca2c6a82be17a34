"""What training time buys: a validation metric against the seconds trained so far."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import draw_lines, measured_curve, number, over_seeds, percent, shown
from labreport.figures.labels import label, listed, sentence
from labreport.figures.style import new_figure, value_axis
from labreport.metrics import column_title
from labreport.results import Options, Results

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}  # the largest of which there are five at least


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, source, epoch, seed, value` and `seconds`, those of all epochs up to this one.

    Raises:
        ResultsError: a file of a run is missing or malformed, or a run did not measure the metric.
    """
    frames = []
    for name in options["experiments"]:
        seconds = results.metrics(name, ["seconds"]).groupby("seed")["seconds"].cumsum()
        frames.append(measured_curve(results, name, options["metric"]).assign(seconds=seconds))
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A line per experiment, from its first epoch to its last, at the mean time that its seeds took for them."""
    figure, axes = new_figure(options, half_cm=6.0, full_cm=7.6)
    unit = [name for name, size in UNITS.items() if size == 1 or frame["seconds"].max() >= 5 * size][-1]
    frame = shown(frame, options["metric"]).assign(time=frame["seconds"] / UNITS[unit])
    value_axis(axes, frame["value"], label(options["metric"], lang), percent=percent(options["metric"]))
    axes.set_xlim(0, 1.02 * frame["time"].max())
    axes.set_xlabel(label(unit, lang))
    draw_lines(figure, axes, frame, {name: name for name in options["experiments"]}, lang, x="time")
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Where each experiment ends, and after what time."""
    ends = []
    for name in options["experiments"]:
        last = over_seeds(frame[frame["experiment"] == name], x="seconds").iloc[-1]
        said = number(last["value"], options["metric"], lang), number(last["x"], "seconds", lang)
        ends.append(sentence("after", lang, name, *said))
    return sentence("accuracy_time", lang, column_title(options["metric"], lang), listed(ends, lang))
