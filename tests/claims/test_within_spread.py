"""Differences no larger than the scatter over seeds."""

from __future__ import annotations

import pytest
import scipy.stats

from labreport.claims import within_spread

OPTIONS = {"base": "a", "experiments": ["b", "c"], "metric": "val_accuracy"}
BASE = [[0.886], [0.890], [0.888]]


@pytest.mark.parametrize(
    ("others", "outcome", "widest"),
    [
        ({"b": [[0.887], [0.891], [0.889]], "c": [[0.885], [0.889], [0.886]]}, "supported", "c"),
        ({"b": [[0.900], [0.902], [0.901]], "c": [[0.885], [0.889], [0.886]]}, "refuted", "b"),
        ({"b": [[0.887], [0.891], [0.889]], "c": [[0.870], [0.872], [0.871]]}, "refuted", "c"),
    ],
)
def test_twice_the_standard_error_over_seeds_decides(frames, others, outcome, widest, in_both_languages):
    verdict = within_spread.judge(frames({"a": BASE, **others}, samples=10), OPTIONS)
    assert (verdict.outcome, verdict.values["widest"]) == (outcome, widest)
    ends = {name: [run[0] for run in runs] for name, runs in {"a": BASE, **others}.items()}
    for name in others:
        difference = sum(ends[name]) / 3 - sum(ends["a"]) / 3
        spread = 2 * (scipy.stats.sem(ends[name]) ** 2 + scipy.stats.sem(ends["a"]) ** 2) ** 0.5
        assert verdict.values["differences"][name] == pytest.approx(difference)
        assert verdict.values["spreads"][name] == pytest.approx(spread)
    assert verdict.values["largest"] == pytest.approx(abs(verdict.values["differences"][widest]))
    assert verdict.values["spread"] == verdict.values["spreads"][widest]
    in_both_languages(
        verdict, widest, f"{100 * verdict.values['largest']:.1f}", f"{100 * verdict.values['spread']:.1f}"
    )


def test_a_larger_difference_within_its_own_spread_is_not_named(frames):
    curves = {"a": BASE, "b": [[0.80], [0.95], [0.92]], "c": [[0.8960], [0.8962], [0.8961]]}
    verdict = within_spread.judge(frames(curves), OPTIONS)
    assert (verdict.outcome, verdict.values["widest"]) == ("refuted", "c")


def test_one_seed_tells_nothing(frames, in_both_languages):
    verdict = within_spread.judge(frames({"a": BASE, "b": [[0.889]], "c": [[0.887], [0.888]]}), OPTIONS)
    assert (verdict.outcome, verdict.values["spread"], verdict.values["seeds"]) == ("undecided", None, 1)
    in_both_languages(verdict, f"{100 * verdict.values['largest']:.1f}")
