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
    ],
)
def test_chance_comes_from_the_classes(frames, plain, residual, classes, outcome, in_both_languages):
    results = frames({"plain": [[0.9, plain]], "residual": [[0.1, residual]]}, classes=classes)
    verdict = leaves_chance.judge(results, OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["chance"] == pytest.approx(1 / classes)
    assert (verdict.values["stuck_accuracy"], verdict.values["leaves_accuracy"]) == (plain, residual)
    in_both_languages(verdict, f"{100 * plain:.1f}%", f"{100 * residual:.1f}%", f"{100 / classes:.1f}%")


def test_seeds_that_disagree_leave_it_undecided(frames):
    results = frames({"plain": [[0.5], [0.5], [0.86]], "residual": [[0.87], [0.86], [0.88]]})
    assert leaves_chance.judge(results, OPTIONS).outcome == "undecided"


def test_one_class_leaves_nothing_to_guess(frames):
    with pytest.raises(ResultsError, match="two classes"):
        leaves_chance.judge(frames({"plain": [[1.0]], "residual": [[1.0]]}, classes=1), OPTIONS)
