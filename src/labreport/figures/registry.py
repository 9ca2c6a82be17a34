"""Kinds of figures: a line each, with the options that a report's YAML gives them."""

from typing import Any

from labreport.declarations.fields import Positive, Word
from labreport.kinds import (
    AnyModel,
    Claims,
    Dataset,
    Experiment,
    Experiments,
    Kind,
    Measurement,
    Setting,
    Width,
    kinds,
    one_of,
    some_of,
)

LOSSES = ("val_loss", "train_loss")
NAMES = ("val_accuracy", "train_accuracy", *LOSSES, "val_pearson", "test_pearson")
METRICS, VALIDATED = one_of(*NAMES), one_of("val_accuracy", "val_loss", "val_pearson")
ACTIVATIONS = ("relu", "celu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh")
_GROUPS: dict[str, Any] = {"files": ("per_class.csv",), "one_set_of_classes": True, "longtail": True}

# Every figure may be drawn at full or at half width; `experiments` may be stated as the `part` that they are.
KINDS: dict[str, Kind] = kinds(
    "labreport.figures",
    {"width": (Width, "full")},
    curves={
        "experiments": Experiments,
        "metric": one_of("loss", "accuracy", "pearson"),
        "needs": {"single": True, "curves": True},
    },
    comparison_curves={"experiments": Experiments, "metric": METRICS, "needs": {"curves": True}},
    final_accuracy={"experiments": Experiments, "needs": {"metrics": ("accuracy",)}},
    group_accuracy={"experiments": Experiments, "dataset": Dataset, "needs": _GROUPS},
    accuracy_time={"experiments": Experiments, "metric": VALIDATED},
    learning_rate={"experiments": Experiments},
    against={"experiments": Experiments, "setting": Setting, "metric": one_of(*NAMES, "seconds")},
    calibration={"experiments": Experiments, "needs": {"files": ("confusion.csv",)}},
    mistakes={
        "experiments": Experiments,
        "count": (Positive, 16),
        "needs": {"single": True, "inputs": ("images",), "data": True},
    },
    confusion={"experiments": Experiments, "needs": {"single": True, "files": ("confusion.csv",)}},
    scatter={"experiments": Experiments, "needs": {"single": True, "metrics": ("pearson",)}},
    sample_grid={"dataset": Dataset, "per_class": (Positive, 5), "needs": {"inputs": ("images",)}},
    filters={"experiments": Experiments, "needs": {"single": True, "inputs": ("images",), "filters": True}},
    activations={"functions": some_of(*ACTIVATIONS)},
    architecture={
        "experiment": (Experiment, ""),
        "model": (AnyModel | None, None),
        "dataset": (Dataset, ""),
        "part": (Word, ""),
        "image": (Positive, 32),
        "channels": (Positive, 3),
        "classes": (Positive, 10),
        "length": (Positive, 50),
        "needs": {"either": (("experiment", "model"),)},
    },
    lstm_cell={},
    lstm_cost={"measurement": Measurement},
    forest={"claims": (Claims, [])},
)
