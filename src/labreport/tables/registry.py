"""Kinds of tables, by the name a report's YAML gives them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from labreport.kinds import Kind, kind
from labreport.values import IMAGE_MODEL, POSITIVE_WHOLE, Value

METRICS = ("accuracy", "pearson")
_SUMMARY = ("spec.json", "summary.json")
_LOGGED = (
    *(f"{split}_{metric}" for metric in ("loss", *METRICS) for split in ("train", "val", "test")),
    "learning_rate",
    "seconds",
)
_NETWORK: Mapping[str, Value] = MappingProxyType(
    {"model": IMAGE_MODEL, "image": POSITIVE_WHOLE, "classes": POSITIVE_WHOLE}
)


_kind = partial(kind, "labreport.tables")

KINDS: dict[str, Kind] = {
    "layers": _kind("layers", *_NETWORK, optional=("changed_from",), types={**_NETWORK, "changed_from": _NETWORK}),
    "settings": _kind("settings", "experiments", reads=_SUMMARY),
    "results": _kind("results", "experiments", one_task=True, reads=_SUMMARY),
    "per_class": _kind(
        "per_class",
        "experiments",
        files=("per_class.csv",),
        one_set_of_classes=True,
        reads=("per_class.csv", "spec.json"),
    ),
    "lstm_cost": _kind("lstm_cost", "measurement"),
    "runs": _kind("runs", optional=("experiments",), reads=("environment.json", *_SUMMARY)),
    "epoch_log": _kind("epoch_log", "experiments", single=True, reads=_SUMMARY, columns=_LOGGED),
    "ablation": _kind(
        "ablation",
        "experiments",
        "metric",
        choices={"metric": METRICS},
        reads=_SUMMARY,
        columns=("val_{metric}",),
        reads_with={"metrics.csv": ("accuracy",)},
    ),
    "class_counts": _kind("class_counts", "datasets", inputs=("images", "texts"), one_set_of_classes=True),
    "group_accuracy": _kind(
        "group_accuracy",
        "experiments",
        "dataset",
        files=("per_class.csv",),
        one_set_of_classes=True,
        longtail=True,
        reads=("per_class.csv", "spec.json"),
    ),
    "pair_counts": _kind("pair_counts", "dataset", inputs=("pairs",)),
    "published_classes": _kind("published_classes", "experiments", published=("per_class",)),
}
