"""Validation accuracy of the last epoch, every experiment of a part, measured beside published."""

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import number, of_seeds, sources
from labreport.figures.labels import label, listed, sentence
from labreport.figures.rows import draw_rows
from labreport.figures.style import GREY, SMALL_PT
from labreport.quantities.measured import measure
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, source` (measured, published), `seed, value` (fractions), `chance`.

    `chance` is the accuracy of guessing among the experiment's classes. Published values are there only where the
    runs saw the real data.

    Raises:
        ResultsError: a file of a run is missing or malformed, or an experiment has no accuracy.
    """
    frames = []
    for name in options["experiments"]:
        measured = of_seeds(results, name, "val_accuracy").assign(source="measured")
        published = results.published(name).get("val_accuracy") if results.real_data else None
        if published is not None:
            measured.loc[len(measured)] = [name, None, published, "published"]
        frames.append(measured.assign(chance=measure(results, name, "chance").mean))
    frame = pd.concat(frames, ignore_index=True)
    return frame[["experiment", "source", "seed", "value", "chance"]].astype({"seed": "Int64"})


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A row per experiment: a filled dot for what was measured, an open one for what was published."""
    series = {source: label(source, lang) for source in sources(frame)}
    figure, axes = draw_rows(frame, options["experiments"], series, "source", options)
    axes.set_xlabel(label("val_accuracy", lang))
    chance, (low, high) = 100 * frame["chance"], axes.get_xlim()
    if chance.nunique() == 1 and low <= chance.iloc[0] <= high:
        axes.axvline(chance.iloc[0], color=GREY, linewidth=0.8, linestyle=":", zorder=0.5)
        axes.annotate(
            label("chance", lang), (chance.iloc[0], 1), (0, 1), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", va="bottom", color=GREY, fontsize=SMALL_PT,
        )  # fmt: skip
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Every value."""
    values, parts = frame.groupby(["source", "experiment"])["value"].mean(), []
    for name in options["experiments"]:
        said = f"{name} {number(values['measured', name], 'accuracy', lang)}"
        theirs = values.get(("published", name))
        parts.append(
            said
            if theirs is None
            else sentence("beside", lang, said, label("published", lang), number(theirs, "accuracy", lang))
        )
    return sentence("final_accuracy", lang, listed(parts, lang))
