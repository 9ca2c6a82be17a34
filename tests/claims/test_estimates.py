"""Errors, intervals and tests, against SciPy, exact enumeration and closed testing."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from labreport.claims.estimates import FEWEST, Estimate, between, holm, mcnemar, of_runs, ratio
from labreport.claims.verdict import Evidence, weigh
from labreport.quantities.values import Measured, Samples

SEEDS = [3, 7, 12, 40]


def measured(*values: float, error: float = 0.0, rounding: float = 0.0) -> Measured:
    return Measured(pd.Series(values, index=SEEDS[: len(values)]), error, rounding=rounding)


def answered(answers: np.ndarray) -> Measured:
    """An accuracy of some runs, from their right and wrong answers (samples, runs)."""
    samples = Samples(np.zeros(len(answers)), answers - answers.mean(0), 1.0, answers=answers)
    return Measured(pd.Series(answers.mean(0)), 0.01, samples)


def table(both: int, first: int, second: int, neither: int) -> tuple[Measured, Measured]:
    """Two single runs, by how many samples both, the first only, the second only and neither answered right."""
    counts = (both, first, second, neither)
    return tuple(answered(np.repeat(right, counts)[:, None].astype(float)) for right in ([1, 1, 0, 0], [1, 0, 1, 0]))


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 0), (0, 5), (9, 3), (40, 41)])
def test_mcnemar_counts_the_ways_in_which_coins_fall(first, second):
    total = first + second
    ways = sum(math.comb(total, heads) for heads in range(first, total + 1)) / 2**total
    assert mcnemar(first, second) == pytest.approx(ways)
    one, other = table(50, first, second, 20)
    found = between(one, other)
    assert (found.method, found.discordant, found.paired) == ("mcnemar", (first, second), True)
    assert found.above(0.0) == pytest.approx(ways)
    assert found.below(0.0) == between(other, one).above(0.0)


def test_the_interval_of_two_runs_is_agresti_and_mins():
    found = between(*table(50, 12, 5, 20))
    n, b, c = 89, 12.5, 5.5
    error = math.sqrt((b + c) - (b - c) ** 2 / n) / n
    assert found.value == pytest.approx(7 / 87)
    assert found.error == pytest.approx(error, rel=1e-3)
    assert found.interval() == pytest.approx((found.value - 1.959964 * error, found.value + 1.959964 * error), rel=1e-2)


def test_runs_that_answer_alike_are_not_certainly_alike():
    low, high = between(*table(50, 0, 0, 20)).interval()
    assert low < -0.01
    assert high > 0.01


@pytest.mark.parametrize("sizes", [(3, 3), (4, 2), (2, 4)])
def test_without_samples_several_seeds_are_compared_by_welch(sizes):
    rng = np.random.default_rng(5)
    one, other = (rng.normal(size=size) for size in sizes)
    found, reference = between(measured(*one), measured(*other)), scipy.stats.ttest_ind(one, other, equal_var=False)
    assert 2 * min(found.above(0.0), found.below(0.0)) == pytest.approx(reference.pvalue)
    assert found.interval() == pytest.approx(tuple(reference.confidence_interval()))
    assert (found.method, found.seeds) == ("welch", min(sizes))


def test_a_difference_of_the_same_runs_is_compared_with_nothing():
    values = [0.03, 0.05, 0.01]
    found, reference = of_runs(measured(*values)), scipy.stats.ttest_1samp(values, 0.02)
    assert 2 * min(found.above(0.02), found.below(0.02)) == pytest.approx(reference.pvalue)


def test_a_single_run_beside_several_scatters_as_they_do():
    several = [0.5, 0.52, 0.57]
    found = between(measured(*several), measured(0.5))
    assert found.error == pytest.approx(np.std(several, ddof=1) * math.sqrt(1 / 3 + 1))
    assert found.freedom == pytest.approx(2)
    assert between(measured(0.5), measured(*several)).error == pytest.approx(found.error)


def test_of_two_correlations_the_interval_holds_their_difference():
    rng = np.random.default_rng(3)
    score = rng.normal(size=300)
    runs = []
    for noise in (0.5, 1.5):
        scores = np.column_stack([score, score + rng.normal(0, noise, 300)])
        samples = Samples(score, np.zeros((300, 1)), scores=scores)
        runs.append(Measured(pd.Series([np.corrcoef(scores.T)[0, 1]]), 0.01, samples))
    found = between(*runs)
    low, high = found.interval()
    assert 0 < low < found.value < high
    assert found.method == "bootstrap"


def test_a_known_error_adds_in_quadrature_and_is_of_no_seed():
    found = between(measured(0.5, error=0.03), measured(0.4, error=0.04))
    assert (found.error, found.freedom, found.method) == (pytest.approx(0.05), math.inf, "samples")
    assert between(measured(0.5), measured(0.4)).error is None
    assert not between(measured(0.5), measured(0.4)).known


def test_what_all_runs_get_wrong_alike_counts_once():
    """Pairing: where two experiments err on the same samples, their difference is surer than either of them."""
    rng = np.random.default_rng(2)
    hard = rng.random((800, 1)) < 0.3
    one, other = ((~hard) & (rng.random((800, 3)) < 0.97) for _ in range(2))
    paired = between(answered(one.astype(float)), answered(other.astype(float)))
    alone = of_runs(answered(one.astype(float)))
    assert paired.paired
    assert paired.error < alone.error / 2


def test_limits_at_equality():
    exact = Estimate(0.86 - 0.84)
    assert (exact.above(0.02), exact.below(0.02)) == (0.0, 1.0)
    assert (exact.above(0.0201), exact.below(0.0201)) == (1.0, 0.0)
    assert (Evidence.within(exact, 0.02).supports, Evidence.within(exact, 0.0199).supports) == (0.0, 1.0)
    uncertain = Estimate(0.02, 0.01)
    assert uncertain.above(0.02) == uncertain.below(0.02) == pytest.approx(0.5)


@pytest.mark.parametrize("value", [-0.5, 0.0, 0.9, 1.0, 1.7])
def test_equivalence_is_two_one_sided_tests(value):
    rng = np.random.default_rng(0)
    one, other = rng.normal(value, 0.4, 4), rng.normal(0, 0.4, 3)
    found = Evidence.within(between(measured(*one), measured(*other)), 1.0)
    below = scipy.stats.ttest_ind(one - 1.0, other, equal_var=False, alternative="less").pvalue
    above = scipy.stats.ttest_ind(one + 1.0, other, equal_var=False, alternative="greater").pvalue
    assert found.supports == pytest.approx(max(below, above))


def test_rounding_is_allowed_for_on_both_sides():
    plain, rounded = (between(measured(0.72, error=0.01), measured(0.7, rounding=one)) for one in (0.0, 0.005))
    for claim in (Evidence.within(rounded, 0.03), Evidence.within(plain, 0.03)):
        assert claim.supports == pytest.approx(scipy.stats.norm.sf((0.01 - claim.estimate.rounding) / 0.01))
    assert rounded.interval()[1] - plain.interval()[1] == pytest.approx(0.005)
    assert rounded.above(0.0) == pytest.approx(scipy.stats.norm.sf(1.5))


def test_all_must_hold_and_one_that_does_not_is_enough():
    true, false, unclear = (Evidence.at_least(Estimate(value, 0.01), 0.0, name) for value, name in
                            ((0.1, "true"), (-0.1, "false"), (0.001, "unclear")))  # fmt: skip
    assert weigh([true, true])[1] == "supported"
    shown, favours, p = weigh([true, unclear])
    assert (shown.names, favours) == (("unclear",), "supported")
    assert p > 0.05
    shown, favours, p = weigh([unclear, false, true])
    assert (shown.names, favours) == (("false",), "refuted")
    assert p == pytest.approx(2 * 3 * scipy.stats.norm.sf(10))


def test_one_that_nothing_tells_leaves_all_open():
    unknown = Evidence.at_least(Estimate(0.1, None), 0.0)
    false = Evidence.at_least(Estimate(-0.1, 0.01), 0.0)
    assert weigh([false, unknown])[1:] == ("undecided", None)
    assert weigh([Evidence.at_least(Estimate(math.nan, 0.1), 0.0)])[1:] == ("undecided", None)


@pytest.mark.parametrize("values", [(0.01, 0.04, 0.03, 0.005), (0.5,), (0.2, 0.2, 0.9), (0.04, 0.01, 0.01)])
def test_holm_is_the_closed_test_of_bonferroni(values):
    """A hypothesis falls where every set of hypotheses that holds it does, each by Bonferroni."""
    named = {f"c{place}": value for place, value in enumerate(values)}
    sets = [one for size in range(1, len(values) + 1) for one in combinations(named, size)]
    closed = {
        name: max(min(1.0, len(one) * min(named[each] for each in one)) for one in sets if name in one)
        for name in named
    }
    assert holm(named) == pytest.approx(closed)
    assert list(holm(named)) == list(named)


def test_a_ratio_of_single_runs_needs_some_epochs():
    def timed(times: list[float]) -> Measured:
        return Measured(pd.Series({3: float(np.median(times))}), repeats={3: np.array(times)})

    few, enough = ([1.0 + 0.01 * place for place in range(count)] for count in (FEWEST - 1, FEWEST))
    assert not ratio(timed(few), timed(enough)).known
    found = ratio(timed([2 * time for time in enough]), timed(enough))
    assert found.value == pytest.approx(math.log(2))
    assert found.method == "bootstrap"
    low, high = np.exp(found.interval())
    assert 1.9 < low < 2 < high < 2.1
    assert found.negated().interval() == pytest.approx((-math.log(high), -math.log(low)))


def test_a_ratio_over_seeds_is_that_of_geometric_means():
    one, other = [2.0, 2.4, 2.2], [1.0, 1.1]
    found = ratio(measured(*one), measured(*other))
    reference = scipy.stats.ttest_ind(np.log(one), np.log(other), equal_var=False)
    assert found.interval() == pytest.approx(tuple(reference.confidence_interval()))


def test_what_seeds_and_samples_both_scatter_counts_once():
    """Answers that are coins, thrown anew for each seed and sample: the scatter over seeds holds all of the error."""
    rng = np.random.default_rng(6)
    one, other = ((rng.random((3000, 8)) < 0.7).astype(float) for _ in range(2))
    scatter = sum(answers.mean(0).var(ddof=1) / 8 for answers in (one, other))
    assert between(answered(one), answered(other)).error ** 2 == pytest.approx(scatter, rel=0.15)
    assert of_runs(answered(one)).error ** 2 == pytest.approx(one.mean(0).var(ddof=1) / 8, rel=0.15)
