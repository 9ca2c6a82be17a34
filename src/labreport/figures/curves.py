"""Loss, accuracy or correlation of one experiment, on each split that was measured, epoch by epoch."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import draw_curves, measured_curve, number, over_seeds, published_curve
from labreport.figures.labels import label, sentence
from labreport.languages import said
from labreport.metrics import METRICS, SPLITS
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, source` (measured, published), `epoch, seed, value, split`.

    Args:
        results: the run's results; published curves are taken along where the runs saw the real data.
        options: `experiments`, a list of one name, and `metric`, of `labreport.metrics` (an accuracy is a fraction).

    Raises:
        ResultsError: a file of the run is missing or malformed, or it did not measure the metric.
    """
    (experiment,) = options["experiments"]
    frames = []
    for split in SPLITS[results.task(experiment)]:
        column = f"{split}_{options['metric']}"
        ours = measured_curve(results, experiment, column)
        theirs = published_curve(results, experiment, column, int(ours["epoch"].max()))
        frames += [frame.assign(split=split) for frame in (ours, theirs) if frame is not None]
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """The splits as solid lines with their names at the ends, published ones thin and dashed."""
    names = {split: label(split, lang) for split in frame["split"].unique()}
    return draw_curves(frame, options, names, lang, by="split", heights=(5.6, 7.5))


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """First and last value of each split, and the validation's best epoch, of the means over seeds."""
    name = options["metric"]
    metric, ours = METRICS[name], frame[frame["source"] == "measured"]
    means = {str(split): over_seeds(one)["value"] for split, one in ours.groupby("split", sort=False)}
    best = means["val"].sort_values(ascending=not metric.higher_is_better, kind="stable")
    title = said("metrics", name, lang)
    moves = [
        sentence("moves", lang, label(split, lang), *(number(mean.iloc[i], name, lang) for i in (0, -1)), title)
        for split, mean in means.items()
    ]
    about = (ours["experiment"].iloc[0], title, ours["epoch"].max())
    joined = sentence("comma", lang).join(moves)
    told = sentence("curves", lang, *about, joined, number(best.iloc[0], name, lang), best.index[0])
    return told + (sentence("published_curves", lang) if len(ours) < len(frame) else "")
