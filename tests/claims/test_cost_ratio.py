"""How many times as long."""

from __future__ import annotations

import pytest

from labreport.claims import cost_ratio
from labreport.errors import ResultsError

OPTIONS = {"measurement": "lstm_cost", "slow": "own", "fast": "packaged", "at_least": 1.5}


def measured(own=30.0, scatter=0.1, **more):
    times = {"packaged": 10.0, "own": own, **more}
    rows = list(times.items())
    return {
        "implementation": [name for name, _ in rows],
        "milliseconds": [time for _, time in rows],
        "milliseconds_low": [time * (1 - scatter) for _, time in rows],
        "milliseconds_high": [time * (1 + scatter) for _, time in rows],
        "operations_per_step": [2.0, 31.0, 25.0][: len(rows)],
    }


@pytest.mark.parametrize(("own", "outcome"), [(30.0, "supported"), (12.0, "refuted"), (15.0, "undecided")])
def test_quartiles_decide(frames, own, outcome, in_both_languages):
    verdict = cost_ratio.judge(frames({}, measurement=measured(own)), OPTIONS)
    assert verdict.outcome == outcome
    assert verdict.values["ratio"] == pytest.approx(own / 10)
    assert verdict.values["ratio_low"] == pytest.approx(own * 0.9 / 11)
    assert verdict.values["ratio_high"] == pytest.approx(own * 1.1 / 9)
    assert verdict.values["operations_ratio"] == pytest.approx(15.5)
    assert (verdict.values["slow_operations_per_step"], verdict.values["fast_operations_per_step"]) == (31, 2)
    in_both_languages(verdict, f"{own / 10:.1f}", "own", "packaged")


def test_the_variant_with_one_input_product_tells_its_share(frames):
    verdict = cost_ratio.judge(frames({}, measurement=measured(own=30.0, own_shared=25.0)), OPTIONS)
    assert verdict.values["shared_ratio"] == pytest.approx(2.5)
    assert verdict.values["shared_gain"] == pytest.approx(0.25)  # 5 of the 20 ms more


def test_nothing_is_claimed_of_a_variant_that_was_not_measured(frames):
    values = cost_ratio.judge(frames({}, measurement=measured()), OPTIONS).values
    assert (values["shared_ratio"], values["shared_gain"], values["shared_faster"]) == (None, None, None)


@pytest.mark.parametrize(("shared", "faster"), [(20.0, True), (25.0, None), (35.0, None), (40.0, False)])
def test_the_variant_is_faster_where_the_quartiles_separate(frames, shared, faster):
    verdict = cost_ratio.judge(frames({}, measurement=measured(own=30.0, own_shared=shared)), OPTIONS)
    assert verdict.values["shared_faster"] is faster


def test_an_unknown_implementation_names_those_there_are(frames):
    with pytest.raises(ResultsError, match="'fused'; there are: packaged, own"):
        cost_ratio.judge(frames({}, measurement=measured()), {**OPTIONS, "fast": "fused"})


def test_a_time_of_nothing_is_no_time(frames):
    with pytest.raises(ResultsError, match="positive"):
        cost_ratio.judge(frames({}, measurement=measured(own=0.0)), OPTIONS)
