"""Rows of dots: a name before each, its values along one axis that begins where the values do."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.style import COLOURS, FAINT, SMALL_PT, new_figure
from labreport.rounding import fixed

ROW_CM, FRAME_CM = 0.95, 1.6
LOOKS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "color": COLOURS[0], "markerfacecolor": COLOURS[0]},
    {"marker": "D", "color": COLOURS[1], "markerfacecolor": "white"},
)
APART = 0.4  # of a row's height, from one series to the next


def draw_rows(
    frame: pd.DataFrame, names: Sequence[str], series: Mapping[str, str], by: str, options: Mapping[str, Any]
) -> tuple[Figure, Axes]:
    """A row for each of `names` with the mean of each series as a dot, its value beside it, one deviation as whiskers.

    Args:
        frame: `experiment`, `by`, and `value` (a fraction, shown in percent), a row per seed.
        names: the experiments, from the top.
        series: one or two values of `by` -> what each is called.
        by: the column that tells the series apart.
        options: `width`.
    """
    height = FRAME_CM + ROW_CM * len(names)
    figure, axes = new_figure(options, half_cm=height, full_cm=height)
    percent = 100 * frame["value"]
    pairs = {name: [one for one in series if one in set(found)] for name, found in frame.groupby("experiment")[by]}
    ends = [percent.min(), percent.max()]
    for index, (one, words) in enumerate(series.items()):
        look = {"linestyle": "none", "markersize": 5, "elinewidth": 0.8, "capsize": 2, "zorder": 3, **LOOKS[index]}
        for row, name in enumerate(name for name in names if one in pairs[name]):
            seeds = percent[(frame["experiment"] == name) & (frame[by] == one)]
            mean, std = seeds.mean(), seeds.std() if len(seeds) > 1 else 0.0
            shift = (len(pairs[name]) / 2 - 0.5 - pairs[name].index(one)) * APART  # alone in its row: in the middle
            place = len(names) - 1 - names.index(name) + shift
            axes.errorbar(mean, place, xerr=std or None, label="" if row else words, **look)
            if len(seeds) > 1:
                axes.plot(seeds, [place] * len(seeds), LOOKS[index]["marker"], ms=2.5, color=look["color"], **FAINT)
            ends += [mean - std, mean + std]
            at = (max(mean + std, seeds.max()), place)
            axes.annotate(fixed(mean, 1), at, (5, 0), textcoords="offset points", va="center", fontsize=SMALL_PT)
    room = max(0.5, 0.08 * (max(ends) - min(ends)))
    axes.set_xlim(max(0.0, min(ends) - room), max(ends) + 2 * room)
    axes.set_yticks(range(len(names) - 1, -1, -1), names, fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(names) - 0.4)
    if len(series) > 1:
        figure.legend(loc="outside upper center", ncols=2)
    return figure, axes
