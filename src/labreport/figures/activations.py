"""Activation functions beside their derivatives, which automatic differentiation takes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.nn.modules import activation

from labreport.figures.labels import listed, sentence
from labreport.figures.style import GREY, empty_figure, series
from labreport.results import Options, Results
from labreport.rounding import fixed

# Name in YAML -> class, which is also what it is called.
CLASSES = dict(zip(map(str.lower, activation.__all__), activation.__all__, strict=True))
REACH, STEPS = 4.0, 200  # -4 to 4, zero among the points
DASHES = ("-", (0, (4, 1.6)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
JUMP = 0.5  # neighbouring points differ by far less where a derivative is continuous


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `function, x, value, derivative`; where a function has a corner, what torch takes for its derivative.

    Args:
        results: not used.
        options: `functions`, names of classes of torch.nn in lower case.
    """
    frames = []
    for name in options["functions"]:
        x = (torch.arange(-STEPS, STEPS + 1, dtype=torch.float64) * REACH / STEPS).requires_grad_()
        value = getattr(torch.nn, CLASSES[name])()(x)
        (derivative,) = torch.autograd.grad(value.sum(), x)
        columns = {"x": x.detach(), "value": value.detach(), "derivative": derivative}
        frames.append(pd.DataFrame({"function": name, **{key: column.numpy() for key, column in columns.items()}}))
    return pd.concat(frames, ignore_index=True)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """Functions and derivatives in two panels, told apart by colour and dashes; a derivative's jumps stay open."""
    figure = empty_figure(options, half_cm=9.6, full_cm=5.8)
    left, right = figure.subplots(2, 1) if options.get("width") == "half" else figure.subplots(1, 2)
    for index, name in enumerate(options["functions"]):
        rows = frame[frame["function"] == name]
        look = {"color": series(index)["color"], "linestyle": DASHES[index % len(DASHES)], "linewidth": 1.6}
        left.plot(rows["x"], rows["value"], label=CLASSES[name], **look)
        _with_jumps(right, rows["x"].to_numpy(), rows["derivative"].to_numpy(), look)
    for axes, quantity in ((left, "$f(x)$"), (right, "$f\\,'(x)$")):
        for line in (axes.axhline, axes.axvline):
            line(0, color=GREY, linewidth=0.6, zorder=0)
        axes.set_xlabel("$x$")
        axes.set_ylabel(quantity)
        axes.set_xlim(-REACH, REACH)
    figure.legend(loc="outside upper center", ncols=len(options["functions"]), handlelength=3.2)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """The least value of each function, and how far its derivative reaches."""
    parts = []
    for name in options["functions"]:
        rows = frame[frame["function"] == name]
        ends = rows["value"].min(), rows["derivative"].min(), rows["derivative"].max()
        parts.append(sentence("function", lang, CLASSES[name], *(fixed(float(value), 2) for value in ends)))
    return sentence("activations", lang, fixed(-REACH, 0), fixed(REACH, 0), listed(parts, lang))


def _with_jumps(axes: Axes, x: np.ndarray, y: np.ndarray, look: Mapping[str, Any]) -> None:
    """A line with a gap at each jump, a filled dot at the end that holds the value, an open one at the other."""
    jumps = np.flatnonzero(np.abs(np.diff(y)) > JUMP) + 1
    axes.plot(np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan), **look)
    dot = {"color": look["color"], "marker": "o", "markersize": 4.0, "linestyle": "none", "zorder": 4}
    for jump in jumps:
        axes.plot(x[jump - 1], y[jump - 1], **dot)
        axes.plot(x[jump - 1], y[jump], **dot, markerfacecolor="white")
