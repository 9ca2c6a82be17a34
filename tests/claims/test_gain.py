"""One experiment against another."""

from __future__ import annotations

import pytest
import scipy.stats

from labreport.claims import gain
from labreport.errors import ResultsError
from labreport.sampling import sampling_error

OPTIONS = {"from": "plain", "to": "residual", "metric": "val_accuracy", "at_least": 5}


@pytest.mark.parametrize(
    ("residual", "outcome"), [(0.8513, "supported"), (0.8173, "supported"), (0.81, "refuted"), (0.7, "refuted")]
)
def test_the_difference_decides(frames, residual, outcome, in_both_languages):
    verdict = gain.judge(frames({"plain": [[0.9, 0.7672]], "residual": [[0.1, residual]]}), OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["points"] == pytest.approx(residual - 0.7672)
    assert (verdict.values["from_value"], verdict.values["to_value"]) == (0.7672, residual)
    in_both_languages(
        verdict, "plain", "residual", "76.7%", f"{100 * residual:.1f}%", f"{abs(100 * residual - 76.72):.1f}"
    )
    assert ("above the" in verdict.reason["en"], " 高 " in verdict.reason["zh"].split("；")[0]) == (
        residual > 0.7672,
    ) * 2


def test_errors_of_seeds_and_samples_add(frames):
    curves = {"plain": [[0.70], [0.72], [0.74]], "residual": [[0.76], [0.80], [0.78]]}
    verdict = gain.judge(frames(curves, samples=1000), OPTIONS)
    scatter = [scipy.stats.sem([run[0] for run in runs]) for runs in curves.values()]
    finite = [sampling_error(accuracy, 1000) for accuracy in (0.72, 0.78)]
    assert verdict.values["error"] ** 2 == pytest.approx(sum(error**2 for error in [*scatter, *finite]))
    assert verdict.outcome == "undecided"


@pytest.mark.parametrize(("ahead", "outcome"), [(0.1, "supported"), (0.004, "refuted")])
def test_correlations_are_claimed_in_hundredths(frames, ahead, outcome, in_both_languages):
    results = frames({"plain": [[0.3, 0.48, 0.2]], "residual": [[0.48 + ahead, 0.1]]}, metric="pearson", behind=0.03)
    verdict = gain.judge(results, {**OPTIONS, "metric": "test_pearson", "at_least": 1})
    assert verdict.outcome == outcome
    assert verdict.values["points"] == pytest.approx(ahead)
    in_both_languages(verdict, "0.450", f"{0.45 + ahead:.3f}", f"{ahead:.3f}", "0.01")
    assert not any(
        "%" in sentence or "points" in sentence or "百分点" in sentence for sentence in verdict.reason.values()
    )


def test_different_data_cannot_be_compared(frames):
    results = frames({"plain": [[0.5]], "residual": [[0.5]]}, datasets={"plain": "imdb"})
    with pytest.raises(ResultsError, match="one data set"):
        gain.judge(results, OPTIONS)
