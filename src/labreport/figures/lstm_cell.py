"""The LSTM cell as a diagram: gates, element-wise operations, cell state, hidden state.

Equations: S. Hochreiter and J. Schmidhuber 1997, with the forget gate of F. Gers et al. 2000.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse

from labreport.figures.labels import label, sentence
from labreport.figures.shapes import FRAME_FILL, INK, canvas, path, rounded
from labreport.figures.style import GREY, SMALL_PT, TEXT_PT
from labreport.results import Options, Results

WIDTH_CM, HEIGHT_CM = 16.0, 7.0
GATE_CM, GATE_HEIGHT_CM, RADIUS_CM = 1.15, 0.66, 0.27
GATE_FILL, OPERATION_FILL = "#f7d9a8", "#bfe0f2"

# Centres in centimetres from the lower left corner.
STATE, HIDDEN, GATES, CANDIDATE, OUTPUT = 5.55, 1.75, 2.75, 4.2, 3.45
FORGET_X, INPUT_X, NEW_X, OUTPUT_X, SQUASH_X = 4.3, 6.2, 8.0, 9.9, 11.7
ENTRY_X, LEFT, RIGHT = 3.2, 1.3, 14.7
BOX_BOTTOM, BOX_TOP = GATES - GATE_HEIGHT_CM / 2, GATES + GATE_HEIGHT_CM / 2

NODES: tuple[tuple[str, str, float, float, str], ...] = (
    ("forget_gate", "gate", FORGET_X, GATES, r"$\sigma$"),
    ("input_gate", "gate", INPUT_X, GATES, r"$\sigma$"),
    ("candidate", "gate", NEW_X, GATES, r"$\tanh$"),
    ("output_gate", "gate", OUTPUT_X, GATES, r"$\sigma$"),
    ("forget", "operation", FORGET_X, STATE, r"$\times$"),
    ("add", "operation", NEW_X, STATE, "$+$"),
    ("admit", "operation", NEW_X, CANDIDATE, r"$\times$"),
    ("squash", "function", SQUASH_X, 4.5, r"$\tanh$"),
    ("emit", "operation", SQUASH_X, OUTPUT, r"$\times$"),
    ("c_before", "text", 0.75, STATE, r"$c_{t-1}$"),
    ("c_after", "text", 15.2, STATE, "$c_t$"),
    ("h_before", "text", 0.75, HIDDEN, r"$h_{t-1}$"),
    ("h_after", "text", 15.2, HIDDEN, "$h_t$"),
    ("x", "text", ENTRY_X, 0.32, "$x_t$"),
    ("f", "text", FORGET_X + 0.32, 4.2, "$f_t$"),
    ("i", "text", INPUT_X - 0.28, 3.6, "$i_t$"),
    ("new", "text", NEW_X + 0.33, 3.5, r"$\tilde{c}_t$"),
    ("o", "text", OUTPUT_X + 0.75, OUTPUT + 0.26, "$o_t$"),
    ("entry", "joint", ENTRY_X, HIDDEN, ""),
    ("to_forget", "joint", FORGET_X, HIDDEN, ""),
    ("to_input", "joint", INPUT_X, HIDDEN, ""),
    ("to_candidate", "joint", NEW_X, HIDDEN, ""),
    ("branch", "joint", SQUASH_X, STATE, ""),
    ("layer", "key", 9.3, 0.32, "layer"),
    ("operation", "key", 11.9, 0.32, "operation"),
)
WIRES: tuple[tuple[str, str, float, float, float, float], ...] = (
    ("c_in", "arrow", LEFT, STATE, FORGET_X - RADIUS_CM, STATE),
    ("c_kept", "arrow", FORGET_X + RADIUS_CM, STATE, NEW_X - RADIUS_CM, STATE),
    ("c_out", "arrow", NEW_X + RADIUS_CM, STATE, RIGHT, STATE),
    ("h_in", "line", LEFT, HIDDEN, OUTPUT_X, HIDDEN),
    ("x_in", "line", ENTRY_X, 0.62, ENTRY_X, HIDDEN),
    ("into_forget", "arrow", FORGET_X, HIDDEN, FORGET_X, BOX_BOTTOM),
    ("into_input", "arrow", INPUT_X, HIDDEN, INPUT_X, BOX_BOTTOM),
    ("into_candidate", "arrow", NEW_X, HIDDEN, NEW_X, BOX_BOTTOM),
    ("into_output", "arrow", OUTPUT_X, HIDDEN, OUTPUT_X, BOX_BOTTOM),
    ("f_up", "arrow", FORGET_X, BOX_TOP, FORGET_X, STATE - RADIUS_CM),
    ("i_up", "line", INPUT_X, BOX_TOP, INPUT_X, CANDIDATE),
    ("i_across", "arrow", INPUT_X, CANDIDATE, NEW_X - RADIUS_CM, CANDIDATE),
    ("new_up", "arrow", NEW_X, BOX_TOP, NEW_X, CANDIDATE - RADIUS_CM),
    ("admitted", "arrow", NEW_X, CANDIDATE + RADIUS_CM, NEW_X, STATE - RADIUS_CM),
    ("o_up", "line", OUTPUT_X, BOX_TOP, OUTPUT_X, OUTPUT),
    ("o_across", "arrow", OUTPUT_X, OUTPUT, SQUASH_X - RADIUS_CM, OUTPUT),
    ("c_down", "arrow", SQUASH_X, STATE, SQUASH_X, 4.5 + RADIUS_CM),
    ("squashed", "arrow", SQUASH_X, 4.5 - RADIUS_CM, SQUASH_X, OUTPUT + RADIUS_CM),
    ("h_down", "line", SQUASH_X, OUTPUT - RADIUS_CM, SQUASH_X, HIDDEN),
    ("h_out", "arrow", SQUASH_X, HIDDEN, RIGHT, HIDDEN),
)  # fmt: skip


def collect(results: Results, options: Options) -> pd.DataFrame:
    """The drawing's elements: `node, kind, x, y, x_end, y_end, label`, centimetres from the lower left corner.

    `x_end` and `y_end` are set for the cell's frame and for wires. Nothing is taken from `results`.
    """
    columns = ["node", "kind", "x", "y", "x_end", "y_end", "label"]
    rows: list[tuple[Any, ...]] = [("cell", "frame", 2.2, 1.1, 13.6, 6.45, "")]
    rows += [(*wire, "") for wire in WIRES]
    rows += [(node, kind, x, y, None, None, text) for node, kind, x, y, text in NODES]
    return pd.DataFrame(rows, columns=columns).astype({"x_end": float, "y_end": float})


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """The diagram at full text width."""
    figure, axes = canvas(WIDTH_CM, HEIGHT_CM)
    for element in frame.to_dict("records"):
        x, y, x_end, y_end, text = (element[key] for key in ("x", "y", "x_end", "y_end", "label"))
        match element["kind"]:
            case "frame":
                axes.add_patch(rounded(x, y, x_end - x, y_end - y, FRAME_FILL, corner=0.3, edge=GREY, order=1))
            case "line" | "arrow":
                path(axes, [(x, y), (x_end, y_end)], head=element["kind"] == "arrow")
            case "joint":
                axes.add_patch(Circle((x, y), 0.055, color=INK, zorder=4))
            case "text":
                axes.text(x, y, text, ha="center", va="center", fontsize=TEXT_PT + 1.5)
            case "key":  # a small sample of a shape and the words for it
                _element(axes, "gate" if text == "layer" else "operation", x, y, "", scale=0.6)
                axes.text(x + 0.5, y, label(text, lang), ha="left", va="center", fontsize=SMALL_PT)
            case kind:
                _element(axes, kind, x, y, text)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """How the states flow through the cell."""
    gates = int(((frame["kind"] == "gate") & (frame["label"] == r"$\sigma$")).sum())
    return sentence("lstm_cell", lang, gates)


def _element(axes: Axes, kind: str, x: float, y: float, text: str, scale: float = 1.0) -> None:
    """A gate (box), an element-wise operation (circle) or function (ellipse), centred on (x, y)."""
    width, height = scale * GATE_CM, scale * GATE_HEIGHT_CM
    if kind == "gate":
        patch: Any = rounded(x - width / 2, y - height / 2, width, height, GATE_FILL)
    else:
        wide = 2 * scale * (RADIUS_CM if kind == "operation" else 1.9 * RADIUS_CM)
        patch = Ellipse((x, y), wide, 2 * scale * RADIUS_CM, facecolor=OPERATION_FILL, edgecolor=INK, linewidth=0.8)
    patch.set_zorder(3)
    axes.add_patch(patch)
    axes.text(x, y, text, ha="center", va="center_baseline", fontsize=TEXT_PT, zorder=5)
