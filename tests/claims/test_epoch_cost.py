"""What an epoch costs."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.claims import epoch_cost
from labreport.errors import ResultsError

OPTIONS = {"slow": "residual", "fast": "plain", "at_least": 1.5}


def timed(frames, slow, fast=(10.0, 10.4, 9.8, 10.1), **more):
    return frames(
        {"residual": [[0.5] * 4] * 2, "plain": [[0.5] * 4] * 2}, seconds={"residual": slow, "plain": fast}, **more
    )


@pytest.mark.parametrize(
    ("slow", "outcome"),
    [
        ([30.0, 31.0, 30.5, 80.0], "supported"),
        ([15.0, 15.3, 14.8, 15.6], "undecided"),
        ([11.0, 11.2, 10.9, 11.1], "refuted"),
    ],
)
def test_quartiles_over_all_epochs_decide(frames, slow, outcome, in_both_languages):
    verdict = epoch_cost.judge(timed(frames, slow), OPTIONS)
    fast = [10.0, 10.4, 9.8, 10.1]
    assert verdict.outcome == outcome
    assert verdict.values["ratio"] == pytest.approx(np.median(slow * 2) / np.median(fast * 2))
    low = np.quantile(slow * 2, 0.25) / np.quantile(fast * 2, 0.75)
    assert verdict.values["ratio_low"] == pytest.approx(low)
    assert (verdict.values["slow_seconds"], verdict.values["fast_seconds"]) == (np.median(slow), np.median(fast))
    in_both_languages(verdict, "residual", "plain", f"{verdict.values['ratio']:.2f}", f"{low:.2f}", "1.5")


@pytest.mark.parametrize(
    "machine", [{"device": "Another CPU"}, {"precision": "bf16"}, {"threads": 4}, {"torch": "3"}, {"shared": True}]
)
def test_times_of_two_machines_are_not_compared(frames, machine):
    verdict = epoch_cost.judge(timed(frames, [30.0] * 4, machines={"plain": machine}), OPTIONS)
    assert (verdict.outcome, verdict.values["same_machine"]) == ("undecided", False)
    assert "but on another device" in verdict.reason["en"]
    assert "但二者的设备" in verdict.reason["zh"]


def test_an_epoch_of_no_time_is_refused(frames):
    with pytest.raises(ResultsError, match="longer than 0 s"):
        epoch_cost.judge(timed(frames, [30.0, 0.0, 30.0, 30.0]), OPTIONS)
