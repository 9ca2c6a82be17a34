"""Kinds of figures, by the name a report's YAML gives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from labreport.kinds import Kind, kind
from labreport.values import MODEL, POSITIVE_WHOLE, WORD, some_of

WIDTHS = ("full", "half")
METRICS = ("val_accuracy", "train_accuracy", "val_loss", "train_loss", "val_pearson", "test_pearson")
# Name in YAML -> class of torch.nn, which is also how a figure calls it.
ACTIVATIONS: Mapping[str, str] = MappingProxyType(
    {
        "relu": "ReLU",
        "celu": "CELU",
        "elu": "ELU",
        "gelu": "GELU",
        "silu": "SiLU",
        "softplus": "Softplus",
        "sigmoid": "Sigmoid",
        "tanh": "Tanh",
    }
)
_NETWORK = ("image", "classes", "length", "part")


def _kind(
    module: str,
    *required: str,
    optional: tuple[str, ...] = (),
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    **fields: Any,
) -> Kind:
    """A kind that is drawn at half or full width."""
    widths = {"width": WIDTHS, **choices}
    return kind("labreport.figures", module, *required, optional=("width", *optional), choices=widths, **fields)


KINDS: dict[str, Kind] = {
    "curves": _kind(
        "curves",
        "experiments",
        "metric",
        choices={"metric": ("loss", "accuracy", "pearson")},
        single=True,
        reads=("spec.json",),
        columns=("train_{metric}", "val_{metric}", "test_{metric}"),
    ),
    "comparison_curves": _kind(
        "comparison_curves", "experiments", "metric", choices={"metric": METRICS}, columns=("{metric}",)
    ),
    "final_accuracy": _kind(
        "final_accuracy", "experiments", metrics=("accuracy",), reads=("spec.json", "summary.json")
    ),
    "group_accuracy": _kind(
        "group_accuracy",
        "experiments",
        "dataset",
        files=("per_class.csv",),
        one_set_of_classes=True,
        longtail=True,
        reads=("per_class.csv", "spec.json"),
    ),
    "confusion": _kind(
        "confusion", "experiments", single=True, files=("confusion.csv",), reads=("confusion.csv", "spec.json")
    ),
    "scatter": _kind(
        "scatter", "experiments", single=True, files=("predictions.csv",), reads=("predictions.csv", "spec.json")
    ),
    "sample_grid": _kind(
        "sample_grid", "dataset", optional=("per_class",), types={"per_class": POSITIVE_WHOLE}, inputs=("images",)
    ),
    "filters": _kind("filters", "experiments", single=True, inputs=("images",), reads=("filters.npy",)),
    "activations": _kind("activations", "functions", types={"functions": some_of(*ACTIVATIONS)}),
    "architecture": _kind(
        "architecture",
        "model",
        optional=_NETWORK,
        types={"model": MODEL, "part": WORD, **dict.fromkeys(("image", "classes", "length"), POSITIVE_WHOLE)},
    ),
    "lstm_cell": _kind("lstm_cell"),
    "lstm_cost": _kind("lstm_cost", "measurement"),
}
