"""Numbers as the sentences of claims say them: accuracies in percent and points, correlations as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.metrics import split_column
from labreport.rounding import fixed

PERCENT = 100.0
POINTS = {"zh": " 个百分点", "en": " points"}


def limit(options: Mapping[str, Any]) -> float:
    """`at_least` of the options, given in points or hundredths, in the metric's own unit."""
    return float(options["at_least"]) / PERCENT


def level(value: float, metric: str) -> str:
    """`84.6%` of an accuracy, `0.576` of a correlation.

    >>> level(0.8459, "val_accuracy"), level(0.5764, "test_pearson")
    ('84.6%', '0.576')
    """
    return f"{fixed(PERCENT * value, 1)}%" if split_column(metric)[1].percent else fixed(value, 3)


def size(value: float, metric: str) -> str:
    """A difference without its sign and its unit: `12.3` points of an accuracy, `0.034` of a correlation."""
    return fixed(abs(PERCENT * value), 1) if split_column(metric)[1].percent else fixed(abs(value), 3)


def gap(value: float, metric: str, lang: str) -> str:
    """A difference without its sign: `12.3 points`, `0.034`."""
    return size(value, metric) + unit(metric, lang)


def bound(value: float, metric: str, lang: str) -> str:
    """A limit as it was declared: `20 points`, `0.01`."""
    return f"{PERCENT * value if split_column(metric)[1].percent else value:g}" + unit(metric, lang)


def unit(metric: str, lang: str) -> str:
    """What stands after a difference: points of an accuracy, nothing of a correlation."""
    return POINTS[lang] if split_column(metric)[1].percent else ""
