"""Training against validation accuracy."""

from __future__ import annotations

import pytest

from labreport.claims import gap
from labreport.sampling import sampling_error

OPTIONS = {"experiment": "a", "at_least": 20}


@pytest.mark.parametrize(
    ("ahead", "outcome"), [(0.47, "supported"), (0.2001, "supported"), (0.19, "refuted"), (-0.1, "refuted")]
)
def test_the_last_epoch_decides(frames, ahead, outcome, in_both_languages):
    verdict = gap.judge(frames({"a": [[0.9, 0.528], [0.1, 0.522]]}, ahead=ahead), OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["points"] == pytest.approx(ahead)
    assert (verdict.values["train_accuracy"], verdict.values["val_accuracy"]) == pytest.approx((0.525 + ahead, 0.525))
    assert (verdict.values["at_least"], verdict.values["seeds"]) == (0.2, 2)
    in_both_languages(verdict, "a", f"{abs(100 * ahead):.1f}", "52.5%", f"{52.5 + 100 * ahead:.1f}%", "20")
    assert ("above" in verdict.reason["en"], "高" in verdict.reason["zh"]) == (ahead > 0, ahead > 0)


def test_seeds_that_move_together_do_not_blur_the_gap(frames):
    """Both accuracies of a run come from one model, so only the scatter of their difference counts."""
    verdict = gap.judge(frames({"a": [[0.4], [0.6]]}, ahead=0.21), OPTIONS)
    assert verdict.outcome == "supported"
    assert verdict.values["error"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(("samples", "outcome"), [(50, "undecided"), (10_000, "supported")])
def test_small_sets_leave_it_undecided(frames, samples, outcome):
    verdict = gap.judge(frames({"a": [[0.6]]}, ahead=0.24, samples=samples), OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["error"] ** 2 == pytest.approx(
        sampling_error(0.6, samples) ** 2 + sampling_error(0.84, 2 * samples) ** 2
    )
