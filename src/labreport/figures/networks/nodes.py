"""The boxes of a drawing of a network: the words in and below them, in each language, and the arcs above them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from labreport.figures.networks.rows import JOINS, Row
from labreport.figures.shapes import INK, LINE_CM, Point, hop, path, rounded, width_of, write
from labreport.figures.style import GREY, TEXT_PT
from labreport.languages import known, section

BLUE, DARK, YELLOW, GREEN, PALE, VIOLET = "#bfe0f2", "#9fcdea", "#f7d9a8", "#cfe8d5", "#ececec", "#dccfe6"
FILLS = {"convolution": BLUE, "recurrent": BLUE, "stage": DARK, "linear": GREEN, "embedding": GREEN, "module": VIOLET}
FILLS |= {"input": "#ffffff", "normalization": PALE, "activation": PALE, "dropout": PALE}  # poolings are yellow
PAD_CM, GAP_CM, HOP_CM, LOOP_CM, SUM_CM, BEHIND_CM = 0.13, 0.4, 0.17, 0.26, 0.5, 0.07
INPUT, FORMULA = "$x$", r"$\exp(-\|a-b\|_1)$"
SAME = ("join", "activation", "normalization", "dropout")  # what comes out has the shape of what goes in


@dataclass
class Node:
    """A row with the room it takes and its place, in centimetres.

    Attributes:
        row: what is drawn.
        words: lines inside the box.
        number: of parameters, empty for none.
        shape: what is written behind it.
        width: of the box.
        height: of the box where it stands alone.
        over: of what stands above it.
        lead: room before it for a shortcut that needs more than what it passes.
        x: of its left edge.
        y: of its middle.
    """

    row: Row
    words: Sequence[str]
    number: str
    shape: str
    width: float
    height: float
    over: float
    lead: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def left(self) -> Point:
        """Where a wire ends."""
        return self.x, self.y

    @property
    def right(self) -> Point:
        """Where a wire begins."""
        return self.x + self.width, self.y


def node(row: Row, lang: str, before: Row | None, *, part: bool) -> Node:
    """The box of a row, or the circle of a sum.

    Args:
        row: what is drawn.
        lang: of the words.
        before: the row before it.
        part: whether it belongs to a part of a network, whose input is $x$.
    """
    shape = "" if row.kind in SAME and row.operation != "cat" else size(row, lang)
    if row.kind == "join" and row.operation != "cat":
        return Node(row, [f"${JOINS[row.operation].replace('×', chr(92) + 'times')}$"], "", shape, SUM_CM, SUM_CM, 0.0)
    words = [INPUT] if part and row.kind == "input" else lines(row, lang, before)
    if row.kind == "similarity" and row.operation == "manhattan":
        words = [*words, FORMULA]
    number = f"{row.parameters:,}" if row.parameters else ""
    high = (len(words) + bool(number)) * LINE_CM + 2 * PAD_CM
    over = {"recurrent": LOOP_CM + LINE_CM, "stage": (HOP_CM + 0.04) * bool(row.shortcuts)}.get(row.kind, 0.0)
    return Node(row, words, number, shape, width_of([*words, number]) + 2 * PAD_CM, high, over + BEHIND_CM)


def paint(axes: Axes, one: Node, half: float, lang: str) -> None:
    """Draw it in its place, `half` as high as a box of its line."""
    row, middle = one.row, one.x + one.width / 2
    if one.height == SUM_CM == one.width:
        axes.add_patch(Circle((middle, one.y), SUM_CM / 2, facecolor="white", edgecolor=INK, linewidth=0.8, zorder=3))
        axes.text(middle, one.y, one.words[0], ha="center", va="center_baseline", fontsize=TEXT_PT, zorder=6)
        return
    if one.words == [INPUT]:
        write(axes, middle, one.y, one.words)
        return
    fill = FILLS.get(row.kind, YELLOW)
    for behind in (BEHIND_CM, 0.0) if row.repeats > 1 else (0.0,):
        axes.add_patch(rounded(one.x + behind, one.y - half + behind, one.width, 2 * half, fill))
    down = LINE_CM / 2 * bool(one.number)
    write(axes, middle, one.y + down, one.words)
    if one.number:
        write(axes, middle, one.y + down - (len(one.words) + 1) * LINE_CM / 2, [one.number], color=GREY)
    top = one.y + half
    if row.kind == "recurrent":
        right, left = middle + one.width / 4, middle - one.width / 4
        path(axes, [(right, top), (right, top + LOOP_CM), (left, top + LOOP_CM), (left, top)])
        write(axes, middle, top + LOOP_CM + LINE_CM / 2 + 0.03, [name("steps", lang).format(row.output.split("×")[0])])
    pitch = one.width / max(row.repeats, 1)
    for index, kind in enumerate(row.shortcuts.split() if row.kind == "stage" else []):
        start = one.x + index * pitch
        hop(axes, start + 0.03, start + pitch - 0.03, top + 0.1, HOP_CM, dashed=kind == "projection")


def name(key: str, lang: str) -> str:
    """The words for `key`; a class without words keeps its own name."""
    return section("networks", lang).get(key) or known("labels", key, lang)


def lines(row: Row, lang: str, before: Row | None = None) -> list[str]:
    """What a row is, in short lines: kind, kernel, stride, what follows.

    Args:
        row: one of a drawing.
        lang: of the words.
        before: the row before it; a recurrent layer says what it reads at a time where that is something else.
    """
    if row.kind == "recurrent":
        said = _recurrent_lines(row, lang)
        if before is not None and before.output != row.reads:
            said.append(name("per_step", lang).format(row.reads.split("×")[-1]))
    elif row.kind == "stage":
        said = [row.operation, f"× {row.repeats}"]
    elif row.kind == "input":
        said = [name("image" if "×" in row.output else "tokens", lang)]
    elif row.kind in ("normalization", "activation", "module", "dropout", "join"):
        said = name(row.operation, lang).split("\n")
    else:
        kind = "global_pool" if row.kind == "average_pool" and not row.kernel else row.kind
        said = name(kind, lang).split("\n")
    stride = [name("stride", lang).format(row.stride)] if row.stride else []
    return [*said, *filter(None, [row.kernel]), *stride, *filter(None, [row.after])]


def _recurrent_lines(row: Row, lang: str) -> list[str]:
    """Kind, depth and width of a recurrent layer."""
    two_way, deep = row.directions == 2, (row.layers or 1) > 1
    title = name("two_way", lang).format(row.operation) if two_way else row.operation
    key = ("layers_each_way" if two_way else "layers_of_units") if deep else "units_each_way" if two_way else "units"
    residual = [name("residual", lang)] if row.shortcuts else []
    return [title, *name(key, lang).format(row.units, row.layers).split("\n"), *residual]


def size(row: Row, lang: str) -> str:
    """The size of what comes out of a row."""
    return name("words", lang).format(row.output) if row.kind == "input" and "×" not in row.output else row.output


def total(rows: Sequence[Row]) -> str:
    """The number of parameters, those of word vectors left out."""
    return f"{sum(row.parameters or 0 for row in rows):,}"


def foot(rows: Sequence[Row], lang: str, width: float) -> list[str]:
    """What stands below a drawing: what grey numbers and arcs are, in as few lines as `width` (cm) takes."""
    unknown = any(row.parameters is None for row in rows)
    said = [name("grey_numbers_more" if unknown else "grey_numbers", lang).format(total(rows))]
    said += [name("rest", lang).format(f"{row.parameters:,}") for row in rows if row.kind == "rest"]
    shortcuts = " ".join(row.shortcuts for row in rows if row.kind == "stage").split()
    if shortcuts:
        said.append(name("hops_dashed" if "projection" in shortcuts else "hops", lang))
    lines = [""]
    for part in said:
        joined = name("semicolon", lang).join(filter(None, [lines[-1], part]))
        lines = [*lines[:-1], joined] if width_of([joined]) <= width else [*filter(None, lines), part]
    return lines


def spoken(row: Row, lang: str) -> str:
    """A row in a sentence: what it is and the size of its output."""
    joined = " ".join(word for line in lines(replace(row, after=""), lang) for word in line.split("\n"))
    words = re.sub("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", joined)
    if row.after:
        words = f"{words} + {row.after.replace(', ', ' + ')}"
    if row.branch:
        words = name("on_shortcut", lang).format(words)
    return name("sized", lang).format(words, row.output)
