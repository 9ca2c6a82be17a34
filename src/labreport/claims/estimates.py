"""How surely a number is known: its standard error from seeds and samples, one-sided p values, an interval.

**Several seeds.** The question is about the training method: how far apart would the means be if it were repeated with
other seeds and on other samples of the same kind? Seeds and samples are crossed, since all runs are measured on the
same samples, so that the variance of a mean over n seeds and J samples is

    seeds^2 / n + samples^2 / J + interaction^2 / (n J).

The scatter between the runs' values, s^2 / n, estimates the first and the third; that between the samples' means
over seeds the second and the third; the third, the mean square of the residuals of both, is counted once too often by
their sum and subtracted. The intervals are those of Welch's t, with the degrees of freedom of Welch and Satterthwaite
for the scatter over seeds; of few seeds, the bootstrap's intervals are too short by far. Where a single run stands
beside several, it is taken to scatter as they do.

**One seed** tells no scatter of training. There the question is about the trained models only, and what they would
reach on other samples of the same kind.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from scipy import stats

from labreport.quantities.values import Measured, Samples, finite_variance

LEVEL = 0.95
BINARY = 1e-12  # 0.86 - 0.84 is a little more than 2 points in binary
DRAWS, AT_ONCE = 4999, 500
FEWEST = 6  # repeats whose least and greatest enclose their median with at least 95 %: 1 - 2^(1 - n)


@dataclass(frozen=True)
class Estimate:
    """A number and what is known of its error.

    Attributes:
        value: the number; NaN where a run does not have it.
        error: standard error; None where nothing tells it, 0 where the number is exact.
        freedom: degrees of freedom of the error.
        seeds: the smaller number of runs.
        paired: whether the samples are the same.
        method: what tells the error, one of `METHODS`.
        discordant: samples that only the one and only the other answered right, of two single runs; else None.
        draws: the number on resampled data; None where the error tells all.
        rounding: the most by which a published figure may be off, to either side.
    """

    value: float
    error: float | None = 0.0
    freedom: float = math.inf
    seeds: int = 1
    paired: bool = False
    method: str = "exact"
    discordant: tuple[int, int] | None = None
    draws: np.ndarray | None = None
    rounding: float = 0.0

    @property
    def known(self) -> bool:
        """Whether there is a number and something tells its error."""
        return self.error is not None and not math.isnan(self.value)

    @property
    def exact(self) -> bool:
        """Whether it has no error."""
        return self.error == 0 and self.draws is None

    def negated(self) -> Self:
        """The number with the other sign."""
        swapped = None if self.discordant is None else self.discordant[::-1]
        draws = None if self.draws is None else -self.draws
        return replace(self, value=-self.value, discordant=swapped, draws=draws)

    def above(self, limit: float) -> float:
        """One-sided p value of the hypothesis that the truth is at most `limit`: of an exact number 0 or 1, NaN where
        the number or its error is not known."""
        if not self.known:
            return math.nan
        if self.exact:
            return 0.0 if self.value - self.rounding >= limit - BINARY else 1.0
        if self.draws is not None:
            return (1 + int((self.draws <= limit).sum())) / (1 + len(self.draws))
        if self.discordant is not None and limit == 0:
            return mcnemar(*self.discordant)
        return float(stats.t.sf((self.value - self.rounding - limit) / (self.error or 1.0), self.freedom))

    def below(self, limit: float) -> float:
        """One-sided p value of the hypothesis that the truth is at least `limit`."""
        if self.exact and self.known:
            return 0.0 if self.value + self.rounding < limit - BINARY else 1.0
        return self.negated().above(-limit)

    def opposite(self, limit: float) -> float:
        """How often a truth at `limit` would show itself as far out on the other side of zero."""
        return float(stats.t.sf((abs(self.value) - self.rounding + limit) / (self.error or 1.0), self.freedom))

    def interval(self) -> tuple[float, float]:
        """Two-sided, at `LEVEL`, widened by rounding."""
        tail = (1 - LEVEL) / 2
        if self.draws is not None:
            low, high = np.quantile(self.draws, [tail, 1 - tail])
        else:
            reach = float(stats.t.isf(tail, self.freedom)) * (self.error or 0.0)
            low, high = self.value - reach, self.value + reach
        return float(low) - self.rounding, float(high) + self.rounding


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact one-sided p value of McNemar's test that the first is right no more often than the second.

    Under the hypothesis that both are right equally often, each sample on which they differ is a fair coin: McNemar
    1947, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika
    12(2), 153-157, doi:10.1007/BF02295996.
    """
    if only_first + only_second == 0:
        return 1.0
    return float(stats.binomtest(only_first, only_first + only_second, 0.5, alternative="greater").pvalue)


def between(one: Measured, other: Measured, exact: bool = False) -> Estimate:
    """`one` minus `other`, of different runs.

    Args:
        one: of a quantity.
        other: of the same.
        exact: whether the quantity has no error.
    """
    value, seeds = one.mean - other.mean, min(len(one.values), len(other.values))
    rounding = one.rounding + other.rounding
    if exact:
        return Estimate(value, seeds=seeds)
    first, second = one.samples, other.samples
    if first is None or second is None or not np.array_equal(first.truth, second.truth):
        finite = one.error**2 + other.error**2
        return _with_seeds(value, [one.values, other.values], finite, rounding=rounding)
    if len(one.values) == len(other.values) == 1 and first.scores is not None and second.scores is not None:
        draws = resampled_difference(first.scores, second.scores)
        return Estimate(value, float(draws.std(ddof=1)), paired=True, method="bootstrap", draws=draws)
    influence = first.influence.mean(1) - second.influence.mean(1)
    finite = finite_variance(influence, max(first.flip, second.flip)) - _interaction(first) - _interaction(second)
    found = _with_seeds(value, [one.values, other.values], max(finite, 0.0), paired=True)
    if len(one.values) == len(other.values) == 1 and first.answers is not None and second.answers is not None:
        wins, losses = (int((sign * (first.answers - second.answers) > 0).sum()) for sign in (1, -1))
        return replace(found, method="mcnemar", discordant=(wins, losses))
    return found


