"""Who gains most over a base."""

from __future__ import annotations

import pytest

from labreport.claims import largest_gain
from labreport.errors import ResultsError

OPTIONS = {"base": "a", "expected": "d", "experiments": ["b", "c", "d"], "metric": "test_pearson"}
PUBLISHED = {"a": 0.38, "b": 0.48, "c": 0.46, "d": 0.57}


def runs(**values):
    return {name: [[value]] for name, value in values.items()}


@pytest.mark.parametrize(
    ("changed", "outcome", "best"),
    [
        ({}, "supported", "d"),
        ({"d": 0.47}, "refuted", "b"),
        ({"a": 0.6}, "refuted", "d"),
        ({"b": 0.5699999}, "undecided", "d"),
    ],
)
def test_it_has_to_lead_the_base_and_all_others(frames, changed, outcome, best, in_both_languages):
    values = PUBLISHED | changed
    verdict = largest_gain.judge(frames(runs(**values), metric="pearson"), OPTIONS)
    assert (verdict.outcome, verdict.values["best"]) == (outcome, best)
    assert verdict.values["gains"] == pytest.approx({name: values[name] - values["a"] for name in "bcd"})
    rival = max("bc", key=values.get)
    assert (verdict.values["rival"], verdict.values["lead"]) == (rival, pytest.approx(values["d"] - values[rival]))
    in_both_languages(
        verdict, "a", "d", rival, f"{abs(values['d'] - values['a']):.3f}", f"{abs(verdict.values['lead']):.3f}"
    )
    assert ("loses" in verdict.reason["en"], "降低" in verdict.reason["zh"]) == (values["a"] == 0.6,) * 2


@pytest.mark.parametrize(("samples", "outcome"), [(100, "undecided"), (100_000, "supported")])
def test_a_small_test_split_cannot_tell(frames, samples, outcome):
    verdict = largest_gain.judge(frames(runs(**PUBLISHED), metric="pearson", samples=samples), OPTIONS)
    assert verdict.outcome == outcome
    sizes = [(1 - value**2) ** 2 / (samples - 1) for value in (0.57, 0.48)]
    assert verdict.values["lead_error"] ** 2 == pytest.approx(sum(sizes))


@pytest.mark.parametrize("changed", [{"expected": "a"}, {"experiments": ["d"]}])
def test_the_expected_one_is_among_several(frames, changed):
    with pytest.raises(ResultsError, match="one of several"):
        largest_gain.judge(frames(runs(**PUBLISHED), metric="pearson"), OPTIONS | changed)
