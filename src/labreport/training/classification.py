"""The classification task: its loss, what is measured, and the tables that come of it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softmax

from labreport.errors import TrainingError
from labreport.training.task import Said, Table

LOSSES = {"cross_entropy": cross_entropy}
# What makes training better and a loss incomparable.
IN_TRAINING = frozenset({"label_smoothing"})


class Classification:
    """One class out of several: cross-entropy, accuracy, confusion matrix.

    Args:
        classes: the classes' names.
        loss: {"name": "cross_entropy", "parameters": {...}}, parameters as in `torch.nn.functional`.

    Raises:
        TrainingError: another loss, or parameters that it does not take.
    """

    metric = "accuracy"
    loss_scale = 1.0

    def __init__(self, classes: list[str], loss: Mapping[str, Any]) -> None:
        if loss["name"] not in LOSSES:
            raise TrainingError(f"loss: found {loss['name']!r}, allowed are {', '.join(sorted(LOSSES))}")
        self.classes = classes
        self._loss = LOSSES[loss["name"]]
        self._parameters = dict(loss.get("parameters", {}))
        self._judged = {name: value for name, value in self._parameters.items() if name not in IN_TRAINING}
        try:
            self.loss(torch.zeros(1, len(classes)), torch.zeros(1, dtype=torch.int64))
        except (TypeError, RuntimeError) as error:
            raise TrainingError(f"loss {loss['name']}: {error}") from error

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Logits (batch, classes) and int64 (batch,) -> mean over the batch, ()."""
        return self._loss(outputs, targets, **self._parameters)

    def judged_loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """As `loss`, without label smoothing, so that experiments with and without it can be compared."""
        return self._loss(outputs, targets, **self._judged)

    def predictions(self, said: Said) -> dict[str, np.ndarray]:
        """uint8 `true` and `predicted`, (n,), and `probabilities` of the classes, float16 (n, classes).

        Waits for the device.
        """
        return {
            "true": said.targets.to(torch.uint8).cpu().numpy(),
            "predicted": said.outputs.argmax(1).to(torch.uint8).cpu().numpy(),
            "probabilities": softmax(said.outputs.double(), 1).to(torch.float16).cpu().numpy(),
        }

    def metrics(self, predictions: Mapping[str, np.ndarray]) -> dict[str, float]:
        """{"accuracy": share of hits}, a fraction; NaN where there is no sample."""
        hits = predictions["true"] == predictions["predicted"]
        return {"accuracy": float(hits.mean()) if len(hits) else math.nan}

    def tables(self, predictions: Mapping[str, np.ndarray]) -> dict[str, Table]:
        """File name -> head and rows: samples and hits per class, and how often which class was taken for which."""
        size = len(self.classes)
        pairs = predictions["true"].astype(np.int64) * size + predictions["predicted"]
        matrix: list[list[int]] = np.bincount(pairs, minlength=size * size).reshape(size, size).tolist()
        per_class: list[list[Any]] = []
        for index, name in enumerate(self.classes):
            samples, correct = sum(matrix[index]), matrix[index][index]
            per_class.append([name, samples, correct, correct / samples if samples else None])
        counts = [
            [true, predicted, matrix[i][j]]
            for i, true in enumerate(self.classes)
            for j, predicted in enumerate(self.classes)
        ]
        return {
            "per_class.csv": (["class", "samples", "correct", "accuracy"], per_class),
            "confusion.csv": (["true", "predicted", "count"], counts),
        }
