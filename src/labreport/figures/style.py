"""The one look of all figures: printed size, type, colours that also differ in grey, axes.

Colours: M. Okabe and K. Ito, "Color Universal Design", 2008.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import ColorType

from labreport.figures.fonts import families

CM = 1 / 2.54  # inches
WIDTH_CM = {"full": 16.0, "half": 7.8}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
GREY = "#5f5f5f"
TEXT_PT, SMALL_PT = 9.0, 8.0
MEASURED: dict[str, Any] = {"linestyle": "-", "linewidth": 1.3, "markersize": 3.4, "markeredgewidth": 0.7}
PUBLISHED: dict[str, Any] = {"linestyle": (0, (3.5, 2)), "linewidth": 0.8, "marker": "none"}
FAINT: dict[str, Any] = {"linewidth": 0.5, "alpha": 0.5, "zorder": 1.5}  # of single seeds
MARKERS_PER_LINE = 8
TICK_CM = 1.1  # between two values of a setting, so that their numbers stay apart

RC: dict[Any, Any] = {
    "font.size": TEXT_PT,
    "axes.labelsize": TEXT_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "legend.columnspacing": 1.4,
    "legend.borderpad": 0.2,
    "mathtext.fontset": "cm",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelpad": 3.0,
    "grid.color": "#e2e2e2",
    "grid.linewidth": 0.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "pdf.fonttype": 42,  # TrueType: many venues refuse Type 3
    "svg.fonttype": "path",  # text drawn as paths: renders alike where the fonts are not there
    "svg.hashsalt": "labreport",  # element names that do not change from one run to the next
    "savefig.dpi": 200,
}


@contextmanager
def house_style(lang: str) -> Iterator[None]:
    """matplotlib's settings for the block: defaults, then the house's; no user's matplotlibrc gets in.

    Raises:
        ResultsError: no font for `lang` is on this machine.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        matplotlib.rcParams["font.family"] = families(lang)
        yield


def empty_figure(options: Mapping[str, Any], half_cm: float, full_cm: float) -> Figure:
    """A figure of its printed size, without axes.

    Args:
        options: `width` is `full` (the default) or `half`.
        half_cm: height in centimetres at half width.
        full_cm: height in centimetres at full width.
    """
    width = options.get("width", "full")
    size = (WIDTH_CM[width] * CM, (half_cm if width == "half" else full_cm) * CM)
    return Figure(figsize=size, layout="constrained")


def new_figure(options: Mapping[str, Any], half_cm: float, full_cm: float) -> tuple[Figure, Axes]:
    """As `empty_figure`, with a pair of axes."""
    figure = empty_figure(options, half_cm, full_cm)
    return figure, figure.subplots()


def series(index: int) -> dict[str, Any]:
    """Colour and marker of the series number `index`; the first forty-nine differ in one of the two."""
    lap = index // len(COLOURS)
    return {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[(index + lap) % len(MARKERS)]}


def ink(colour: ColorType) -> tuple[float, float, float]:
    """The colour a third darker, for words: light colours that do for a line are too pale for type."""
    red, green, blue = to_rgb(colour)
    return 0.67 * red, 0.67 * green, 0.67 * blue


def epoch_axis(axes: Axes, last: int, label: str) -> None:
    """Whole epochs from 1 to `last`, with room for the markers at both ends."""
    room = max(0.25, 0.02 * last)
    axes.set_xlim(1 - room, last + room)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.set_xticks([tick for tick in axes.get_xticks() if 1 <= tick <= last and tick == int(tick)])
    axes.set_xlabel(label)


def setting_axis(axes: Axes, values: Sequence[float], label: str) -> None:
    """Ticks at the values of a setting, as far as there is room; logarithmic where they span a decade."""
    low, high = min(values), max(values)
    logarithmic = low > 0 and high >= 10 * low
    at = np.log10(values) if logarithmic else np.array(values, float)
    span = at.max() - at.min() or 1.0
    room = 0.06 * span
    if logarithmic:
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_xlim(10 ** (at.min() - room), 10 ** (at.max() + room))
    else:
        axes.set_xlim(at.min() - room, at.max() + room)
    figure = axes.get_figure(root=True)
    least = TICK_CM / (figure.get_figwidth() / CM - 2) if figure else 0  # of the axis, which labels beside it shorten
    kept: list[int] = []
    for index in np.argsort(at):
        if not kept or at[index] - at[kept[-1]] >= least * span:
            kept.append(int(index))
    axes.set_xticks([values[index] for index in kept], [f"{values[index]:g}" for index in kept])
    axes.set_xlabel(label)


def percent_limits(low: float, high: float) -> tuple[float, float]:
    """Round limits in percent around values from `low` to `high` percent: within 0..100 and at least 20 wide.

    >>> percent_limits(84.2, 86.0)
    (75.0, 95.0)
    """
    bottom = max(0.0, 5.0 * math.floor((low - 1) / 5))
    top = min(100.0, 5.0 * math.ceil((high + 1) / 5))
    while top - bottom < 20:
        bottom = max(0.0, bottom - 5)
        top = min(100.0, top + 5)
    return bottom, top


def value_axis(axes: Axes, values: pd.Series, label: str, *, percent: bool) -> None:
    """Limits that hold all values: round ones for percentages, with zero for losses and correlations."""
    low, high = values.min(), values.max()
    if percent:
        axes.set_ylim(*percent_limits(low, high))
    else:
        bottom, top = min(low, 0.0), max(high, 0.0)
        room = 0.05 * (top - bottom or 1.0)
        axes.set_ylim(bottom - room * (bottom < 0), top + room * (top > 0 or bottom == 0))
    axes.set_ylabel(label)
