"""Pictures of images and kernels show the numbers they were given, pixel for pixel."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.errors import ResultsError
from labreport.figures import filters, sample_grid
from labreport.figures.shapes import FACTOR, from_text
from labreport.figures.style import house_style
from tests.conftest import CIFAR10, SEEDS
from tests.figures.conftest import clashes, options


@pytest.fixture
def images(results):
    """Results whose images are noise, with labels in no order."""
    made = results("sample_grid")
    folder = made.data_folder("cifar10_longtail")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 200).astype(np.uint8)
    pictures = rng.integers(0, 256, (200, 3, 8, 8)).astype(np.uint8)
    np.save(folder / "train_labels.npy", labels)
    np.save(folder / "train_inputs.npy", pictures)
    return made, pictures, labels


@pytest.mark.parametrize("width", ["full", "half"])
def test_the_grid_shows_the_first_of_each_class(width, images):
    made, pictures, labels = images
    chosen = {**options("sample_grid"), "per_class": 3, "width": width}
    frame = sample_grid.collect(made, chosen)
    first = [index for label in range(10) for index in np.flatnonzero(labels == label)[:3]]
    assert list(frame["sample"]) == first
    assert list(frame["class"]) == [CIFAR10[labels[index]] for index in first]
    with house_style("zh"):
        figure = sample_grid.draw(frame, chosen, "zh")
        assert not clashes(figure)
    drawn = [image.get_array() for image in figure.axes[0].images]
    assert {image.get_interpolation() for image in figure.axes[0].images} == {"none"}
    for index, shown in zip(first, drawn, strict=True):
        np.testing.assert_array_equal(shown[::FACTOR, ::FACTOR], pictures[index].transpose(1, 2, 0))


def test_grey_images_are_shown_grey(images):
    made, pictures, _ = images
    grey = pictures[:, :1]
    np.save(made.data_folder("cifar10_longtail") / "train_inputs.npy", grey)
    chosen = {**options("sample_grid"), "per_class": 1}
    frame = sample_grid.collect(made, chosen)
    for sample, text in zip(frame["sample"], frame["pixels"], strict=True):
        np.testing.assert_array_equal(from_text(text), grey[sample].transpose(1, 2, 0).repeat(3, 2))


def test_every_row_of_the_grid_has_its_name_beside_it(images):
    made = images[0]
    chosen = {**options("sample_grid"), "per_class": 2}
    with house_style("en"):
        (axes,) = sample_grid.draw(sample_grid.collect(made, chosen), chosen, "en").axes
    heights = {text.get_text(): text.get_position() for text in axes.texts}
    for name, image in zip(np.repeat(CIFAR10, 2), axes.images, strict=True):
        left, _, bottom, top = image.get_extent()
        assert heights[name][1] == pytest.approx((bottom + top) / 2)
        assert heights[name][0] < left


@pytest.mark.parametrize(("classes", "columns"), [(2, 1), (3, 1), (4, 2), (10, 2)])
def test_few_classes_stand_below_one_another(images, classes, columns):
    made = images[0]
    frame = sample_grid.collect(made, {**options("sample_grid"), "per_class": 2})
    frame = frame[frame["class"].isin(CIFAR10[:classes])]
    with house_style("en"):
        (axes,) = sample_grid.draw(frame, options("sample_grid"), "en").axes
    assert len({round(text.get_position()[0], 6) for text in axes.texts}) == columns


def test_a_small_class_shows_what_it_has_and_an_empty_one_is_an_error(images):
    made, _, labels = images
    folder = made.data_folder("cifar10_longtail")
    labels[labels == 3] = 4
    labels[0] = 3
    np.save(folder / "train_labels.npy", labels)
    frame = sample_grid.collect(made, options("sample_grid"))
    assert frame["class"].value_counts()["cat"] == 1
    labels[0] = 4
    np.save(folder / "train_labels.npy", labels)
    with pytest.raises(ResultsError, match="has no training image of cat"):
        sample_grid.collect(made, options("sample_grid"))


def test_a_grid_of_data_that_are_gone_is_an_error(images):
    made = images[0]
    (made.data_folder("cifar10_longtail") / "train_inputs.npy").unlink()
    with pytest.raises(ResultsError, match="no such file"):
        sample_grid.collect(made, options("sample_grid"))


def test_tiles_are_the_weights_on_one_scale(results):
    made = results("filters", seeds=2)
    chosen = {"experiments": ["mycnn"]}
    weights = made.filters("mycnn")[SEEDS[0]]
    frame = filters.collect(made, chosen)
    assert set(frame["seed"]) == {SEEDS[0]}
    with house_style("en"):
        figure = filters.draw(frame, chosen, "en")
        assert not clashes(figure)
    drawn = [image.get_array() for image in figure.axes[0].images]
    largest = np.abs(weights).max()
    for kernel, shown in zip(weights, drawn, strict=True):
        expected = 0.5 + kernel.transpose(1, 2, 0) / (2 * largest)
        np.testing.assert_allclose(shown[::FACTOR, ::FACTOR], expected, atol=1e-6)
    ends = [text.get_text() for text in figure.axes[1].get_xticklabels()]
    assert ends == [f"−{largest:.2f}", "0", f"{largest:.2f}"]


def test_kernels_over_grey_images_are_grey_tiles(results):
    made = results("filters")
    coloured = filters.collect(made, {"experiments": ["mycnn"]})
    assert "as colour tiles" in filters.describe(coloured, {}, "en")
    weights = np.linspace(-1, 1, 36, dtype=np.float32).reshape(4, 1, 3, 3)
    np.save(made.runs("mycnn")[0].path / "filters.npy", weights)
    frame = filters.collect(made, {"experiments": ["mycnn"]})
    for colour in ("red", "green", "blue"):
        np.testing.assert_allclose(frame[colour], weights.ravel())
    assert "as grey tiles" in filters.describe(frame, {}, "en")
    for one, name in ((coloured, "Weight in each colour channel"), (frame, "Weight")):
        with house_style("en"):
            assert filters.draw(one, {}, "en").axes[1].get_xlabel() == name
    assert "显示为灰度" in filters.describe(frame, {}, "zh")


def test_kernels_without_three_colours_are_an_error(results):
    made = results("filters")
    np.save(made.runs("mycnn")[0].path / "filters.npy", np.zeros((4, 16, 3, 3), np.float32))
    with pytest.raises(ResultsError, match="first convolution of mycnn reads 16 channels"):
        filters.collect(made, {"experiments": ["mycnn"]})
