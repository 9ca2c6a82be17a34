"""The first training images of each class, at printed size, pixel for pixel."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.labels import class_name, label, sentence
from labreport.figures.shapes import canvas, colours, from_text, show, to_text
from labreport.figures.style import TEXT_PT, WIDTH_CM
from labreport.result_files import read_array
from labreport.results import Options, Results

PER_CLASS, IN_ONE = 5, 3  # images of a class; classes in one column
LABEL_CM, GAP_CM, MARGIN_CM, BETWEEN_CM = 1.75, 0.08, 0.05, 0.35
LARGEST_CM = 1.3


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `dataset, class, sample` (index in the training split) and `pixels` (`labreport.figures.shapes.to_text`).

    Args:
        results: has the prepared data.
        options: `dataset`, and `per_class`, how many images of each class (the first ones; fewer where it has fewer).

    Raises:
        ResultsError: the data are not there, or a class has none.
    """
    name = options["dataset"]
    classes, folder = results.dataset(name)["classes"], results.data_folder(name)
    images, labels = read_array(folder / "train_inputs.npy"), read_array(folder / "train_labels.npy")
    rows = []
    for index, one in enumerate(classes):
        chosen = np.flatnonzero(labels == index)[: options.get("per_class", PER_CLASS)]
        if not len(chosen):
            raise ResultsError(f"{results.name}: {name} has no training image of {one}")
        for sample in chosen:
            pixels = to_text(colours(images[sample].transpose(1, 2, 0)))
            rows.append({"dataset": name, "class": one, "sample": int(sample), "pixels": pixels})
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A row per class with its name before it; at full width more than three classes stand in two columns."""
    width = options.get("width", "full")
    groups = [(str(name), rows["pixels"]) for name, rows in frame.groupby("class", sort=False)]
    most = max(len(pixels) for _, pixels in groups)
    blocks = 2 if width == "full" and len(groups) > IN_ONE else 1
    per_block = -(-len(groups) // blocks)
    room = (WIDTH_CM[width] - 2 * MARGIN_CM - (blocks - 1) * BETWEEN_CM) / blocks - LABEL_CM
    tile = min(LARGEST_CM, room / most - GAP_CM)
    height = 2 * MARGIN_CM + per_block * (tile + GAP_CM) - GAP_CM
    figure, axes = canvas(WIDTH_CM[width], height)
    block_cm = LABEL_CM + most * (tile + GAP_CM) - GAP_CM
    left = (WIDTH_CM[width] - blocks * block_cm - (blocks - 1) * BETWEEN_CM) / 2
    for index, (name, pixels) in enumerate(groups):
        x = left + (index // per_block) * (block_cm + BETWEEN_CM) + LABEL_CM
        top = height - MARGIN_CM - (index % per_block) * (tile + GAP_CM)
        axes.text(x - 0.15, top - tile / 2, class_name(name, lang), ha="right", va="center", fontsize=TEXT_PT)
        for place, text in enumerate(pixels):
            show(axes, from_text(text), x + place * (tile + GAP_CM), top, tile)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """How many images of which classes."""
    counts = frame.groupby("class", sort=False).size()
    names = [class_name(str(name), lang) for name in counts.index]
    size = "×".join(map(str, reversed(from_text(frame["pixels"].iloc[0]).shape[:2])))
    few, most = counts.min(), counts.max()
    each = few if few == most else label("to", lang, few, most)
    return sentence("sample_grid", lang, sentence("enumeration_comma", lang).join(names), each, size)
