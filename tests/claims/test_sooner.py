"""Who reaches a level first."""

from __future__ import annotations

import pytest

from labreport.claims import sooner
from labreport.errors import ResultsError

OPTIONS = {"faster": "residual", "slower": "plain", "metric": "val_accuracy", "share_of_best": 0.95}
QUICK, SLOW = [0.5, 0.78, 0.8, 0.8], [0.3, 0.5, 0.7, 0.77]


@pytest.mark.parametrize(
    ("residual", "plain", "outcome", "epochs"),
    [
        ([QUICK], [SLOW], "supported", (2, 4)),
        ([SLOW], [QUICK], "refuted", (4, 2)),
        ([QUICK], [QUICK], "undecided", (2, 2)),
        ([QUICK, QUICK], [SLOW, SLOW], "supported", (2, 4)),
    ],
)
def test_the_first_epochs_decide(frames, residual, plain, outcome, epochs, in_both_languages):
    verdict = sooner.judge(frames({"residual": residual, "plain": plain}), OPTIONS)
    lower = min(max(residual[0]), max(plain[0]))
    assert (verdict.values["level"], verdict.values["best"]) == (pytest.approx(0.95 * lower), lower)
    assert verdict.values["share_of_best"] == 0.95
    assert (verdict.values["faster_epoch"], verdict.values["slower_epoch"]) == epochs
    assert verdict.values["epochs_saved"] == epochs[1] - epochs[0]
    assert verdict.outcome == outcome
    in_both_languages(verdict, f"{100 * verdict.values['level']:.1f}%", "residual", "plain")


def test_who_ends_higher_is_not_sooner_for_that(frames):
    together = {"residual": [[0.2, 0.4, 0.6, 0.8, 0.9]], "plain": [[0.2, 0.4, 0.6, 0.61, 0.62]]}
    verdict = sooner.judge(frames(together), OPTIONS)
    assert (verdict.outcome, verdict.values["faster_epoch"], verdict.values["slower_epoch"]) == ("undecided", 3, 3)


@pytest.mark.parametrize(("late", "outcome"), [(2, "undecided"), (3, "supported")])
def test_one_epoch_may_be_an_effect_of_whole_epochs(frames, late, outcome):
    plain = [0.1] * (late - 1) + [0.8] * 3
    verdict = sooner.judge(frames({"residual": [[0.8] * 3], "plain": [plain]}), OPTIONS)
    assert (verdict.outcome, verdict.values["epochs_saved"]) == (outcome, late - 1)
    assert verdict.values["epochs_error"] == pytest.approx(0.5**0.5)
    assert verdict.values["epochs_reach"] == pytest.approx(2 * 0.5**0.5)


def test_a_small_validation_set_blurs_the_epoch(frames):
    slowly = {"residual": [[0.75, 0.79, 0.8, 0.8, 0.8]], "plain": [[0.7, 0.72, 0.74, 0.77, 0.8, 0.8]]}
    sure, unsure = (sooner.judge(frames(slowly, samples=samples), OPTIONS) for samples in (10**8, 100))
    assert (sure.outcome, unsure.outcome) == ("supported", "undecided")
    assert unsure.values["epochs_saved"] == sure.values["epochs_saved"] == 2
    # 76 % +- 4.3: from epoch 1 to the end (80 % < 80.3 %) for both, 4 of 5 and of 6 epochs, and 72 % in epoch 2
    assert unsure.values["epochs_error"] == pytest.approx((2**2 + 2**2) ** 0.5)


def test_the_error_is_that_of_an_accuracy_at_the_level(frames):
    """40 % +- 4.8, where 80 % would be +- 4.0: from epoch 1 to 4, not to 3."""
    together = {"residual": [[0.36, 0.4, 0.445, 0.8]], "plain": [[0.36, 0.4, 0.445, 0.8]]}
    verdict = sooner.judge(frames(together, samples=100), {**OPTIONS, "share_of_best": 0.5})
    assert verdict.values["epochs_error"] == pytest.approx((1.5**2 + 1.5**2) ** 0.5)


def test_a_level_is_reached_by_what_equals_it(frames):
    curves = {"residual": [[0.5, 0.8, 0.8, 0.8]], "plain": [[0.5, 0.5, 0.5, 0.8]]}
    values = sooner.judge(frames(curves), {**OPTIONS, "share_of_best": 1.0}).values
    assert (values["faster_epoch"], values["slower_epoch"]) == (2, 4)


def test_scatter_over_seeds_leaves_it_undecided(frames):
    late = [0.1] * 9 + [0.8]
    early = [0.8] * 10
    verdict = sooner.judge(frames({"residual": [early, late], "plain": [[0.1, 0.1, *early[2:]]] * 2}), OPTIONS)
    assert verdict.outcome == "undecided"
    assert verdict.values["faster_epoch"] == 5.5
    assert verdict.values["epochs_reach"] > 2 * verdict.values["epochs_error"]  # two seeds hardly tell the scatter


def test_a_seed_below_the_level_leaves_it_undecided(frames, in_both_languages):
    curves = {"residual": [[0.8] * 4], "plain": [[0.3, 0.3, 0.9, 0.9], [0.3, 0.3, 0.3, 0.5]]}
    verdict = sooner.judge(frames(curves), OPTIONS)
    assert verdict.outcome == "undecided"
    assert (verdict.values["slower_epoch"], verdict.values["epochs_saved"]) == (None, None)
    assert verdict.values["faster_epoch"] == 1
    in_both_languages(verdict, "66.5%", "plain")


def test_different_data_cannot_be_compared(frames):
    results = frames({"residual": [QUICK], "plain": [SLOW]}, datasets={"plain": "imdb"})
    with pytest.raises(ResultsError, match="one data set"):
        sooner.judge(results, OPTIONS)
