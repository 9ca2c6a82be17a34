"""A result against a declared setting, such as accuracy against learning rate: means, spread, and every seed."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.epochs import number, of_seeds, over_seeds, percent, shown
from labreport.figures.labels import label, listed, sentence, setting_name
from labreport.figures.style import COLOURS, FAINT, new_figure, setting_axis, value_axis
from labreport.quantities.registry import QUANTITIES
from labreport.results import Options, Results


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, setting` (its number), `seed, value`.

    Args:
        results: the runs' results.
        options: `experiments`, `setting` (a dotted path) and `metric`, a quantity of runs.

    Raises:
        ResultsError: a run is missing, or did not measure the quantity.
    """
    frames = [
        of_seeds(results, name, options["metric"]).assign(setting=results.setting(name, options["setting"]))
        for name in options["experiments"]
    ]
    return pd.concat(frames, ignore_index=True)[["experiment", "setting", "seed", "value"]]


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A dot per experiment, joined by a line, one deviation over seeds as its whisker and each seed faint beside it."""
    figure, axes = new_figure(options, half_cm=5.6, full_cm=7.0)
    frame = shown(frame, options["metric"])
    mean = _means(frame)
    setting_axis(axes, list(mean["x"]), setting_name(options["setting"], lang))
    value_axis(axes, frame["value"], label(options["metric"], lang), percent=percent(options["metric"]))
    if frame["seed"].nunique() > 1:
        axes.plot(frame["setting"], frame["value"], "o", markersize=2.5, color=COLOURS[0], **FAINT)
    spread = mean["std"] if mean["std"].notna().any() else None
    look: dict[str, Any] = {"color": COLOURS[0], "markersize": 4.5, "linewidth": 0.9, "capsize": 2.5, "zorder": 3}
    axes.errorbar(mean["x"], mean["value"], spread, fmt="o-", **look)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """The mean of every experiment at its setting."""
    ends = _means(frame)[["x", "value"]].itertuples(index=False)
    parts = [sentence("at", lang, f"{x:g}", number(value, options["metric"], lang)) for x, value in ends]
    names = QUANTITIES[options["metric"]].title(lang), setting_name(options["setting"], lang).lower()
    return sentence("against", lang, *names, listed(parts, lang))


def _means(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each experiment, as two may have one setting, in the order of the settings."""
    return over_seeds(frame, by="experiment", x="setting").sort_values("x", kind="stable")
