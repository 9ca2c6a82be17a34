"""Kinds of claims, by the name a report's YAML gives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from labreport.kinds import Kind, kind
from labreport.values import FRACTION, NOT_NEGATIVE, POSITIVE, POSITIVE_FRACTION, Value

ACCURACIES = ("train_accuracy", "val_accuracy")
PEARSONS = ("train_pearson", "val_pearson", "test_pearson")
_ACCURACY = MappingProxyType({"metric": ACCURACIES})
_METRIC = MappingProxyType({"metric": (*ACCURACIES, *PEARSONS)})
_PUBLISHED = MappingProxyType({"metric": (*ACCURACIES, "val_pearson", "test_pearson")})
_GROUPS: Mapping[str, Any] = MappingProxyType(
    {"files": ("per_class.csv",), "one_set_of_classes": True, "longtail": True}
)
_CURVES: Mapping[str, Any] = MappingProxyType({"reads": ("spec.json", "summary.json"), "columns": ("{metric}",)})
_POINTS: Mapping[str, Value] = MappingProxyType({"at_least": POSITIVE})


def _kind(
    module: str,
    *roles: str,
    more: tuple[str, ...] = (),
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    types: Mapping[str, Value] = MappingProxyType({}),
    member: str | None = None,
    **fields: Any,
) -> Kind:
    """A kind whose options are all needed: `roles` and `member` name an experiment, the rest does not."""
    members = () if member is None else (member,)
    named: dict[str, Any] = {"experiment_options": frozenset(roles), "member_options": frozenset(members)}
    required = (*roles, *members, *more, *choices, *types)
    return kind("labreport.claims", module, *required, choices=choices, types=types, **named, **fields)


KINDS: dict[str, Kind] = {
    "within": _kind(
        "within",
        more=("experiments",),
        choices=_METRIC,
        types=MappingProxyType({"points": NOT_NEGATIVE}),
        fewest=2,
        **_CURVES,
    ),
    "sooner": _kind(
        "sooner",
        "faster",
        "slower",
        choices=_ACCURACY,
        types=MappingProxyType({"share_of_best": POSITIVE_FRACTION}),
        **_CURVES,
    ),
    "leaves_chance": _kind(
        "leaves_chance", "stuck", "leaves", choices=_ACCURACY, types=MappingProxyType({"margin": FRACTION}), **_CURVES
    ),
    "cost_ratio": _kind(
        "cost_ratio",
        more=("measurement", "slow", "fast"),
        types=MappingProxyType({"at_least": POSITIVE}),
        row_options=frozenset({"slow", "fast"}),
    ),
    "gap": _kind(
        "gap",
        "experiment",
        types=_POINTS,
        metrics=("accuracy",),
        reads=("spec.json", "summary.json"),
        columns=("train_accuracy", "val_accuracy"),
    ),
    "gain": _kind("gain", "from", "to", choices=_METRIC, types=_POINTS, **_CURVES),
    "group_gap": _kind(
        "group_gap", "experiment", more=("dataset",), types=_POINTS, reads=("per_class.csv", "spec.json"), **_GROUPS
    ),
    "group_change": _kind(
        "group_change",
        "from",
        "to",
        more=("dataset",),
        types=_POINTS,
        reads=("per_class.csv", "spec.json", "summary.json"),
        **_GROUPS,
    ),
    "within_spread": _kind(
        "within_spread",
        "base",
        more=("experiments",),
        choices=_METRIC,
        reads_with=MappingProxyType({"summary.json": PEARSONS}),  # it says which epoch counts
        **_CURVES,
    ),
    "converges_sooner": _kind(
        "converges_sooner",
        "base",
        more=("experiments",),
        reads=("spec.json", "summary.json"),
        columns=("val_accuracy", "val_pearson"),
    ),
    "largest_gain": _kind(
        "largest_gain", "base", more=("experiments",), choices=_METRIC, member="expected", fewest=2, **_CURVES
    ),
    "epoch_cost": _kind("epoch_cost", "slow", "fast", types=_POINTS, reads=("environment.json",), columns=("seconds",)),
    "agrees_published": _kind("agrees_published", "experiment", choices=_PUBLISHED, published=("metric",), **_CURVES),
    "published_mean": _kind("published_mean", "experiment", published=("per_class", "val_accuracy")),
}
