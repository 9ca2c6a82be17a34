"""Predicted against true similarity of the test pairs, as a density."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from labreport.figures.confusion import SHADES
from labreport.figures.labels import label, listed, sentence
from labreport.figures.style import GREY, SMALL_PT, new_figure
from labreport.results import Options, Results
from labreport.rounding import fixed

CELL = 0.2  # raters' means are mostly multiples of it: each column of cells then holds one of them
HIGHEST = 5
EDGES = np.arange(-CELL / 2, HIGHEST + CELL, CELL)  # cells are centred on multiples


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, seed, score, prediction`, 0 to 5: every pair of the test split, once per seed.

    Raises:
        ResultsError: its runs are of no similarity.
    """
    (experiment,) = options["experiments"]
    frame = results.predictions(experiment)[["seed", "score", "predicted"]].rename(columns={"predicted": "prediction"})
    frame.insert(0, "experiment", experiment)
    return frame


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """Cells as dark as they hold pairs, and the diagonal of perfect predictions."""
    figure, axes = new_figure(options, half_cm=6.9, full_cm=9.0)
    counts, _, _ = np.histogram2d(frame["score"], frame["prediction"], bins=(EDGES, EDGES))
    shown = np.ma.masked_equal(counts.T, 0)  # rows are predictions
    # A twelfth of the way in, so that one pair is seen on white.
    cells = axes.pcolormesh(EDGES, EDGES, shown, cmap=SHADES, vmin=-counts.max() / 12, vmax=counts.max())
    axes.plot([0, HIGHEST], [0, HIGHEST], color="white", linewidth=2.4)  # dark cells would hide the black line
    (diagonal,) = axes.plot([0, HIGHEST], [0, HIGHEST], color="black", linewidth=0.9, linestyle=(0, (4, 2)))
    axes.legend([diagonal], [label("equal", lang)], loc="upper left", framealpha=0.85, frameon=True, edgecolor="none")
    axes.set_xlim(EDGES[0], EDGES[-1])
    axes.set_ylim(EDGES[0], EDGES[-1])
    axes.set_aspect("equal")
    axes.set_xticks(range(HIGHEST + 1))
    axes.set_yticks(range(HIGHEST + 1))
    axes.set_xlabel(label("true_score", lang))
    axes.set_ylabel(label("predicted_score", lang))
    bar = figure.colorbar(cells, ax=axes, shrink=0.85, aspect=22, boundaries=np.linspace(0.5, counts.max() + 0.5, 100))
    bar.ax.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    bar.set_label(label("pairs_per_cell", lang), fontsize=SMALL_PT)
    bar.outline.set_visible(False)
    bar.ax.tick_params(color=GREY)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """The correlation, and the mean prediction of pairs with low and with high scores."""
    scores, said = frame["score"], []
    for key, rows in (("low_scores", scores <= 1), ("high_scores", scores >= HIGHEST - 1)):
        if rows.any():
            said.append(sentence(key, lang, fixed(float(frame.loc[rows, "prediction"].mean()), 2)))
    return sentence("scatter", lang, frame["experiment"].iloc[0], _said(frame, lang), listed(said, lang))


def correlations(frame: pd.DataFrame) -> pd.Series:
    """Pearson's correlation of each seed's predictions with the scores, by seed; 0 of constant ones, as in runs."""
    pairs = frame.groupby("seed")[["score", "prediction"]]
    return pairs.apply(lambda rows: rows["score"].corr(rows["prediction"])).fillna(0.0)


def _said(frame: pd.DataFrame, lang: str) -> str:
    found = correlations(frame)
    key = "correlation" if len(found) == 1 else "correlation_of_seeds"
    return label(key, lang, fixed(float(found.mean()), 3), len(frame) // len(found), len(found))
