"""What a quantity of one experiment is: a value per seed, its error, and what each sample contributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd

from labreport.errors import ResultsError
from labreport.sampling import correlation_error, sampling_error


@dataclass(frozen=True)
class Samples:
    """What each sample contributes, run by run.

    Attributes:
        truth: (samples,), labels or scores; runs with equal ones were measured on the same samples.
        influence: (samples, runs), how far each sample moves a run's value, times the number of samples; sums to zero.
        flip: the largest influence of one answer that turns from wrong to right; 0 where there are no such answers.
        answers: (samples, runs), 1.0 where right and 0.0 where wrong, of an accuracy over all samples; else None.
        scores: (samples, 1 + runs), the truth and what each run predicted, of a correlation, standardised (of
            Spearman's, their ranks); else None.
    """

    truth: np.ndarray
    influence: np.ndarray
    flip: float = 0.0
    answers: np.ndarray | None = None
    scores: np.ndarray | None = None


@dataclass(frozen=True)
class Measured:
    """A quantity of one experiment.

    Attributes:
        values: by seed.
        error: standard error of each value that comes from the finite set of samples, or from epochs being whole; no
            further seed reduces it. 0 where there is none or where it is unknown.
        samples: a value per sample where runs keep one.
        repeats: seed -> the single times whose median the value is.
        rounding: the most by which a published figure is off because it is rounded.
    """

    values: pd.Series
    error: float = 0.0
    samples: Samples | None = None
    repeats: Mapping[int, np.ndarray] = field(default_factory=dict)
    rounding: float = 0.0

    @property
    def mean(self) -> float:
        """Over seeds; NaN where one has no value."""
        return float(self.values.mean(skipna=False))

    def described(self, key: str) -> dict[str, float]:
        """Cells of a frame: the mean over seeds as `key`, its deviation as `key_std`, the error as `key_error`."""
        return {key: self.mean, f"{key}_std": float(self.values.std()), f"{key}_error": self.error}

    def minus(self, other: Self) -> Self:
        """The difference of two quantities of the same runs, seed by seed."""
        one, two, samples = self.samples, other.samples, None
        if one is not None and two is not None and np.array_equal(one.truth, two.truth):
            samples = Samples(one.truth, one.influence - two.influence, float(np.hypot(one.flip, two.flip)))
        error = float(np.hypot(self.error, other.error))
        return type(self)(self.values - other.values, error, samples, rounding=self.rounding + other.rounding)


def standardised(values: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and deviation 1; of zeros where all values are one, which orders nothing."""
    centred = np.where(np.ptp(values, axis=0) > 0, values - values.mean(0), 0.0)
    return centred / np.maximum(centred.std(0), np.finfo(float).tiny)


def finite_variance(influence: np.ndarray, flip: float) -> float:
    """Variance of a mean over samples: that of their influences, two samples of opposite answers added.

    Of equal answers the plain variance says that they are certain. With one imagined sample to either side it is that
    of Agresti & Min 2005, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24(5), 729-740, doi:10.1002/sim.1781, for the difference of two accuracies.
    """
    added = 2 if flip else 0
    return float((influence @ influence + flip**2) / (len(influence) + added) ** 2)


def sampling(unit: str, value: float, samples: int) -> float:
    """Standard error of a fraction or correlation of finitely many samples."""
    if not (0 if unit == "fraction" else -1) <= value <= 1:
        raise ResultsError(f"a {unit} has to lie between {0 if unit == 'fraction' else -1} and 1; found {value}")
    return sampling_error(value, samples) if unit == "fraction" else correlation_error(value, samples)
