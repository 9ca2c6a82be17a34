"""One metric of several experiments, epoch by epoch, on one pair of axes."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import draw_curves, measured_curve, number, over_seeds, published_curve
from labreport.figures.labels import listed, sentence
from labreport.metrics import column_title
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, source` (measured, published), `epoch, seed, value`.

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


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A solid line for each experiment in its own colour and marker, its published curve dashed in the same colour."""
    return draw_curves(frame, options, {name: name for name in options["experiments"]}, lang)


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Each experiment's last epoch and mean value there."""
    metric, ours = options["metric"], frame[frame["source"] == "measured"]
    ends = []
    for name in options["experiments"]:
        last = over_seeds(ours[ours["experiment"] == name])["value"]
        ends.append(sentence("ends", lang, name, number(last.iloc[-1], metric, lang), last.index[-1]))
    said = sentence("comparison_curves", lang, column_title(metric, lang), listed(ends, lang))
    return said + (sentence("published_curves", lang) if len(ours) < len(frame) else "")
