"""Experiments that end close together."""

from __future__ import annotations

import math

import pytest

from labreport.claims import within
from labreport.errors import ResultsError
from labreport.sampling import sampling_error

OPTIONS = {"experiments": ["a", "b", "c"], "metric": "val_accuracy", "points": 2}


@pytest.mark.parametrize(
    ("finals", "outcome"),
    [((0.84, 0.85, 0.859), "supported"), ((0.84, 0.85, 0.8601), "refuted"), ((0.5, 0.5, 0.5), "supported")],
)
def test_the_spread_of_last_epochs_decides(frames, finals, outcome, in_both_languages):
    results = frames({name: [[0.99, final]] for name, final in zip("abc", finals, strict=True)})
    verdict = within.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["spread"] == pytest.approx(max(finals) - min(finals))
    assert (verdict.values["lowest"], verdict.values["highest"]) == (min(finals), max(finals))
    assert verdict.values["best"] != verdict.values["worst"]
    in_both_languages(verdict, verdict.values["best"], verdict.values["worst"], f"{100 * (finals[2] - finals[0]):.1f}")


@pytest.mark.parametrize(
    ("noise", "points", "outcome"),
    [(0.0005, 2, "supported"), (0.05, 2, "undecided"), (0.0005, 0.5, "refuted"), (0.05, 0.5, "undecided")],
)
def test_scatter_over_seeds_leaves_it_undecided(frames, noise, points, outcome):
    curves = {"a": [[0.84 - noise], [0.84 + noise]], "b": [[0.85 - noise], [0.85 + noise]]}
    verdict = within.judge(frames(curves), {**OPTIONS, "experiments": ["a", "b"], "points": points})
    assert (verdict.outcome, verdict.values["seeds"]) == (outcome, 2)


@pytest.mark.parametrize(("samples", "outcome"), [(200, "undecided"), (10_000, "supported")])
def test_one_seed_is_as_sure_as_its_validation_set_is_large(frames, samples, outcome):
    results = frames({"a": [[0.8442]], "b": [[0.8459]], "c": [[0.8460]]}, samples=samples)
    verdict = within.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["error"] == pytest.approx(
        math.hypot(sampling_error(0.8442, samples), sampling_error(0.846, samples))
    )


def test_one_experiment_cannot_be_compared(frames):
    with pytest.raises(ResultsError, match="two experiments"):
        within.judge(frames({"a": [[0.5]]}), {**OPTIONS, "experiments": ["a"]})


def test_different_data_cannot_be_compared(frames):
    results = frames({"a": [[0.5]], "b": [[0.5]]}, datasets={"b": "imdb"})
    with pytest.raises(ResultsError, match="one data set"):
        within.judge(results, {**OPTIONS, "experiments": ["a", "b"]})


@pytest.mark.parametrize(("second", "outcome"), [(0.49, "supported"), (0.55, "refuted")])
def test_correlations_are_close_in_hundredths(frames, second, outcome, in_both_languages):
    results = frames({"a": [[0.48]], "b": [[second]]}, metric="pearson")
    verdict = within.judge(results, {"experiments": ["a", "b"], "metric": "test_pearson", "points": 3})
    assert verdict.outcome == outcome
    in_both_languages(verdict, f"{second - 0.48:.3f}", "0.03")
    assert "points" not in verdict.reason["en"]
