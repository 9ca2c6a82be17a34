"""Kinds of tables: a line each, with the options that a report's YAML gives them."""

from typing import Any

from labreport.declarations.fields import Positive
from labreport.kinds import Dataset, Datasets, Experiments, ImageModel, Kind, Measurement, Options, kinds, one_of

_CLASSES: dict[str, Any] = {"files": ("per_class.csv",), "one_set_of_classes": True}


class Network(Options):
    """A network and the images that it is given."""

    model: ImageModel
    image: Positive
    classes: Positive
    channels: Positive = 3


_NETWORK = {"model": ImageModel, "image": Positive, "classes": Positive, "channels": (Positive, 3)}

KINDS: dict[str, Kind] = kinds(
    "labreport.tables",
    {},
    layers={**_NETWORK, "changed_from": (Network | None, None)},
    settings={"experiments": Experiments, "needs": {"models": True}},
    results={"experiments": Experiments, "needs": {"one_task": True}},
    per_class={"experiments": Experiments, "needs": _CLASSES},
    lstm_cost={"measurement": Measurement},
    runs={"experiments": Experiments, "needs": {"all": True}},
    epoch_log={"experiments": Experiments, "needs": {"single": True}},
    ablation={"experiments": Experiments, "metric": one_of("accuracy", "pearson")},
    class_counts={"datasets": Datasets, "needs": {"inputs": ("images", "texts"), "one_set_of_classes": True}},
    group_accuracy={"experiments": Experiments, "dataset": Dataset, "needs": {**_CLASSES, "longtail": True}},
    pair_counts={"dataset": Dataset, "needs": {"inputs": ("pairs",)}},
    mistakes={
        "experiments": Experiments,
        "count": (Positive, 8),
        "needs": {"single": True, "inputs": ("texts", "pairs"), "data": True},
    },
    published_classes={"experiments": Experiments, "needs": {"published": ("per_class",), "of_runs": False}},
)
