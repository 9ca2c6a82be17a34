"""A network, or a part of it, drawn from its own structure: one drawing for every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.networks.block import draw_block
from labreport.figures.networks.flow import draw_flow
from labreport.figures.networks.rows import Row
from labreport.figures.networks.structure import overview, part
from labreport.figures.networks.towers import draw_towers
from labreport.figures.networks.tracing import follow, network
from labreport.figures.networks.words import count, size, spoken
from labreport.figures.style import WIDTH_CM
from labreport.results import Results

DEFAULTS = {"image": 32, "channels": 3, "classes": 10, "length": 50}
NUMBERS = ("parameters", "stride", "repeats", "layers", "directions", "units", "start")


def collect(results: Results, options: Mapping[str, Any]) -> pd.DataFrame:
    """Columns `model, part` and those of `networks.rows.Row`: a row per thing drawn, in order of execution.

    Args:
        results: not used, the model is enough.
        options: `target` and `parameters` of the model; `image` (pixels), `channels` and `classes`, or `length`
            (tokens of a text), of what it reads; `part`, the path of a module to be drawn alone, layer by layer.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: no such part, or a parameter that belongs to nothing drawn.
    """
    model, inputs = network(options["target"], options.get("parameters") or {}, {**DEFAULTS, **options})
    steps = follow(model, inputs)
    path = options.get("part")
    rows = part(model, steps, path) if path else overview(model, steps)
    frame = pd.DataFrame(map(asdict, rows)).astype(dict.fromkeys(NUMBERS, "Int64"))
    frame.insert(0, "model", type(model).__name__)
    frame.insert(1, "part", path or "")
    return frame


def draw(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> Figure:
    """Two encoders for pairs of sentences, a chain of boxes for a part, else the way through the whole network.

    Raises:
        ResultsError: at this width a network of two sentences would not be legible.
    """
    rows, width = rows_of(frame), WIDTH_CM[options.get("width", "full")]
    if rows[-1].kind == "similarity":
        if options.get("width") == "half":
            raise ResultsError(f"{frame['model'].iloc[0]}: two encoders need width: full")
        return draw_towers(rows, width, lang)
    return (draw_block if options.get("part") else draw_flow)(rows, width, lang)


def describe(frame: pd.DataFrame, options: Mapping[str, Any], lang: str) -> str:
    """Every row in order, and how many parameters there are."""
    rows, model = rows_of(frame), frame["model"].iloc[0]
    said = ("，" if lang == "zh" else ", ").join(spoken(row, lang) for row in rows if row.kind != "input")
    total = count(sum(row.parameters or 0 for row in rows))
    what = f"{model} ({options['part']})" if options.get("part") else model
    pairs = rows[-1].kind == "similarity"
    if lang == "zh":
        twice = "两个句子经过同一编码器。" if pairs else ""
        return f"结构图: {what}。输入 {size(rows[0], lang)}。{twice}依次为{said}。参数共 {total} 个。"
    twice = " Two sentences go through the same encoder." if pairs else ""
    return f"Diagram of {what}. Input {size(rows[0], lang)}.{twice} In order: {said}. {total} parameters."


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows that `collect` wrote, whether or not they went through a file."""
    usual = {field.name: field.default for field in fields(Row)}
    rows = []
    for record in frame.to_dict("records"):
        values: dict[str, Any] = {}
        for key in usual:
            value = record[key]
            if pd.isna(value):
                values[key] = None if key in NUMBERS else ""
            else:
                values[key] = int(value) if key in NUMBERS else str(value)
        rows.append(Row(**values))
    return rows
