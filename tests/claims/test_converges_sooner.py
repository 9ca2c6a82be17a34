"""Epochs of convergence."""

from __future__ import annotations

import pytest
import scipy.stats

from labreport.claims import converges_sooner

OPTIONS = {"base": "a", "experiments": ["b", "c"]}


def rise(at, best=0.9, epochs=30):
    """Steep until the epoch `at`, then level: within half a point of its best from `at` on and not before."""
    return [0.1 + (best - 0.1) * min(epoch, at) / at for epoch in range(1, epochs + 1)]


@pytest.mark.parametrize(
    ("second", "third", "outcome"),
    [
        (10, 12, "supported"),
        (10, 29, "undecided"),
        (10, 20, "refuted"),
        (18, 27, "refuted"),
        (25, 27, "refuted"),
    ],
)
def test_all_have_to_be_sooner(frames, second, third, outcome, in_both_languages):
    base = 30 if outcome == "undecided" else 18
    results = frames({"a": [rise(base)], "b": [rise(second)], "c": [rise(third)]})
    verdict = converges_sooner.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert (verdict.values["base_epoch"], verdict.values["epochs"]) == (base, {"b": second, "c": third})
    assert (verdict.values["earliest"], verdict.values["earliest_epoch"]) == ("b", second)
    assert verdict.values["saved"] == {"b": base - second, "c": base - third}
    in_both_languages(verdict, "a", "b", "c", str(base), str(second), str(third))


def test_how_high_a_run_ends_does_not_decide(frames):
    results = frames({"a": [rise(20, best=0.9)], "b": [rise(10, best=0.4)], "c": [rise(12, best=0.99)]})
    assert converges_sooner.judge(results, OPTIONS).outcome == "supported"


def test_seeds_and_half_an_epoch_make_the_error(frames):
    found = converges_sooner.converged(frames({"a": [rise(20), rise(24), rise(19)]}), "a", "val_accuracy")
    assert found.mean == 21
    assert found.error**2 == pytest.approx(scipy.stats.sem([20, 24, 19]) ** 2 + 0.25)


def test_a_small_validation_set_blurs_the_epoch(frames):
    slow = [0.5 + 0.01 * epoch for epoch in range(1, 31)]
    sharp, blurred = (
        converges_sooner.converged(frames({"a": [slow]}, samples=samples), "a", "val_accuracy")
        for samples in (10**9, 100)
    )
    assert sharp.mean == blurred.mean == 30
    assert blurred.error > 1 > sharp.error


def test_a_similarity_converges_by_its_correlation(frames):
    results = frames({name: [rise(at, best=0.6)] for name, at in (("a", 20), ("b", 8), ("c", 9))}, metric="pearson")
    verdict = converges_sooner.judge(results, OPTIONS)
    assert (verdict.outcome, verdict.values["metric"]) == ("supported", "val_pearson")
