"""Kinds of claims, by the name a report's YAML gives them."""

from __future__ import annotations

from types import MappingProxyType

from labreport.kinds import Kind
from labreport.values import FRACTION, NOT_NEGATIVE, POSITIVE, POSITIVE_FRACTION

ACCURACIES = ("train_accuracy", "val_accuracy")
_METRIC = MappingProxyType({"metric": ACCURACIES})

KINDS: dict[str, Kind] = {
    "within": Kind(
        "labreport.claims.within",
        required=frozenset({"experiments", "metric", "points"}),
        choices=_METRIC,
        types=MappingProxyType({"points": NOT_NEGATIVE}),
        fewest=2,
    ),
    "sooner": Kind(
        "labreport.claims.sooner",
        required=frozenset({"faster", "slower", "metric", "share_of_best"}),
        choices=_METRIC,
        types=MappingProxyType({"share_of_best": POSITIVE_FRACTION}),
        experiment_options=frozenset({"faster", "slower"}),
    ),
    "leaves_chance": Kind(
        "labreport.claims.leaves_chance",
        required=frozenset({"stuck", "leaves", "metric", "margin"}),
        choices=_METRIC,
        types=MappingProxyType({"margin": FRACTION}),
        experiment_options=frozenset({"stuck", "leaves"}),
    ),
    "cost_ratio": Kind(
        "labreport.claims.cost_ratio",
        required=frozenset({"measurement", "slow", "fast", "at_least"}),
        types=MappingProxyType({"at_least": POSITIVE}),
        row_options=frozenset({"slow", "fast"}),
    ),
}
