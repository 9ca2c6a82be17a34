"""Differences that the scatter over seeds does not tell from zero."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from labreport.claims import within_spread

OPTIONS = {"base": "a", "experiments": ["b", "c"], "metric": "val_accuracy"}
BASE = [[0.886], [0.890], [0.888]]


@pytest.mark.parametrize(
    ("others", "outcome", "widest"),
    [
        ({"b": [[0.887], [0.891], [0.889]], "c": [[0.885], [0.889], [0.886]]}, "supported", "c"),
        ({"b": [[0.892], [0.894], [0.893]], "c": [[0.885], [0.889], [0.886]]}, "supported", "b"),
        ({"b": [[0.900], [0.902], [0.901]], "c": [[0.885], [0.889], [0.886]]}, "refuted", "b"),
        ({"b": [[0.887], [0.891], [0.889]], "c": [[0.870], [0.872], [0.871]]}, "refuted", "c"),
    ],
)
def test_welchs_test_of_all_comparisons_decides(frames, others, outcome, widest, in_both_languages):
    verdict = within_spread.judge(frames({"a": BASE, **others}, samples=10), OPTIONS)
    assert (verdict.outcome, verdict.values["widest"]) == (outcome, widest)
    ends = {name: [run[0] for run in runs] for name, runs in {"a": BASE, **others}.items()}
    for name in others:
        difference = sum(ends[name]) / 3 - sum(ends["a"]) / 3
        interval = scipy.stats.ttest_ind(ends[name], ends["a"], equal_var=False).confidence_interval(
            1 - 2 * scipy.stats.norm.sf(2) / len(others)
        )
        spread = (interval.high - interval.low) / 2
        assert verdict.values["differences"][name] == pytest.approx(difference)
        assert verdict.values["spreads"][name] == pytest.approx(spread)
    assert verdict.values["largest"] == pytest.approx(abs(verdict.values["differences"][widest]))
    assert verdict.values["spread"] == verdict.values["spreads"][widest]
    in_both_languages(
        verdict, widest, f"{100 * verdict.values['largest']:.1f}", f"{100 * verdict.values['spread']:.1f}", "2"
    )
    holds = outcome == "supported"
    said = ("No difference" in verdict.reason["en"], "与零没有可分辨的差别" in verdict.reason["zh"])
    assert said == (holds, holds)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_without_any_effect_few_reports_find_one(frames, seeds):
    """Three experiments and a base that are all the same: 39 %, 27 % and 19 % of cases by two plain standard errors."""
    rng = np.random.default_rng(seeds)
    cases, refuted = 200, 0
    for values in rng.normal(0.9, 0.005, (cases, 4, seeds)):
        curves = {name: [[value] for value in runs] for name, runs in zip("abcd", values, strict=True)}
        refuted += within_spread.judge(frames(curves), {**OPTIONS, "experiments": list("bcd")}).outcome == "refuted"
    assert scipy.stats.binom.sf(refuted - 1, cases, 0.0455) > 0.01


def test_a_larger_difference_within_its_own_spread_is_not_named(frames):
    curves = {"a": BASE, "b": [[0.80], [0.99], [0.97]], "c": [[0.9060], [0.9062], [0.9061]]}
    verdict = within_spread.judge(frames(curves), OPTIONS)
    assert verdict.values["differences"]["b"] > verdict.values["differences"]["c"]
    assert (verdict.outcome, verdict.values["widest"]) == ("refuted", "c")


def test_one_seed_tells_nothing(frames, in_both_languages):
    verdict = within_spread.judge(frames({"a": BASE, "b": [[0.889]], "c": [[0.887], [0.888]]}), OPTIONS)
    assert (verdict.outcome, verdict.values["spread"], verdict.values["seeds"]) == ("undecided", None, 1)
    in_both_languages(verdict, f"{100 * verdict.values['largest']:.1f}")
