"""Kinds of claims: a line each, with the options that a report's YAML gives them."""

from __future__ import annotations

from typing import Any

from labreport.declarations.fields import Fraction, NotNegative, PositiveFraction, Rate
from labreport.kinds import Dataset, Experiment, Experiments, Kind, Measurement, Member, Row, kinds, one_of

_ACCURACIES = ("train_accuracy", "val_accuracy")
_ACCURACY = one_of(*_ACCURACIES)
_METRIC = one_of(*_ACCURACIES, "train_pearson", "val_pearson", "test_pearson")
_PUBLISHED = one_of(*_ACCURACIES, "val_pearson", "test_pearson")
_GROUPS: dict[str, Any] = {"files": ("per_class.csv",), "one_set_of_classes": True, "longtail": True}
_FROM_TO = {"from": Experiment, "to": Experiment}
_AMONG = {"base": Experiment, "experiments": Experiments}

KINDS: dict[str, Kind] = kinds(
    "labreport.claims",
    {},
    within={"experiments": Experiments, "metric": _METRIC, "points": NotNegative, "needs": {"fewest": 2}},
    sooner={"faster": Experiment, "slower": Experiment, "metric": _ACCURACY, "share_of_best": PositiveFraction},
    leaves_chance={"stuck": Experiment, "leaves": Experiment, "metric": _ACCURACY, "margin": Fraction},
    cost_ratio={"measurement": Measurement, "slow": Row, "fast": Row, "at_least": Rate},
    gap={"experiment": Experiment, "at_least": Rate, "needs": {"metrics": ("accuracy",)}},
    gain={**_FROM_TO, "metric": _METRIC, "at_least": Rate},
    group_gap={"experiment": Experiment, "dataset": Dataset, "at_least": Rate, "needs": _GROUPS},
    group_change={**_FROM_TO, "dataset": Dataset, "at_least": Rate, "needs": _GROUPS},
    within_spread={**_AMONG, "metric": _METRIC},
    converges_sooner=_AMONG,
    largest_gain={**_AMONG, "metric": _METRIC, "expected": Member, "needs": {"fewest": 2}},
    epoch_cost={"slow": Experiment, "fast": Experiment, "at_least": Rate},
    agrees_published={"experiment": Experiment, "metric": _PUBLISHED, "needs": {"published": ("metric",)}},
    published_mean={
        "experiment": Experiment,
        "needs": {"published": ("per_class", "val_accuracy"), "of_runs": False},
    },
)
