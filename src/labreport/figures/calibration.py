"""Whether probabilities mean what they say: accuracy against the probability of the predicted class.

Reliability diagram and expected calibration error as in C. Guo et al. 2017, "On Calibration of Modern Neural
Networks", arXiv:1706.04599, equations 2 to 3 (bins of equal width).
"""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.labels import in_percent, label, listed, sentence
from labreport.figures.style import FAINT, GREY, MEASURED, new_figure, series
from labreport.judged import classified
from labreport.results import Options, Results
from labreport.rounding import fixed

BINS = 10
MEANS = ["probability", "accuracy"]
FEWEST = 10  # samples of a bin that is drawn: the accuracy of fewer says nothing


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, seed, bin, samples, probability, accuracy`: means over the samples of a bin, fractions.

    Raises:
        ResultsError: a run is missing, or kept no probabilities of classes.
    """
    frames = []
    for name in options["experiments"]:
        judged = classified(results, name)
        judged["accuracy"] = judged["true"] == judged["predicted"]
        judged["bin"] = (judged["probability"] * BINS).astype(int).clip(upper=BINS - 1)
        bins = judged.groupby(["seed", "bin"])
        found = bins.agg(samples=("sample", "size"), probability=("probability", "mean"), accuracy=("accuracy", "mean"))
        frames.append(found.reset_index().assign(experiment=name))
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A line per experiment through its bins, faint lines for its seeds, the error beside its name, the diagonal."""
    half = options.get("width") == "half"
    figure, axes = new_figure(options, half_cm=8.2, full_cm=8.0)
    axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.9, linestyle=(0, (4, 2)), label=label("calibrated", lang))
    for index, name in enumerate(options["experiments"]):
        rows, look = frame[frame["experiment"] == name], series(index)
        for _, run in rows[rows["samples"] >= FEWEST].groupby("seed") if rows["seed"].nunique() > 1 else ():
            axes.plot(100 * run["probability"], 100 * run["accuracy"], color=look["color"], **FAINT)
        weighed = rows.assign(**{key: rows[key] * rows["samples"] for key in MEANS})
        sums = weighed.groupby("bin")[["samples", *MEANS]].sum()
        pooled = sums[sums["samples"] >= FEWEST].pipe(lambda bins: bins[MEANS].div(bins["samples"], axis=0))
        words = label("ece", lang, name, fixed(100 * errors(rows)["error"].mean(), 1))
        axes.plot(100 * pooled["probability"], 100 * pooled["accuracy"], label=words, **MEASURED, **look)
    axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal", anchor="E")
    axes.set_xlabel(label("confidence", lang))
    axes.set_ylabel(label("accuracy", lang))
    figure.legend(loc="outside upper center" if half else "outside right center")
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """The error of each experiment, mean over its seeds, and to which side it errs."""
    parts = []
    for name in options["experiments"]:
        found = errors(frame[frame["experiment"] == name]).mean()
        side = sentence("overconfident" if found["bias"] > 0 else "underconfident", lang)
        parts.append(sentence("over", lang, name, in_percent(100 * found["error"], lang), side))
    return sentence("calibration", lang, listed(parts, lang))


def errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Per seed: `error`, the expected calibration error, and `bias`, mean probability minus accuracy; fractions."""
    gap = rows["probability"] - rows["accuracy"]
    sums = rows.assign(error=gap.abs() * rows["samples"], bias=gap * rows["samples"]).groupby("seed")
    totals = sums[["error", "bias", "samples"]].sum()
    return totals[["error", "bias"]].div(totals["samples"], axis=0)
