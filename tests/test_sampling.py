"""The errors of an accuracy and of a correlation, against repeated sampling and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from labreport.sampling import correlation_error, sampling_error


def test_sampling_error_is_the_spread_of_repeated_sampling():
    rng = np.random.default_rng(0)
    accuracies = rng.binomial(1000, 0.85, 200_000) / 1000
    assert sampling_error(0.85, 1000) == pytest.approx(accuracies.std(), rel=0.01)


@pytest.mark.parametrize(("samples", "least"), [(20, 0.88), (50, 0.91), (100, 0.93), (1000, 0.93)])
def test_two_errors_cover_the_truth_however_near_to_certain_it_is(samples, least):
    """By exact binomial probabilities, for every true accuracy; the plain formula covers some hardly ever."""
    measured = np.arange(samples + 1) / samples
    adjusted = np.array([sampling_error(accuracy, samples) for accuracy in measured])
    plain = np.sqrt(measured * (1 - measured) / samples)

    def coverage(error, truth):
        inside = np.abs(measured - truth) <= 2 * error + 1e-12
        return scipy.stats.binom.pmf(np.arange(samples + 1), samples, truth)[inside].sum()

    truths = np.linspace(0, 1, 401)
    covered = [coverage(adjusted, truth) for truth in truths]
    assert min(covered) > least
    assert np.mean(covered) > 0.94
    assert min(coverage(plain, truth) for truth in truths[1:-1]) < 0.88


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_no_accuracy_is_certain(accuracy):
    assert sampling_error(accuracy, 100) == pytest.approx((2 / 104 * 102 / 104 / 104) ** 0.5)


@pytest.mark.parametrize("accuracy", [0.03, 0.5, 0.9])
def test_many_samples_leave_the_plain_formula(accuracy):
    assert sampling_error(accuracy, 10**6) == pytest.approx(scipy.stats.binom(10**6, accuracy).std() / 10**6, rel=1e-4)


@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.57])
def test_the_error_of_a_correlation_covers_what_scipy_does(correlation):
    """SciPy's interval comes from Fisher's z; near the value its width is that of a normal distribution."""
    rng = np.random.default_rng(3)
    first = rng.normal(size=1379)
    noise = rng.normal(size=1379)
    noise -= first * (first @ noise) / (first @ first)  # no correlation left by chance
    first, noise = ((x - x.mean()) / x.std() for x in (first, noise))
    found = scipy.stats.pearsonr(first, correlation * first + math.sqrt(1 - correlation**2) * noise)
    interval = found.confidence_interval(0.95)
    error = correlation_error(found.statistic, 1379)
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * error, rel=0.01)


def test_the_error_of_few_pairs_is_computed_by_hand():
    assert correlation_error(0.5, 10) == pytest.approx(0.75 / 3)
    assert correlation_error(-0.6, 2) == pytest.approx(0.64)
    assert correlation_error(1.0, 5) == correlation_error(-1.0, 5) == 0


@pytest.mark.parametrize(("correlation", "samples"), [(1.1, 10), (-1.1, 10), (0.5, 1)])
def test_what_is_no_correlation_has_no_error(correlation, samples):
    with pytest.raises(ValueError, match="two pairs at least"):
        correlation_error(correlation, samples)
