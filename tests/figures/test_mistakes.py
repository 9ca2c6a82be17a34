"""The surest mistakes on images: which, in which order, and that the words stand under their picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labreport.errors import ResultsError
from labreport.figures import mistakes
from labreport.figures.shapes import FACTOR, from_text
from labreport.figures.style import house_style
from tests.conftest import CIFAR10, SEEDS
from tests.figures.conftest import clashes, options


def surest(made, count):
    arrays = np.load(made.runs("mycnn")[0].path / "predictions.npz")
    wrong = np.flatnonzero(arrays["true"] != arrays["predicted"])
    sure = arrays["probabilities"].max(axis=1).astype(float)
    return arrays, wrong[np.argsort(-sure[wrong], kind="stable")][:count]


def test_the_surest_mistakes_of_the_first_seed_come_first_with_their_images(results):
    made = results("mistakes", seeds=2)
    frame = mistakes.collect(made, options("mistakes"))
    arrays, samples = surest(made, 5)
    images = np.load(Path(made.spec["data"]["cifar10"], "test_inputs.npy"))
    assert list(frame["sample"]) == list(samples)
    assert set(frame["seed"]) == {SEEDS[0]}
    for row, sample in zip(frame.to_dict("records"), samples, strict=True):
        assert row["true"] == CIFAR10[arrays["true"][sample]]
        assert row["predicted"] == CIFAR10[arrays["predicted"][sample]]
        assert row["probability"] == float(arrays["probabilities"][sample].max())
        np.testing.assert_array_equal(from_text(row["pixels"]), images[sample].transpose(1, 2, 0))


@pytest.mark.parametrize("width", ["full", "half"])
def test_words_stand_under_their_picture(width, results):
    made, chosen = results("mistakes"), {**options("mistakes"), "count": 9, "width": width}
    frame = mistakes.collect(made, chosen)
    with house_style("en"):
        figure = mistakes.draw(frame, chosen, "en")
        assert not clashes(figure)
    (axes,) = figure.axes
    words = {text.get_position(): text.get_text() for text in axes.texts}
    for row, image in zip(frame.to_dict("records"), axes.images, strict=True):
        np.testing.assert_array_equal(image.get_array()[::FACTOR, ::FACTOR], from_text(row["pixels"]))
        left, right, bottom, _ = image.get_extent()
        below = sorted((y, text) for (x, y), text in words.items() if left < x < right and bottom - 1.3 < y < bottom)[
            ::-1
        ]
        percent = f"{100 * row['probability']:.1f} %"
        assert [text for _, text in below] == [row["true"], f"→ {row['predicted']}", percent.replace("100.0", "> 99.9")]
    assert "true class → predicted class and its probability" in words.values()


def test_the_words_say_every_mistake(results):
    chosen = options("mistakes")
    frame = mistakes.collect(results("mistakes"), chosen)
    row = frame.iloc[0]
    said = mistakes.describe(frame, chosen, "en")
    assert said.startswith("Image grid: the 5 mistakes of mycnn that it is surest of.")
    assert f"{row['true']} taken for {row['predicted']} (" in said
    assert said.count(" taken for ") == 5


def test_a_run_without_a_mistake_says_so(results):
    made, chosen = results("mistakes"), options("mistakes")
    path = made.runs("mycnn")[0].path / "predictions.npz"
    arrays = dict(np.load(path))
    np.savez(path, **(arrays | {"predicted": arrays["true"]}))
    frame = mistakes.collect(made, chosen)
    assert mistakes.describe(frame, chosen, "en") == "mycnn makes no mistake on the test samples."
    with house_style("en"):
        (axes,) = mistakes.draw(frame, chosen, "en").axes
    assert [text.get_text() for text in axes.texts] == ["mycnn makes no mistake on the test samples."]


def test_images_that_the_run_was_not_judged_on_are_refused(results):
    made = results("mistakes")
    path = Path(made.spec["data"]["cifar10"], "test_labels.npy")
    np.save(path, np.load(path)[:-1])
    with pytest.raises(ResultsError, match="holds other samples than mycnn was judged on"):
        mistakes.collect(made, options("mistakes"))
