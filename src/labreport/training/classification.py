"""The classification task: its loss, what is counted, and the tables that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from labreport.errors import TrainingError
from labreport.training.task import Table

LOSSES = {"cross_entropy": cross_entropy}


class ConfusionTally:
    """Counts of (true, predicted) pairs, kept on the device.

    Args:
        classes: number of classes.
        device: where outputs and targets are.
    """

    def __init__(self, classes: int, device: torch.device) -> None:
        self.classes = classes
        self._counts = torch.zeros(classes * classes, dtype=torch.int64, device=device)

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Count a batch: logits (batch, classes) and int64 (batch,)."""
        pairs = targets * self.classes + outputs.argmax(1)
        self._counts.scatter_add_(0, pairs, torch.ones_like(pairs))

    def matrix(self) -> list[list[int]]:
        """The counts: a row per true class, a column per predicted one. Waits for the device."""
        counts: list[list[int]] = self._counts.view(self.classes, self.classes).tolist()
        return counts

    def metrics(self) -> dict[str, float]:
        """{"accuracy": share of hits}, a fraction; NaN where nothing was counted. Waits for the device."""
        matrix = self.matrix()
        total = sum(map(sum, matrix))
        hits = sum(matrix[index][index] for index in range(self.classes))
        return {"accuracy": hits / total if total else float("nan")}

    def state_dict(self) -> dict[str, Tensor]:
        """{"counts": int64 (classes * classes,)}, a row per true class after the other."""
        return {"counts": self._counts}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Count on from there."""
        self._counts.copy_(state["counts"])


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
        try:
            self.loss(torch.zeros(1, len(classes)), torch.zeros(1, dtype=torch.int64))
        except (TypeError, RuntimeError) as error:
            raise TrainingError(f"loss {loss['name']}: {error}") from error

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Logits (batch, classes) and int64 (batch,) -> mean over the batch, ()."""
        return self._loss(outputs, targets, **self._parameters)

    def tally(self, device: torch.device) -> ConfusionTally:
        """A new count of hits and misses."""
        return ConfusionTally(len(self.classes), device)

    def tables(self, tally: ConfusionTally) -> dict[str, Table]:
        """File name -> head and rows."""
        matrix = tally.matrix()
        per_class: list[list[Any]] = []
        for index, name in enumerate(self.classes):
            samples, correct = sum(matrix[index]), matrix[index][index]
            per_class.append([name, samples, correct, correct / samples if samples else None])
        pairs = [
            [true, predicted, matrix[i][j]]
            for i, true in enumerate(self.classes)
            for j, predicted in enumerate(self.classes)
        ]
        return {
            "per_class.csv": (["class", "samples", "correct", "accuracy"], per_class),
            "confusion.csv": (["true", "predicted", "count"], pairs),
        }
