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
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from labreport.training.batches import Batches
from labreport.training.task import Task

Ticker = Callable[[], None]
Schedule = LRScheduler | ReduceLROnPlateau


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
    model: nn.Module,
    task: Task,
    train: Batches,
    validation: Batches,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    autocast: torch.dtype | None = None,
    tick: Ticker = lambda: None,
    schedule: Schedule | None = None,
    test: Batches | None = None,
    first: int = 1,
) -> Iterator[Epoch]:
    """Train, and validate after each epoch.

    Args:
        model: on the device of the batches.
        task: loss and metrics.
        train: shuffled batches.
        validation: batches in a fixed order.
        optimizer: over the model's parameters.
        epochs: the last one's number.
        autocast: the type that convolutions and products compute in; None leaves the parameters' own.
        tick: called after every batch, of training and of evaluation.
        schedule: changes the learning rate after each epoch, if it likes by the validation loss.
        test: batches that are evaluated after each epoch, too, and that nothing is decided on.
        first: the epoch to begin with; those before it are in the model and all else that is passed.

    Yields:
        Each epoch when it is over.

    Raises:
        NotFinite: at the end of the epoch in which a loss was not finite.
    """
    for number in range(first, epochs + 1):
        start = time.perf_counter()
        losses, tally = _train(model, task, train, optimizer, autocast, tick)
        train_loss = _mean(losses, train, number, "training") * task.loss_scale
        train_seconds = time.perf_counter() - start
        train_metrics = tally.metrics()
        losses, tally = _evaluate(model, task, validation, autocast, tick)
        val_loss = _mean(losses, validation, number, "validation") * task.loss_scale
        test_loss, test_tally = None, None
        if test is not None:
            losses, test_tally = _evaluate(model, task, test, autocast, tick)
            test_loss = _mean(losses, test, number, "test") * task.loss_scale
        learning_rate = float(optimizer.param_groups[0]["lr"])
        _advance(schedule, val_loss)
        yield Epoch(
            number,
            train_loss,
            train_metrics,
            val_loss,
            tally.metrics(),
            learning_rate,
            time.perf_counter() - start,
            train_seconds,
            len(train.split),
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


def _train(
    model: nn.Module,
    task: Task,
    batches: Batches,
    optimizer: torch.optim.Optimizer,
    autocast: torch.dtype | None,
    tick: Ticker,
) -> tuple[Tensor, Any]:
    """One epoch of training: the loss of every step, (steps,), and the counts, both still on the device."""
    device = batches.split.inputs.device
    losses = torch.zeros(len(batches), device=device)
    tally = task.tally(device)
    model.train()
    for step, (inputs, targets) in enumerate(batches.epoch()):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs = model(*inputs)
            loss = task.loss(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
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
