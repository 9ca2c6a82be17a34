"""What a claim came out as, and the rule by which several seeds decide it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from labreport.errors import ResultsError
from labreport.results import Results

SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"
STANDARD_ERRORS = 2.0


@dataclass(frozen=True)
class Verdict:
    """A claim's outcome.

    Attributes:
        outcome: `supported`, `refuted` or `undecided`.
        reason: one sentence per language (`zh`, `en`), with the numbers it rests on.
        values: what it was decided on, by name (see `docs/architecture.md`); JSON values.
    """

    outcome: str
    reason: Mapping[str, str]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and its standard error (0 with one seed, which carries no information about it)."""

    mean: float
    error: float = 0.0

    def minus(self, other: Estimate) -> Estimate:
        """The difference of two independent estimates; errors add in quadrature."""
        return Estimate(self.mean - other.mean, math.hypot(self.error, other.error))


def estimate(values: Sequence[float]) -> Estimate:
    """Mean of one value per seed, with the standard error s / sqrt(n) (s with n - 1 in the denominator).

    Raises:
        ResultsError: there is no value, or one is not finite.
    """
    numbers = [float(value) for value in values]
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ResultsError(f"a claim needs finite numbers, one per seed; found {numbers}")
    mean = math.fsum(numbers) / len(numbers)
    if len(numbers) == 1:
        return Estimate(mean)
    variance = math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    return Estimate(mean, math.sqrt(variance / len(numbers)))


def exceeds(value: Estimate, limit: float) -> bool | None:
    """Whether `value` lies above `limit`: None where two standard errors reach across the limit."""
    reach = STANDARD_ERRORS * value.error
    if value.mean - reach > limit:
        return True
    if value.mean + reach <= limit:
        return False
    return None


def outcome(holds: bool | None) -> str:
    """The word for a claim that holds, does not hold, or cannot be told."""
    return {True: SUPPORTED, False: REFUTED, None: UNDECIDED}[holds]


def final_values(results: Results, experiment: str, metric: str) -> list[float]:
    """`metric` after each run's last epoch, one number per seed, in the order of the seeds.

    Raises:
        ResultsError: the experiment or the metric is not there.
    """
    return [float(curve.iloc[-1]) for curve in curves(results, experiment, metric)]


def curves(results: Results, experiment: str, metric: str) -> list[pd.Series]:
    """`metric` by epoch (the index, counted from 1), one series per seed.

    Raises:
        ResultsError: the experiment or the metric is not there.
    """
    frame = results.metrics(experiment)
    if metric not in frame.columns:
        raise ResultsError(f"{results.name}: {experiment} has no metric {metric!r}; it has {', '.join(frame.columns)}")
    ordered = frame.sort_values(["seed", "epoch"])
    return [run.set_index("epoch")[metric] for _, run in ordered.groupby("seed", sort=True)]


def same_dataset(results: Results, experiments: Sequence[str]) -> None:
    """Refuse to compare runs of different data sets.

    Raises:
        ResultsError: they differ; the message says which experiment used which.
    """
    used = {name: results.spec["experiments"].get(name, {}).get("dataset") for name in experiments}
    if len(set(used.values())) > 1:
        found = ", ".join(f"{name} on {dataset}" for name, dataset in used.items())
        raise ResultsError(f"{results.name}: a claim compares runs of one data set; found {found}")
