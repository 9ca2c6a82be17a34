"""What the loop asks of a task, so that one loop trains every kind of model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from torch import Tensor

Table = tuple[list[str], list[list[Any]]]


@dataclass(frozen=True)
class Said:
    """What a model said about samples, beside the truth.

    Attributes:
        outputs: of the model, a row per sample.
        targets: as many.
    """

    outputs: Tensor
    targets: Tensor


class Task(Protocol):
    """A loss, what is measured beside it, and which metric says how good a model is (higher is better).

    Attributes:
        metric: the name of that metric.
        loss_scale: recorded losses are multiplied with it, so that they are in the unit of the targets.
    """

    metric: str
    loss_scale: float

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Outputs and targets of a batch -> their mean loss in training, ()."""

    def judged_loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """The same in evaluation, without what is only there to train better."""

    def predictions(self, said: Said) -> dict[str, np.ndarray]:
        """Truth and prediction per sample, as a run keeps them: name -> (n, ...). Waits for the device."""

    def metrics(self, predictions: Mapping[str, np.ndarray]) -> dict[str, float]:
        """Metric name -> value, of such predictions."""

    def tables(self, predictions: Mapping[str, np.ndarray]) -> dict[str, Table]:
        """File name -> head and rows that follow from them."""
