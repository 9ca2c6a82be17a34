"""How far an accuracy or a correlation may lie from the truth because it was measured on finitely many samples."""

from __future__ import annotations

import math


def sampling_error(accuracy: float, samples: int) -> float:
    """Standard error of an accuracy measured on `samples` independent samples, a fraction: sqrt(p (1 - p) / n)."""
    return math.sqrt(accuracy * (1 - accuracy) / samples)


def correlation_error(correlation: float, samples: int) -> float:
    """Standard error of Pearson's correlation coefficient of `samples` pairs: (1 - r^2) / sqrt(n - 1).

    The large-sample formula for pairs from a bivariate normal distribution; Gnambs 2023, "A brief note on the standard
    error of the Pearson correlation", doi:10.1525/collabra.87615, compares it with others.

    Raises:
        ValueError: fewer than two pairs, or no correlation.
    """
    if samples < 2 or not -1 <= correlation <= 1:
        raise ValueError(f"a correlation in [-1, 1] of two pairs at least is needed; found {correlation} of {samples}")
    return (1 - correlation**2) / math.sqrt(samples - 1)
