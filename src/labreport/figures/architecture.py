"""A network, or a part of it, drawn from its own structure: one drawing for every model."""

from dataclasses import asdict

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.labels import sentence
from labreport.figures.networks.drawing import draw_network
from labreport.figures.networks.nodes import size, spoken, total
from labreport.figures.networks.rows import Row
from labreport.figures.networks.structure import rows_of
from labreport.figures.networks.tracing import follow, network
from labreport.figures.style import WIDTH_CM
from labreport.result_files import read_array
from labreport.results import Options, Results

NUMBERS = ("parameters", "stride", "repeats", "layers", "directions", "units", "branch")


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `model, part` and those of `networks.rows.Row`: a row per thing drawn, in order of execution.

    Args:
        results: has the prepared data, where `dataset` names them.
        options: `target` and `parameters` of the model; `dataset`, what it reads, or its `image` (pixels), `channels`
            and `classes`, or `length` (tokens of a text); `part`, the path of a module to be drawn alone, layer by
            layer.

    Raises:
        TrainingError: no such model, or parameters that it does not take.
        ResultsError: no such part.
    """
    model, inputs = network({**options, **(_sizes(results, options["dataset"]) if "dataset" in options else {})})
    path = options.get("part") or ""
    rows = rows_of(model, follow(model, inputs), path)
    frame = pd.DataFrame(map(asdict, rows)).astype(dict.fromkeys(NUMBERS, "Int64"))
    frame.insert(0, "model", type(model).__name__)
    frame.insert(1, "part", path)
    return frame


def _sizes(results: Results, name: str) -> dict[str, int]:
    """Of the samples of prepared data."""
    shape = read_array(results.data_folder(name) / "train_inputs.npy").shape
    of_one = {"channels": shape[1], "image": shape[2]} if len(shape) == 4 else {"length": shape[-1]}
    return {"classes": len(results.dataset(name)["classes"]), **of_one}


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """Boxes from left to right, in as few lines as the width takes."""
    return draw_network(read(frame), WIDTH_CM[options.get("width", "full")], lang, part=bool(options.get("part")))


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Every row in order, and how many parameters there are."""
    rows, model = read(frame), frame["model"].iloc[0]
    said = [spoken(row, lang) for row in rows if row.kind not in ("input", "rest")]
    what = f"{model} ({options['part']})" if options.get("part") else model
    pairs = any(row.kind == "similarity" for row in rows)
    twice = sentence("twice", lang) if pairs else ""
    listed = sentence("comma", lang).join(said)
    return sentence("architecture", lang, what, size(rows[0], lang), twice, listed, total(rows))


def read(frame: pd.DataFrame) -> list[Row]:
    """The rows that `collect` wrote, whether or not they went through a file; what is empty has its default."""
    cells = frame.drop(columns=["model", "part"]).astype(dict.fromkeys(NUMBERS, "Int64")).astype(object)
    given = ({str(key): value for key, value in one.items() if pd.notna(value)} for one in cells.to_dict("records"))
    return [Row(**{"parameters": None, **one}) for one in given]
