"""Figures of pairs: densities and correlations against numpy and SciPy, curves on all three splits."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from labreport.errors import ResultsError
from labreport.figures import comparison_curves, curves, final_accuracy, scatter
from labreport.figures.style import house_style
from labreport.rounding import fixed

ONE = {"experiments": ["sts_a"]}


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_stated_correlation_is_scipys(seeds, results):
    made = results("scatter", seeds=seeds)
    frame = scatter.collect(made, ONE)
    raw = made.predictions("sts_a")
    expected = [scipy.stats.pearsonr(rows["score"], rows["predicted"]).statistic for _, rows in raw.groupby("seed")]
    np.testing.assert_allclose(scatter.correlations(frame), expected)
    words = scatter.describe(frame, ONE, "en")
    assert f"{np.mean(expected):.3f}" in words
    assert f"{len(raw) // seeds} pairs" in words
    low, high = raw[raw["score"] <= 1]["predicted"].mean(), raw[raw["score"] >= 4]["predicted"].mean()
    assert f"for pairs scored 1 or less: {fixed(low, 2)};" in words
    assert f"for pairs scored 4 or more: {fixed(high, 2)}." in words


def test_a_run_that_says_the_same_of_all_pairs_has_no_correlation(results):
    made = results("scatter")
    path = made.runs("sts_a")[0].path / "predictions.npz"
    true = np.load(path)["true"]
    np.savez(path, true=true, predicted=np.full_like(true, 5.0))
    assert scatter.correlations(scatter.collect(made, ONE)).tolist() == [0.0]


def test_every_pair_is_in_the_cell_of_its_scores(results):
    frame = scatter.collect(results("scatter", seeds=2), ONE)
    with house_style("en"):
        axes = scatter.draw(frame, ONE, "en").axes[0]
    shown = axes.collections[0].get_array().filled(0).reshape(26, 26)
    assert shown.sum() == len(frame)
    counts = np.zeros((26, 26))
    for score, prediction in frame[["score", "prediction"]].to_numpy():
        counts[int(prediction / 0.2 + 0.5), int(score / 0.2 + 0.5)] += 1
    assert np.abs(shown - counts).sum() <= 2, "at most one pair on an edge may be rounded to the next cell"
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), axes.lines[0].get_ydata())


@pytest.mark.parametrize("metric", ["loss", "pearson"])
def test_curves_of_pairs_have_three_splits(metric, results):
    made = results(seeds=2)
    chosen = {**ONE, "metric": metric}
    frame = curves.collect(made, chosen)
    raw = made.metrics("sts_a").groupby("epoch").mean()
    for split in ("train", "val", "test"):
        measured = frame.query("split == @split").groupby("epoch")["value"].mean()
        np.testing.assert_allclose(measured, raw[f"{split}_{metric}"])
    with house_style("en"):
        (axes,) = curves.draw(frame, chosen, "en").axes
    assert "%" not in axes.get_ylabel()
    assert len({line.get_marker() for line in axes.lines if len(line.get_xdata())} - {"None"}) == 3
    best = raw["val_pearson"].argmax() if metric == "pearson" else raw["val_loss"].argmin()
    assert f"at epoch {best + 1}." in curves.describe(frame, chosen, "en")


def test_a_negative_correlation_is_on_the_axis(results):
    made = results()
    path = made.runs("sts_a")[0].path / "metrics.csv"
    table = made.metrics("sts_a").drop(columns="seed")
    table.loc[0, "val_pearson"] = -0.31
    table.to_csv(path, index=False)
    chosen = {"experiments": ["sts_a", "sts_b"], "metric": "val_pearson"}
    frame = comparison_curves.collect(made, chosen)
    with house_style("en"):
        (axes,) = comparison_curves.draw(frame, chosen, "en").axes
    low, high = axes.get_ylim()
    assert low < -0.31
    assert frame["value"].max() < high


@pytest.mark.parametrize(
    ("module", "chosen"),
    [
        (curves, {"experiments": ["mycnn"], "metric": "pearson"}),
        (comparison_curves, {"experiments": ["sts_a"], "metric": "val_accuracy"}),
    ],
)
def test_a_metric_that_was_not_measured_is_named(module, chosen, results):
    with pytest.raises(ResultsError, match=r"metrics\.csv: column \w+ is missing; found: epoch, train_loss"):
        module.collect(results(), chosen)


def test_pairs_have_no_final_accuracy(results):
    with pytest.raises(ResultsError, match="the runs of sts_a have no val_accuracy"):
        final_accuracy.collect(results(), ONE)
