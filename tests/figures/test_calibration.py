"""The expected calibration error, by its definition, and where the bins stand."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.figures import calibration
from labreport.figures.style import house_style
from labreport.rounding import fixed
from tests.figures.conftest import options


def expected_error(arrays):
    """Guo et al. 2017, equation 3: the bins' gaps, weighted by their samples; 10 bins of equal width."""
    sure = arrays["probabilities"].max(axis=1).astype(float)
    right = arrays["true"] == arrays["predicted"]
    total = 0.0
    for low in np.arange(10) / 10:
        inside = (sure >= low) & ((sure < low + 0.1) | (low == 0.9))
        if inside.any():
            total += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    return total


def test_the_error_is_that_of_the_paper_and_stands_beside_each_name(results):
    made, chosen = results("calibration", seeds=2), options("calibration")
    frame = calibration.collect(made, chosen)
    with house_style("en"):
        figure = calibration.draw(frame, chosen, "en")
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    words = calibration.describe(frame, chosen, "en")
    for name in chosen["experiments"]:
        arrays = [np.load(run.path / "predictions.npz") for run in made.runs(name)]
        percent = fixed(100 * np.mean([expected_error(one) for one in arrays]), 1)
        assert f"{name} (ECE {percent} %)" in legend
        gap = np.mean([one["probabilities"].max(axis=1).mean(dtype=float) for one in arrays])
        gap -= np.mean([np.mean(one["true"] == one["predicted"]) for one in arrays])
        assert f"{name} {percent} % ({'too sure' if gap > 0 else 'not sure enough'})" in words


def test_bins_stand_at_their_means_below_the_diagonal_where_a_model_is_too_sure(results):
    made, chosen = results("calibration"), {"experiments": ["mycnn"]}
    path = made.runs("mycnn")[0].path / "predictions.npz"
    true = np.repeat(np.array([0, 1], np.uint8), [30, 5])  # 20 of 25 that are 0.75 sure are right, 5 of 10 at 0.95
    predicted = np.repeat(np.array([0, 1, 0, 1], np.uint8), [25, 5, 0, 5])
    sure = np.repeat([0.75, 0.95], [25, 10])
    true[20:25] = 2
    probabilities = np.zeros((35, 10))
    probabilities[np.arange(35), predicted] = sure
    np.savez(path, true=true, predicted=predicted, probabilities=probabilities.astype(np.float16))
    with house_style("en"):
        (axes,) = calibration.draw(calibration.collect(made, chosen), chosen, "en").axes
    diagonal, line = axes.lines
    np.testing.assert_allclose(line.get_xdata(), [75, 95], atol=0.05)
    np.testing.assert_allclose(line.get_ydata(), [80, 50])
    assert list(diagonal.get_xdata()) == list(diagonal.get_ydata())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Probability of the prediction (%)", "Accuracy (%)")


@pytest.mark.parametrize(("few", "bins"), [(9, 1), (10, 2)])
def test_a_bin_of_few_samples_counts_but_is_not_drawn(few, bins, results):
    made, chosen = results("calibration"), {"experiments": ["mycnn"]}
    predicted = np.zeros(50 + few, np.uint8)
    probabilities = np.zeros((len(predicted), 10))
    probabilities[:, 0] = np.repeat([0.95, 0.15], [50, few])
    arrays = {"true": predicted, "predicted": predicted, "probabilities": probabilities.astype(np.float16)}
    np.savez(made.runs("mycnn")[0].path / "predictions.npz", **arrays)
    frame = calibration.collect(made, chosen)
    with house_style("en"):
        (axes,) = calibration.draw(frame, chosen, "en").axes
    assert len(axes.lines[1].get_xdata()) == bins
    assert len(frame) == 2
    assert calibration.errors(frame)["error"].item() == pytest.approx(expected_error(arrays), abs=1e-9)
