"""Stuck at guessing, or not."""

from __future__ import annotations

import pytest

from labreport.claims import leaves_chance
from labreport.errors import ResultsError

OPTIONS = {"stuck": "plain", "leaves": "residual", "metric": "val_accuracy", "margin": 0.05}


@pytest.mark.parametrize(
    ("plain", "residual", "classes", "outcome"),
    [
        (0.5, 0.87, 2, "supported"),
        (0.54, 0.87, 2, "supported"),
        (0.6, 0.87, 2, "refuted"),
        (0.5, 0.52, 2, "refuted"),
        (0.11, 0.5, 10, "supported"),
        (0.5, 0.87, 10, "refuted"),
        (0.3, 0.87, 2, "refuted"),
        (0.46, 0.87, 2, "supported"),
        (0.5, 0.2, 2, "refuted"),
    ],
)
def test_chance_comes_from_the_classes(frames, plain, residual, classes, outcome, in_both_languages):
    results = frames({"plain": [[1 / classes, plain]], "residual": [[0.1, residual]]}, classes=classes)
    verdict = leaves_chance.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["chance"] == pytest.approx(1 / classes)
    assert (verdict.values["stuck_accuracy"], verdict.values["leaves_accuracy"]) == (plain, residual)
    in_both_languages(verdict, f"{100 * plain:.1f}%", f"{100 * residual:.1f}%", f"{100 / classes:.1f}%")


@pytest.mark.parametrize("before", [0.9, 0.1])
def test_a_run_that_left_chance_and_came_back_was_not_stuck(frames, before, in_both_languages):
    verdict = leaves_chance.judge(frames({"plain": [[0.5, before, 0.5]], "residual": [[0.87]]}), OPTIONS)
    assert verdict.outcome == "refuted"
    assert verdict.values["stuck_accuracy"] == 0.5
    assert verdict.values["stuck_distance"] == pytest.approx(0.4)
    in_both_languages(verdict, "40.0", "5 ")


def test_a_run_that_ends_at_chance_does_not_leave_it(frames):
    results = frames({"plain": [[0.5]], "residual": [[0.87, 0.5]]})
    assert leaves_chance.judge(results, OPTIONS).outcome == "refuted"


@pytest.mark.parametrize(("samples", "outcome"), [(100, "undecided"), (25_000, "supported")])
def test_a_small_validation_set_cannot_tell_chance(frames, samples, outcome):
    results = frames({"plain": [[0.5]], "residual": [[0.87]]}, samples=samples)
    assert leaves_chance.judge(results, OPTIONS).outcome == outcome


def test_the_error_is_that_of_the_accuracy_that_was_measured(frames):
    """20 % are known to 4.0 points with 100 samples, chance itself, 10 %, to 3.1: within reach of 13 % or not."""
    results = frames({"plain": [[0.2]], "residual": [[0.87]]}, samples=100, classes=10)
    assert leaves_chance.judge(results, {**OPTIONS, "margin": 0.03}).outcome == "undecided"


def test_seeds_that_disagree_leave_it_undecided(frames):
    results = frames({"plain": [[0.5], [0.5], [0.86]], "residual": [[0.87], [0.86], [0.88]]})
    assert leaves_chance.judge(results, OPTIONS).outcome == "undecided"


def test_one_class_leaves_nothing_to_guess(frames):
    with pytest.raises(ResultsError, match="two classes"):
        leaves_chance.judge(frames({"plain": [[1.0]], "residual": [[1.0]]}, classes=1), OPTIONS)
