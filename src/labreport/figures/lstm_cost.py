"""What one LSTM layer costs in each implementation, with the number of operations behind it."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.labels import implementation_name, label, listed, sentence
from labreport.figures.style import COLOURS, GREY, SMALL_PT, new_figure
from labreport.results import Options, Results
from labreport.rounding import fixed

COLUMNS = ("implementation", "milliseconds", "milliseconds_low", "milliseconds_high", "operations_per_step")
BAR_HEIGHT = 0.5
BAR_CM, FRAME_CM = 1.1, 1.5
ROOM = 1.03


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `implementation, milliseconds` (median per batch), its quartiles, `operations_per_step`."""
    return results.measurement(options["measurement"], COLUMNS)[list(COLUMNS)].copy()


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A bar per implementation with its quartiles; time and operations per step stand at its end."""
    height = FRAME_CM + BAR_CM * len(frame)
    figure, axes = new_figure(options, half_cm=height, full_cm=height)
    places = list(range(len(frame) - 1, -1, -1))
    median = frame["milliseconds"]
    spread = [median - frame["milliseconds_low"], frame["milliseconds_high"] - median]
    error = {"elinewidth": 0.8, "capsize": 2, "ecolor": "black"}
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(frame))]
    axes.barh(places, median, BAR_HEIGHT, color=colours, xerr=spread, error_kw=error)
    for row, y in zip(frame.to_dict("records"), places, strict=True):
        words = label("operations_per_step", lang, _rounded(row["operations_per_step"]))
        at, style = (row["milliseconds_high"], y), dict[str, Any](va="center", fontsize=SMALL_PT)
        axes.annotate(f"{_rounded(row['milliseconds'])} ms", at, (5, 5), textcoords="offset points", **style)
        axes.annotate(words, at, (5, -5), textcoords="offset points", color=GREY, **style)
    names = [implementation_name(name, lang).replace(" (", "\n(") for name in frame["implementation"]]
    axes.set_yticks(places, names, fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.set_ylim(-0.6, len(frame) - 0.4)
    axes.set_xlabel(label("milliseconds", lang))
    axes.set_xlim(0, ROOM * frame["milliseconds_high"].max())
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Time and operations of each implementation, and the ratio of the slowest to the fastest."""
    ratio = frame["milliseconds"].max() / frame["milliseconds"].min()
    parts = [
        f"{implementation_name(row['implementation'], lang)} {_rounded(row['milliseconds'])} ms, "
        + label("operations_per_step", lang, _rounded(row["operations_per_step"]))
        for row in frame.to_dict("records")
    ]
    return sentence("lstm_cost", lang, listed(parts, lang), fixed(ratio, 1))


def _rounded(value: float) -> str:
    """Three significant digits, at most two of them behind the decimal mark, without an exponent."""
    if value >= 100:
        return fixed(value, 0)
    return f"{value:.3g}" if value >= 1 else fixed(value, 2)
