"""The one loop: epochs of training and validation, on CPU and CUDA alike.

Inside an epoch nothing waits for the device: losses and counts stay there until the epoch has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from labreport.training.batches import Batches
from labreport.training.components import Components
from labreport.training.construction import Schedule
from labreport.training.task import Task

Ticker = Callable[[], None]


class NotFinite(Exception):
    """A loss was infinite or not a number.

    Attributes:
        epoch: counted from 1.
        step: step of the epoch, counted from 1.
        phase: "training", "validation" or "test".
    """

    def __init__(self, epoch: int, step: int, phase: str, value: float) -> None:
        super().__init__(f"the {phase} loss is {value} at epoch {epoch}, step {step}")
        self.epoch = epoch
        self.step = step
        self.phase = phase


@dataclass(frozen=True)
class Epoch:
    """What one epoch measured.

    Attributes:
        number: counted from 1.
        train_loss: mean over the epoch's batches, each by the parameters it found.
        train_metrics: the same for the task's metrics.
        val_loss: mean over the validation samples, after the epoch.
        val_metrics: the same for the task's metrics.
        learning_rate: of this epoch.
        seconds: of the whole epoch, wall time.
        train_seconds: of its training, wall time.
        train_samples: samples trained on.
        tally: the validation's counts, for the task's tables.
        test_loss: as `val_loss`, over the test split; None where validation is all there is.
        test_metrics: the same for the task's metrics; empty there.
        test_tally: the test's counts; None there.
    """

    number: int
    train_loss: float
    train_metrics: dict[str, float]
    val_loss: float
    val_metrics: dict[str, float]
    learning_rate: float
    seconds: float
    train_seconds: float
    train_samples: int
    tally: Any
    test_loss: float | None = None
    test_metrics: dict[str, float] = field(default_factory=dict)
    test_tally: Any = None


def fit(
    parts: Components,
    task: Task,
    epochs: int,
    *,
    first: int = 1,
    autocast: torch.dtype | None = None,
    tick: Ticker = lambda: None,
) -> Iterator[Epoch]:
    """Train, and validate after each epoch.

    Args:
        parts: the model with all that trains it, and the batches.
        task: loss and metrics.
        epochs: the last one's number.
        first: the epoch to begin with; those before it are in `parts`.
        autocast: the type that convolutions and products compute in; None leaves the parameters' own.
        tick: called after every batch, of training and of evaluation.

    Yields:
        Each epoch when it is over. The schedule changes the learning rate after each, if it likes by the validation
        loss; on the test split nothing is decided.

    Raises:
        NotFinite: at the end of the epoch in which a loss was not finite.
    """
    for number in range(first, epochs + 1):
        start = time.perf_counter()
        losses, tally = _train(parts, task, autocast, tick)
        train_loss = _mean(losses, parts.train, number, "training") * task.loss_scale
        train_seconds = time.perf_counter() - start
        train_metrics = tally.metrics()
        losses, tally = _evaluate(parts.model, task, parts.validation, autocast, tick)
        val_loss = _mean(losses, parts.validation, number, "validation") * task.loss_scale
        test_loss, test_tally = None, None
        if parts.test is not None:
            losses, test_tally = _evaluate(parts.model, task, parts.test, autocast, tick)
            test_loss = _mean(losses, parts.test, number, "test") * task.loss_scale
        learning_rate = float(parts.optimizer.param_groups[0]["lr"])
        _advance(parts.schedule, val_loss)
        yield Epoch(
            number,
            train_loss,
            train_metrics,
            val_loss,
            tally.metrics(),
            learning_rate,
            time.perf_counter() - start,
            train_seconds,
            len(parts.train.split),
            tally,
            test_loss,
            {} if test_tally is None else test_tally.metrics(),
            test_tally,
        )


def _advance(schedule: Schedule | None, val_loss: float) -> None:
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(val_loss)
    elif schedule is not None:
        schedule.step()


def _train(parts: Components, task: Task, autocast: torch.dtype | None, tick: Ticker) -> tuple[Tensor, Any]:
    """One epoch of training: the loss of every step, (steps,), and the counts, both still on the device."""
    device = parts.train.split.inputs.device
    losses = torch.zeros(len(parts.train), device=device)
    tally = task.tally(device)
    parts.model.train()
    for step, (inputs, targets) in enumerate(parts.train.epoch()):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs = parts.model(*inputs)
            loss = task.loss(outputs, targets)
        parts.optimizer.zero_grad()
        loss.backward()
        parts.optimizer.step()
        losses[step] = loss.detach()
        tally.add(outputs.detach(), targets)
        tick()
    return losses, tally


@torch.inference_mode()
def _evaluate(
    model: nn.Module, task: Task, batches: Batches, autocast: torch.dtype | None, tick: Ticker
) -> tuple[Tensor, Any]:
    """The loss of every batch, (batches,), and the counts, both still on the device."""
    device = batches.split.inputs.device
    losses = torch.zeros(len(batches), device=device)
    tally = task.tally(device)
    model.eval()
    for step, (inputs, targets) in enumerate(batches.epoch()):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs = model(*inputs)
            losses[step] = task.loss(outputs, targets)
        tally.add(outputs, targets)
        tick()
    return losses, tally


def _mean(losses: Tensor, batches: Batches, epoch: int, phase: str) -> float:
    """The mean over samples of the batches' mean losses. Waits for the device."""
    values = losses.double().cpu()
    wrong = (~torch.isfinite(values)).nonzero()
    if len(wrong):
        step = int(wrong[0])
        raise NotFinite(epoch, step + 1, phase, float(values[step]))
    sizes = torch.tensor(batches.sizes(), dtype=torch.float64)
    return float((values * sizes).sum() / sizes.sum())
