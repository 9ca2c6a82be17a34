"""Who reaches a level first."""

from __future__ import annotations

import pytest

from labreport.claims import sooner
from labreport.errors import ResultsError

OPTIONS = {"faster": "residual", "slower": "plain", "metric": "val_accuracy", "share_of_best": 0.95}
QUICK, SLOW = [0.5, 0.78, 0.8, 0.8], [0.3, 0.5, 0.7, 0.77]
NEVER = [0.3, 0.4, 0.5, 0.6]


@pytest.mark.parametrize(
    ("residual", "plain", "outcome", "epochs", "saved"),
    [
        ([QUICK], [SLOW], "supported", (2, 4), 2),
        ([SLOW], [QUICK], "refuted", (4, 2), -2),
        ([QUICK], [QUICK], "refuted", (2, 2), 0),
        ([QUICK], [NEVER], "supported", (2, None), None),
        ([NEVER], [QUICK], "refuted", (None, 2), None),
        ([QUICK], [NEVER[:1]], "undecided", (2, None), None),
        ([QUICK, QUICK], [SLOW, NEVER], "undecided", (2, None), None),
        ([QUICK, QUICK], [SLOW, SLOW], "supported", (2, 4), 2),
    ],
)
def test_the_first_epochs_decide(frames, residual, plain, outcome, epochs, saved, in_both_languages):
    verdict = sooner.judge(frames({"residual": residual, "plain": plain}), OPTIONS)
    assert verdict.values["level"] == pytest.approx(0.95 * 0.8)
    assert (verdict.values["faster_epoch"], verdict.values["slower_epoch"]) == epochs
    assert verdict.values["epochs_saved"] == saved
    assert verdict.outcome == outcome
    in_both_languages(verdict, "76.0%", "residual", "plain")


def test_scatter_over_seeds_leaves_it_undecided(frames):
    late = [0.1] * 9 + [0.8]
    early = [0.8] * 10
    verdict = sooner.judge(frames({"residual": [early, late], "plain": [[0.1, 0.1, *early[2:]]] * 2}), OPTIONS)
    assert verdict.outcome == "undecided"
    assert verdict.values["faster_epoch"] == 5.5


def test_neither_reaches_a_level_above_every_single_run(frames):
    curves = {"residual": [[0.2], [0.8]], "plain": [[0.3], [0.4]]}
    verdict = sooner.judge(frames(curves), {**OPTIONS, "share_of_best": 1.0})
    assert verdict.outcome == "undecided"


def test_different_data_cannot_be_compared(frames):
    results = frames({"residual": [QUICK], "plain": [SLOW]}, datasets={"plain": "imdb"})
    with pytest.raises(ResultsError, match="one data set"):
        sooner.judge(results, OPTIONS)
