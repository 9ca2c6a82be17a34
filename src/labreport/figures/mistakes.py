"""The mistakes that a model of images is surest of: what it saw, what it was, what it was taken for."""

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from labreport.figures.labels import class_name, in_percent, label, listed, sentence
from labreport.figures.shapes import LINE_CM, canvas, colours, from_text, show, to_text, width_of, write
from labreport.figures.style import GREY, WIDTH_CM
from labreport.judged import samples, surest_mistakes
from labreport.results import Options, Results
from labreport.rounding import fixed

COUNT, LARGEST_CM, GAP_CM, KEY_CM = 16, 1.7, 0.25, 0.55


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, seed, sample, true, predicted, probability, pixels`: the first seed's, the surest first.

    Raises:
        ResultsError: a run or the prepared data are not there, or the run kept no probabilities of classes.
    """
    (name,) = options["experiments"]
    wrong, images = surest_mistakes(results, name, options.get("count", COUNT)), samples(results, name, "inputs")
    pixels = [to_text(colours(images[sample].transpose(1, 2, 0))) for sample in wrong["sample"]]
    columns = ["seed", "sample", "true", "predicted", "probability"]
    return wrong[columns].assign(pixels=pixels).assign(experiment=name)


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """Images in rows, under each its class, the class it was taken for and the probability of that; a key below."""
    rows = frame.to_dict("records")
    words = [(said[0], f"→ {said[1]}", said[2]) for said in map(_words, rows, repeat(lang))]
    width = WIDTH_CM[options.get("width", "full")]
    cell = max([LARGEST_CM, *map(width_of, words)]) + GAP_CM
    columns = max(1, min(len(rows), int((width + GAP_CM) / cell)))
    cell, high = width / columns, LARGEST_CM + len(max(words, default=())) * LINE_CM + GAP_CM
    lines = -(-len(rows) // columns)
    figure, axes = canvas(width, lines * high + KEY_CM)
    for index, (row, said) in enumerate(zip(rows, words, strict=True)):
        middle, top = (index % columns + 0.5) * cell, KEY_CM + (lines - index // columns) * high
        show(axes, from_text(row["pixels"]), middle - LARGEST_CM / 2, top, LARGEST_CM)
        write(axes, middle, top - LARGEST_CM - LINE_CM * (len(said) / 2) - 0.05, said)
    key = label("mistake", lang) if rows else sentence("no_mistakes", lang, *options["experiments"])
    write(axes, width / 2, KEY_CM / 2, [key], color=GREY)
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """Every mistake."""
    (name,) = options["experiments"]
    said = [sentence("taken", lang, *_words(row, lang)) for row in frame.to_dict("records")]
    if not said:
        return sentence("no_mistakes", lang, name)
    return sentence("mistakes", lang, name, len(said), listed(said, lang))


def _words(row: Mapping[Any, Any], lang: str) -> tuple[str, str, str]:
    """Class, the class it was taken for, and the probability of that."""
    value = 100 * row["probability"]
    sure = fixed(value, 1) == "100.0"  # though the others have a part of it, however small
    probability = f"> {in_percent(99.9, lang)}" if sure else in_percent(value, lang)
    return class_name(row["true"], lang), class_name(row["predicted"], lang), probability