def of_runs(measured: Measured, exact: bool = False) -> Estimate:
    """A quantity, or the difference of two of the same runs, by its mean over seeds."""
    if exact:
        return Estimate(measured.mean, seeds=len(measured.values))
    samples = measured.samples
    finite = measured.error**2
    if samples is not None:
        finite = max(finite_variance(samples.influence.mean(1), samples.flip) - _interaction(samples), 0.0)
    return _with_seeds(measured.mean, [measured.values], finite, paired=samples is not None, rounding=measured.rounding)


def _with_seeds(
    value: float, groups: Sequence[pd.Series], finite: float, paired: bool = False, rounding: float = 0.0
) -> Estimate:
    """A sum or difference of means over seeds: their scatter, and the variance of the finite set of samples."""
    scatter = [(float(one.var(ddof=1)), len(one)) for one in groups if len(one) > 1]
    parts = [(variance / size, size - 1) for variance, size in scatter]
    if len(scatter) < len(groups) and scatter:  # a single run is taken to scatter as those beside it do
        (variance, size), *_ = scatter
        parts.append((variance, size - 1))
        parts = [(sum(part for part, _ in parts), size - 1)]
    total = finite + sum(part for part, _ in parts)
    doubt = sum(part**2 / freedom for part, freedom in parts)
    known = total > 0 or bool(parts)
    return Estimate(
        value,
        math.sqrt(total) if known else None,
        total**2 / doubt if doubt else math.inf,
        min(map(len, groups)),
        paired,
        "welch" if parts else "samples",
        rounding=rounding,
    )


def _interaction(samples: Samples) -> float:
    """The part of the variance that the scatter over seeds and that over samples both hold; 0 of a single run."""
    size, runs = samples.influence.shape
    if runs == 1:
        return 0.0
    residual = samples.influence - samples.influence.mean(1, keepdims=True)
    return float((residual**2).sum()) / ((size - 1) * (runs - 1) * runs * size)


def resampled_difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's r of two runs on resampled pairs, the same ones for both: `first` minus `second`, (DRAWS,).

    Args:
        first: (pairs, 2), scores and predictions of a run, standardised.
        second: the same of the other.
    """
    rng, size = np.random.default_rng(0), len(first)
    moments = [np.column_stack([x, y, x * x, y * y, x * y]) for x, y in (first.T, second.T)]
    parts = []
    for start in range(0, DRAWS, AT_ONCE):
        rows = np.arange(min(AT_ONCE, DRAWS - start))[:, None]
        taken = rng.integers(size, size=(len(rows), size)) + size * rows
        counts = np.bincount(taken.ravel(), minlength=len(rows) * size).reshape(len(rows), size) / size
        one, other = (_correlation(counts @ moment) for moment in moments)
        parts.append(one - other)
    return np.concatenate(parts)


def _correlation(moments: np.ndarray) -> np.ndarray:
    """Pearson's r from the means of x, y, x^2, y^2 and xy, (draws, 5); 0 where x or y is constant."""
    x, y, xx, yy, xy = moments.T
    spread = (xx - x**2) * (yy - y**2)
    return np.divide(xy - x * y, np.sqrt(np.abs(spread)), out=np.zeros(len(moments)), where=spread > BINARY)


def ratio(one: Measured, other: Measured, exact: bool = False) -> Estimate:
    """The logarithm of the ratio of two costs.

    With a single run each, the ratio of the medians of its repeats, and its bootstrap (percentiles), provided there are
    `FEWEST` repeats of both. With several, Welch's interval for the logarithms of the runs' medians: a bootstrap of
    few seeds would be too short. An error of the quantity's own, such as that of epochs, is taken relative to it.
    """
    first, second = (
        replace(each, values=np.log(each.values), samples=None, error=each.error / each.mean) for each in (one, other)
    )
    found = between(first, second, exact)
    if exact or found.error is not None:
        return found
    times = [next(iter(each.repeats.values()), np.empty(0)) for each in (one, other)]
    if min(map(len, times)) < FEWEST:
        return found
    draws = resampled_medians(times[0]) - resampled_medians(times[1], seed=1)
    return Estimate(found.value, float(draws.std(ddof=1)), method="bootstrap", draws=draws)


def resampled_medians(times: np.ndarray, seed: int = 0) -> np.ndarray:
    """Logarithms of the medians of resampled times, (DRAWS,)."""
    rng = np.random.default_rng(seed)
    return np.log(np.median(times[rng.integers(len(times), size=(DRAWS, len(times)))], axis=1))


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """p values adjusted for their number, so that one of all true hypotheses is rejected with the level at most.

    Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2),
    65-70, https://www.jstor.org/stable/4615733.
    """
    adjusted, highest = {}, 0.0
    for place, name in enumerate(sorted(values, key=lambda one: values[one])):
        highest = max(highest, min(1.0, (len(values) - place) * values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in values}
