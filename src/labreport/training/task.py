"""What the loop asks of a task, so that one loop trains every kind of model."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

Table = tuple[list[str], list[list[Any]]]


class Tally(Protocol):
    """What is counted over an epoch, on the device."""

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Count one batch without waiting for the device."""

    def metrics(self) -> dict[str, float]:
        """Metric name -> value over everything counted. Waits for the device."""

    def state_dict(self) -> dict[str, Tensor]:
        """All that was counted."""

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Count on from what another tally of the same task had."""


class Task(Protocol):
    """A loss, what is counted beside it, and which metric says how good a model is (higher is better).

    Attributes:
        metric: the name of that metric.
        loss_scale: recorded losses are multiplied with it, so that they are in the unit of the targets.
    """

    metric: str
    loss_scale: float

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Outputs and targets of a batch -> their mean loss, ()."""

    def tally(self, device: torch.device) -> Any:
        """A new, empty `Tally`."""

    def tables(self, tally: Any) -> dict[str, Table]:
        """File name -> head and rows that one evaluation gives."""
