"""What claims came out as: the estimate of each with its interval, beside what is claimed (a forest plot)."""

import re
from collections.abc import Mapping
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from labreport.claims.wording import claimed, digits
from labreport.figures.labels import label, listed, sentence
from labreport.figures.style import CM, COLOURS, GREY, SMALL_PT, WIDTH_CM
from labreport.languages import section
from labreport.results import Options, Results

LOOKS: Mapping[str, Mapping[str, Any]] = {  # which also differ without colour
    "supported": {"marker": "o", "color": COLOURS[0]},
    "undecided": {"marker": "D", "color": GREY, "markerfacecolor": "white"},
    "refuted": {"marker": "X", "color": COLOURS[1], "markersize": 6},
}
CLAIMED = "#e4e4e4"
NUMBERS = ["estimate", "low", "high", "margin"]
LINE_CM, ROW_CM, FRAME_CM, LEGEND_CM = 0.36, 0.3, 1.25, 0.7
LETTERS = {"full": 44, "half": 20}  # of a line of a label
# Chinese characters, which a line may end after, unless punctuation follows; words.
PIECE = re.compile(r"[\u3400-\u9fff][，。、；：）]*\s*|[^\s\u3400-\u9fff]+\s*")


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `claim` (its name), `label` (what is compared), `unit`, `estimate, low, high, margin` (in the unit;
    fractions, ratios), `criterion` (at_least, at_most, above, within), `outcome, level`.

    Args:
        results: the report's claims as they were judged.
        options: `claims`, from the top; those of one unit are shown together.

    Raises:
        ResultsError: a claim is not there.
    """
    rows = []
    for name in options["claims"]:
        found = results.claim(name)
        what = {"claim": name, "label": found["what"][results.spec["lang"]], "criterion": found["claim"]}
        what |= {key: found[key] for key in ("unit", "outcome", "level")}
        rows.append({**what, **{key: np.nan if found[key] is None else found[key] for key in NUMBERS}})
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A panel per unit and in it a row per claim: a dot and whiskers, on grey where what is claimed is true."""
    width = options.get("width", "full")
    labels = frame["label"].map(lambda text: wrapped(text, LETTERS[width]))
    frame = frame.fillna({"unit": ""}).assign(label=labels)  # a loss has none
    frame["said"] = [estimated(one, lang) for one in frame.to_dict("records")]
    row = ROW_CM + LINE_CM * (1 + labels.str.count("\n").max())
    panels = [rows.reset_index(drop=True) for _, rows in frame.groupby("unit", sort=False)]
    heights = [row * len(rows) for rows in panels]
    total = sum(heights) + FRAME_CM * len(panels) + LEGEND_CM
    figure = Figure(figsize=(WIDTH_CM[width] * CM, total * CM), layout="constrained")
    grid = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)
    for axes, rows in zip(grid[:, 0], panels, strict=True):
        _panel(axes, rows, lang, numbers=width == "full")
    handles: list[Artist] = [
        Line2D([], [], linestyle="none", label=section("outcomes", lang)[one], **{"markersize": 5, **LOOKS[one]})
        for one in LOOKS
        if one in set(frame["outcome"])
    ]
    handles.append(Patch(facecolor=CLAIMED, label=label("claimed", lang)))
    figure.legend(handles=handles, loc="outside upper center", ncols=4 if width == "full" else 2)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, lang: str, *, numbers: bool) -> None:
    """The claims of one unit."""
    unit = rows["unit"].iloc[0]
    ratio, scale = unit == "times", 100 if unit == "fraction" else 1
    rows[NUMBERS] *= scale
    low, high = _limits(rows, ratio)
    if ratio:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlim(low, high)
    axes.axvline(1 if ratio else 0, color="black", linewidth=0.8, zorder=1.5)
    for place, row in enumerate(rows.to_dict("records")):
        begin, end = _region(row["criterion"], row["margin"], low, high)
        axes.fill_betweenx([place - 0.4, place + 0.4], begin, end, color=CLAIMED, linewidth=0, zorder=0.5)
        for at in {begin, end} - {low, high}:
            axes.plot([at, at], [place - 0.4, place + 0.4], color=GREY, linewidth=0.8, linestyle="--", zorder=2)
        look = {"markersize": 5, "elinewidth": 1.0, "capsize": 2.5, "zorder": 3, **LOOKS[row["outcome"]]}
        ends = None if pd.isna(row["low"]) else [[row["estimate"] - row["low"]], [row["high"] - row["estimate"]]]
        axes.errorbar(row["estimate"], place, xerr=ends, linestyle="none", **look)
        if numbers:
            axes.annotate(
                row["said"], (1, place), (5, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", va="center", fontsize=SMALL_PT,
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), rows["label"], fontsize=SMALL_PT)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(label(f"in_{unit}" if f"in_{unit}" in section("labels", lang) else "in_other", lang))


def _limits(rows: pd.DataFrame, ratio: bool) -> tuple[float, float]:
    """Ends of an axis that holds all intervals, what is claimed, and zero; of ratios one, and as much as two ticks."""
    margins = -rows.loc[rows["criterion"] == "within", "margin"]
    held = np.array([*rows[NUMBERS].to_numpy().ravel(), *margins, *((1.0, 2.0) if ratio else (0.0,))])
    held = held[np.isfinite(held)]
    if ratio:
        room = (held.max() / held.min()) ** 0.08
        return float(held.min() / room), float(held.max() * room)
    room = 0.08 * (held.max() - held.min() or 1.0)
    return float(held.min() - room), float(held.max() + room)


def _region(criterion: str, margin: float, low: float, high: float) -> tuple[float, float]:
    """Where what is claimed is true, as far as the axis reaches."""
    if criterion == "within":
        return -margin, margin
    return (low, margin) if criterion == "at_most" else (margin, high)


def estimated(row: Mapping[Any, Any], lang: str, ending: str = "") -> str:
    """Estimate, with an ending such as its unit, and interval; a dash where there is none."""
    if pd.isna(row["estimate"]):
        return "–"
    value, *ends = [digits(row[key], row["unit"]) for key in ("estimate", "low", "high") if not pd.isna(row[key])]
    return label("estimate", lang, f"{value}{ending}", *ends) if ends else f"{value}{ending}"


def wrapped(text: str, most: int) -> str:
    """A label in as few lines as lines of so many letters take, and these as even as may be.

    A Chinese character is as wide as two letters.

    >>> wrapped("epoch of convergence, one over another", 30)
    'epoch of convergence,\\none over another'
    """
    pieces = PIECE.findall(text)
    fewest = len(_lines(pieces, most))
    return "\n".join(next(found for width in range(most + 1) if len(found := _lines(pieces, width)) <= fewest))


def _lines(pieces: list[str], most: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        longer = f"{lines[-1]}{piece}".rstrip()
        width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in longer)
        lines = [*lines, piece] if width > most and lines[-1] else [*lines[:-1], f"{lines[-1]}{piece}"]
    return [line.rstrip() for line in lines]


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Every claim: what was found, what was claimed, what it came out as."""
    parts = []
    for row in frame.fillna({"unit": ""}).to_dict("records"):
        found = estimated(row, lang, section("units", lang).get(row["unit"], ""))
        limit = claimed(row["criterion"], row["margin"], row["unit"], lang)
        parts.append(sentence("claim", lang, row["label"], found, limit, section("outcomes", lang)[row["outcome"]]))
    return sentence("forest", lang, listed(parts, lang))
