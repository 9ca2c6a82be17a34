"""Measured against published."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from labreport.claims import agrees_published
from labreport.claims.published import rounding
from labreport.errors import ResultsError
from labreport.sampling import sampling_error

OPTIONS = {"experiment": "a", "metric": "val_accuracy"}
STATED = {"a": {"val_accuracy": 0.719, "train_accuracy": 0.864}}


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(0.719, "supported"), (0.727, "supported"), (0.711, "supported"), (0.73, "refuted"), (0.65, "refuted")],
)
def test_the_reach_of_the_error_and_the_rounding_are_allowed(frames, value, outcome, in_both_languages):
    results = frames({"a": [[0.9, value]]}, samples=10_000, published=STATED)
    verdict = agrees_published.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["points"] == pytest.approx(value - 0.719)
    assert verdict.values["tolerance"] == pytest.approx(2 * sampling_error(value, 10_000) + 0.0005)
    in_both_languages(verdict, "a", f"{100 * value:.1f}%", "71.9%", f"{abs(100 * value - 71.9):.1f}")


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_the_published_run_scatters_as_ours_do(frames, seeds):
    runs = [0.71, 0.725, 0.716][:seeds]
    results = frames({"a": [[run] for run in runs]}, samples=10_000, published=STATED)
    verdict = agrees_published.judge(results, OPTIONS)
    scatter = scipy.stats.sem(runs) ** 2 + np.var(runs, ddof=1) if seeds > 1 else 0
    assert verdict.values["error"] ** 2 == pytest.approx(scatter + sampling_error(np.mean(runs), 10_000) ** 2)
    alone = ("both are single runs" in verdict.reason["en"], "两者都只是一次训练" in verdict.reason["zh"])
    assert alone == (seeds == 1,) * 2


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_a_published_run_of_the_same_training_is_seldom_contradicted(frames, seeds):
    """The prediction interval for one more run; that of the mean fails in four cases of ten."""
    rng = np.random.default_rng(seeds)
    cases, refuted = 300, 0
    for published, *runs in rng.normal(0.7, 0.02, (cases, 1 + seeds)):
        results = frames({"a": [[run] for run in runs]}, published={"a": {"val_accuracy": float(published)}})
        refuted += agrees_published.judge(results, OPTIONS).outcome == "refuted"
    assert scipy.stats.binom.sf(refuted - 1, cases, 0.0455) > 0.01


@pytest.mark.parametrize("scale", ["demo", "lite", "mine"])
def test_another_scale_decides_nothing(frames, scale, in_both_languages):
    verdict = agrees_published.judge(frames({"a": [[0.719]]}, published=STATED, scale=scale), OPTIONS)
    assert (verdict.outcome, verdict.values["comparable"]) == ("undecided", False)
    in_both_languages(verdict, scale, "71.9%")


@pytest.mark.parametrize(
    ("stated", "best", "outcome"), [({}, False, "refuted"), ({"best_epoch": 2}, True, "supported")]
)
def test_a_published_best_is_compared_with_the_best(frames, stated, best, outcome):
    results = frames({"a": [[0.2, 0.719, 0.6], [0.719, 0.3, 0.601]]}, published={"a": STATED["a"] | stated})
    verdict = agrees_published.judge(results, OPTIONS)
    assert (verdict.outcome, verdict.values["best"]) == (outcome, best)
    assert ("best validation accuracy" in verdict.reason["en"], "各轮最高" in verdict.reason["zh"]) == (best, best)


def test_correlations_agree_to_the_digits_that_were_printed(frames, in_both_languages):
    results = frames({"a": [[0.5748]]}, metric="pearson", published={"a": {"test_pearson": 0.57}})
    verdict = agrees_published.judge(results, {**OPTIONS, "metric": "test_pearson"})
    assert verdict.outcome == "supported"
    assert verdict.values["tolerance"] == pytest.approx(0.005, abs=1e-5)
    in_both_languages(verdict, "0.575", "0.570", "0.005")


@pytest.mark.parametrize(
    ("value", "figure", "half"),
    [
        (0.719, "val_accuracy", 0.0005),
        (0.8442, "val_accuracy", 0.00005),
        (1.0, "train_accuracy", 0.0005),
        (0.5, "val_accuracy", 0.0005),
        (0.4, "test_pearson", 0.005),
        (0.607, "val_pearson", 0.0005),
        (0.9, "per_class", 0.005),
    ],
)
def test_rounding_is_half_of_the_last_digit(value, figure, half):
    assert rounding(value, figure) == pytest.approx(half)


def test_what_was_not_published_cannot_agree(frames):
    with pytest.raises(ResultsError, match="no val_accuracy of a was published; what was: train_accuracy"):
        agrees_published.judge(frames({"a": [[0.7]]}, published={"a": {"train_accuracy": 0.9}}), OPTIONS)
