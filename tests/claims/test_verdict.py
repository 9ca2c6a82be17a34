"""Means and standard errors over seeds, against SciPy."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from labreport.claims import largest_gain, verdict
from labreport.errors import ResultsError
from labreport.sampling import sampling_error

TITLED = {
    "a": {"best": 0.5, "title": {"zh": "基线", "en": "Base line"}},
    "b": {"best": 0.9, "title": "Wide (×2)"},
    "c": {"best": 0.7},
}


def test_reasons_go_by_titles_and_values_by_names(report_spec):
    options = {"base": "a", "experiments": ["b", "c"], "expected": "b", "metric": "val_accuracy"}
    spec = report_spec(largest_gain.__name__, options, TITLED, seeds=2)
    found = verdict.file_of(largest_gain, spec)
    plain = {name: {**entry, "title": name} for name, entry in spec["experiments"].items()}
    assert found["values"] == verdict.file_of(largest_gain, {**spec, "experiments": plain})["values"]
    assert found["values"]["gains"].keys() == {"b", "c"}
    assert [found["values"][key] for key in ("base", "expected", "best", "rival")] == ["a", "b", "b", "c"]
    assert (found["name"], found["kind"], found["outcome"]) == ("some_name", "largest_gain", "supported")
    assert all(title in found["reason"]["en"] for title in ("accuracy of Base line", "Wide (×2) gains", "c"))
    assert all(title in found["reason"]["zh"] for title in ("与 基线 的", "Wide (×2) 提高", "c"))


def test_runs_of_unlike_precision_are_not_compared_silently(report_spec):
    options = {"base": "a", "experiments": ["b", "c"], "expected": "b", "metric": "val_accuracy"}
    spec = report_spec(largest_gain.__name__, options, TITLED, seeds=2)
    alike = verdict.file_of(largest_gain, spec)["reason"]
    for run in spec["experiments"]["b"]["runs"]:
        path = Path(run["path"]) / "environment.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"precision": "bf16"}))
    told = verdict.file_of(largest_gain, spec)["reason"]
    assert told["en"] == alike["en"] + " Precisions differ: Base line fp32, Wide (×2) bf16, c fp32."
    assert told["zh"] == alike["zh"] + "计算精度不同：基线 为 fp32，Wide (×2) 为 bf16，c 为 fp32。"


@pytest.mark.parametrize("values", [[0.8, 0.9], [0.1, 0.4, 0.35, 0.2], [0.5, 0.5, 0.5]])
def test_the_standard_error_is_scipys(values):
    found = verdict.estimate(values)
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert found.error == pytest.approx(scipy.stats.sem(values))


def test_one_seed_has_no_error():
    assert verdict.estimate([0.8]) == verdict.Estimate(0.8, 0.0)


@pytest.mark.parametrize("values", [[], [math.nan], [0.5, math.inf]])
def test_numbers_that_decide_nothing_are_refused(values):
    with pytest.raises(ResultsError, match="finite numbers"):
        verdict.estimate(values)


def test_errors_of_a_difference_add_in_quadrature():
    difference = verdict.Estimate(0.9, 0.03).minus(verdict.Estimate(0.8, 0.04))
    assert (difference.mean, difference.error) == (pytest.approx(0.1), pytest.approx(0.05))


@pytest.mark.parametrize("comparisons", [1, 3])
@pytest.mark.parametrize(
    ("first", "second"),
    [([0.88, 0.89], [0.90, 0.93]), ([0.8, 0.81, 0.85], [0.7, 0.9]), ([0.5, 0.5001], [0.6, 0.62, 0.61])],
)
def test_the_reach_of_a_difference_is_welchs_interval(first, second, comparisons):
    confidence = 1 - 2 * scipy.stats.norm.sf(2) / comparisons
    found = verdict.estimate(second).minus(verdict.estimate(first))
    welch = scipy.stats.ttest_ind(second, first, equal_var=False)
    interval = welch.confidence_interval(confidence)
    assert found.freedom == pytest.approx(welch.df)
    assert found.mean - found.reach(comparisons) == pytest.approx(interval.low)
    assert found.mean + found.reach(comparisons) == pytest.approx(interval.high)


def test_where_the_error_is_known_its_reach_is_two_standard_errors():
    scatter = verdict.estimate([0.80, 0.82])
    assert verdict.estimate([0.8]).blurred(0.01).reach() == 0.02
    assert verdict.Estimate(0.8).minus(verdict.Estimate(0.7)).reach() == 0
    assert 2 * scatter.error < scatter.blurred(0.01).reach() < math.hypot(scatter.reach(), 0.02)
    assert scatter.blurred(10).reach() == pytest.approx(20, rel=1e-4)
    assert verdict.Estimate(0.8, 0.01).reach(comparisons=3) > 0.02


def test_parts_of_an_error_add_in_any_order():
    first, second = verdict.estimate([0.80, 0.82]), verdict.estimate([0.7, 0.75, 0.74])
    one = first.blurred(0.01).minus(second.blurred(0.02))
    other = first.minus(second).blurred(math.hypot(0.01, 0.02))
    assert (one.error, one.freedom) == (pytest.approx(other.error), pytest.approx(other.freedom))
    assert one.negated() == verdict.Estimate(-one.mean, one.error, one.freedom)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_chance_alone_decides_no_more_often_than_two_standard_errors_say(seeds):
    """Two equal experiments, judged by the scatter over few seeds: two plain standard errors would err too often."""
    rng = np.random.default_rng(seeds)
    pairs = [(verdict.estimate(a), verdict.estimate(b)) for a, b in rng.normal(size=(2000, 2, seeds))]
    found = [one.minus(other) for one, other in pairs]
    decided = np.mean([verdict.exceeds(difference, 0.0) is not None for difference in found])
    plain = np.mean([abs(difference.mean) > 2 * difference.error for difference in found])
    assert decided < 0.06 < plain


@pytest.mark.parametrize(
    ("mean", "error", "expected"),
    [(0.5, 0.0, False), (0.51, 0.0, True), (0.6, 0.04, True), (0.6, 0.06, None), (0.4, 0.05, False), (0.4, 0.06, None)],
)
def test_two_standard_errors_decide(mean, error, expected):
    assert verdict.exceeds(verdict.Estimate(mean, error), 0.5) is expected


@pytest.mark.parametrize(("metric", "samples"), [("val_accuracy", 400), ("train_accuracy", 800)])
def test_one_seed_has_the_error_of_its_finite_samples(frames, metric, samples):
    found = verdict.measured(frames({"a": [[0.8]]}, samples=400), "a", metric, [0.8])
    assert found.error == pytest.approx(sampling_error(0.8, samples))


def test_more_seeds_do_not_enlarge_the_validation_set(frames):
    results = frames({"a": [[0.7]] * 9}, samples=100)
    spread = [0.68, 0.72] * 4 + [0.7]
    found = verdict.measured(results, "a", "val_accuracy", spread)
    assert found.error**2 == pytest.approx(scipy.stats.sem(spread) ** 2 + sampling_error(0.7, 100) ** 2)


def test_runs_that_were_measured_on_other_numbers_of_samples_are_refused(frames, monkeypatch):
    results = frames({"a": [[0.7], [0.8]]})
    monkeypatch.setattr(results, "summary", lambda name: pd.DataFrame({"val_samples": [400, 500]}))
    with pytest.raises(ResultsError, match=r"of one number of samples; found 0\.7 of \[400, 500\]"):
        verdict.metric_error(results, "a", "val_accuracy", 0.7)


def test_what_is_no_accuracy_has_no_sampling_error(frames):
    with pytest.raises(ResultsError, match=r"found 1\.2 of \[400\]"):
        verdict.metric_error(frames({"a": [[1.2]]}, samples=400), "a", "val_accuracy", 1.2)


def test_a_correlation_has_the_error_that_resampling_finds(frames):
    rng = np.random.default_rng(0)
    pairs = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], (2000, 300))
    found = [scipy.stats.pearsonr(*sample.T).statistic for sample in pairs]
    results = frames({"a": [[0.6]]}, samples=300, metric="pearson")
    assert verdict.final(results, "a", "test_pearson").error == pytest.approx(np.std(found), rel=0.05)


@pytest.mark.parametrize(("value", "fits"), [(-0.3, True), (1.2, False), (-1.1, False)])
def test_a_correlation_may_be_negative(frames, value, fits):
    results = frames({"a": [[value]]}, samples=100, metric="pearson")
    if fits:
        assert verdict.metric_error(results, "a", "val_pearson", value) > 0
    else:
        with pytest.raises(ResultsError, match="has to be a correlation"):
            verdict.metric_error(results, "a", "val_pearson", value)


def test_a_similarity_ends_at_the_epoch_that_validation_chose(frames):
    results = frames({"a": [[0.1, 0.6, 0.3], [0.5, 0.2, 0.4]]}, metric="pearson", behind=0.05)
    assert verdict.final_values(results, "a", "val_pearson") == [0.6, 0.5]
    assert verdict.final_values(results, "a", "test_pearson") == pytest.approx([0.55, 0.45])


@pytest.mark.parametrize(
    ("mean", "error", "expected"),
    [
        (0.5, 0.0, True),
        (0.86 - 0.84, 0.0, False),
        (0.6, 0.05, True),
        (0.6, 0.06, None),
        (0.4, 0.05, None),
        (0.4, 0.04, False),
    ],
)
def test_reaching_a_limit_is_being_at_least_there(mean, error, expected):
    assert verdict.reaches(verdict.Estimate(mean, error), 0.5) is expected


def test_a_limit_in_decimals_is_reached_in_binary():
    assert 0.85 - 0.8 < 0.05
    assert verdict.reaches(verdict.Estimate(0.85 - 0.8), 0.05) is True


def test_variants_of_one_data_set_are_compared(frames):
    results = frames(
        {"a": [[0.5]], "b": [[0.5]]}, datasets={"b": "cifar10_longtail"}, bases={"a": "cifar10", "b": "cifar10"}
    )
    verdict.same_dataset(results, ["a", "b"])


def test_runs_of_different_data_are_not_compared(frames):
    results = frames({"a": [[0.5]], "b": [[0.5]]}, datasets={"b": "imdb"})
    with pytest.raises(ResultsError, match=r"a on cifar10, b on imdb"):
        verdict.same_dataset(results, ["a", "b"])


def test_values_come_after_the_last_epoch_in_the_order_of_seeds(frames):
    results = frames({"a": [[0.1, 0.2, 0.3], [0.4, 0.6, 0.5]]})
    assert verdict.final_values(results, "a", "val_accuracy") == [0.3, 0.5]
