"""The five kinds of claims: a line each, with the options that a report's YAML gives them.

Limits are given in points of fractions, in hundredths of correlations, and else in the quantity's own unit.
"""

from typing import Any

from labreport.declarations.fields import NotNegative, PositiveFraction, Rate
from labreport.kinds import (
    Compared,
    Dataset,
    Experiment,
    Experiments,
    Kind,
    Measurement,
    Member,
    QuantityName,
    kinds,
    one_of,
)

_QUANTITY = {"quantity": QuantityName, "dataset": (Dataset, "")}
_GROUPS: dict[str, Any] = {"one_set_of_classes": True, "longtail": True}
_PUBLISHED = one_of("train_accuracy", "val_accuracy", "best_val_accuracy", "val_pearson", "test_pearson")

KINDS: dict[str, Kind] = kinds(
    "labreport.claims",
    {},
    difference={
        **_QUANTITY,
        "experiments": Experiments,
        "than": (Experiment, ""),
        "minus": (QuantityName, ""),
        "at_least": (NotNegative, 0.0),
        "share_of_best": (PositiveFraction, 1.0),
        "needs": {"either": (("than", "minus"),), **_GROUPS},
    },
    equivalence={
        **_QUANTITY,
        "experiments": Experiments,
        "base": (Experiment, ""),
        "minus": (QuantityName, ""),
        "within": Rate,
        "needs": {"fewest": 2, "one_will_do": frozenset({"base", "minus"}), **_GROUPS},
    },
    ratio={
        "quantity": (QuantityName, "epoch_seconds"),
        "measurement": (Measurement, ""),
        "of": Compared,
        "over": Compared,
        "at_least": (Rate, 0.0),
        "at_most": (Rate, 0.0),
        "needs": {"either": (("at_least", "at_most"),)},
    },
    ranking={**_QUANTITY, "best": Member, "experiments": Experiments, "needs": {"fewest": 2, **_GROUPS}},
    consistency={
        "experiment": Experiment,
        "quantity": _PUBLISHED,
        "within": (Rate, 0.0),
        "against": (one_of("classes") | Rate, ""),
        "needs": {"either": (("within", "against"),), "published": ("quantity",)},
    },
)
