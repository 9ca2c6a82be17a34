"""The one loop: epochs of training and validation, on CPU and CUDA alike.

Inside an epoch nothing waits for the device: losses and outputs stay there until the epoch has ended.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ReduceLROnPlateau

from labreport.training.batches import Batches
from labreport.training.components import Components
from labreport.training.construction import Schedule
from labreport.training.task import Said, Task

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
        train_metrics: of what was said in these batches.
        val_loss: mean over the validation samples, after the epoch.
        val_metrics: of what was said about them.
        learning_rate: of this epoch.
        seconds: of the whole epoch, wall time.
        train_seconds: of its training, wall time.
        train_samples: samples trained on.
        val_said: what the model said about the validation samples, in their order.
        test_loss: as `val_loss`, over the test split; None where validation is all there is.
        test_metrics: of what was said about them; empty there.
        test_said: as `val_said`; None there.
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
    val_said: Said
    test_loss: float | None = None
    test_metrics: dict[str, float] = field(default_factory=dict)
    test_said: Said | None = None


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
        losses, said = _train(parts, task, autocast, tick)
        train_loss = _mean(losses, parts.train, number, "training") * task.loss_scale
        train_seconds = time.perf_counter() - start
        train_metrics = task.metrics(task.predictions(said))
        val_loss, val_said = evaluate(parts.model, task, parts.validation, number, "validation", autocast, tick)
        test_loss, test_said = None, None
        if parts.test is not None:
            test_loss, test_said = evaluate(parts.model, task, parts.test, number, "test", autocast, tick)
        learning_rate = float(parts.optimizer.param_groups[0]["lr"])
        _advance(parts.schedule, val_loss)
        yield Epoch(
            number,
            train_loss,
            train_metrics,
            val_loss,
            task.metrics(task.predictions(val_said)),
            learning_rate,
            time.perf_counter() - start,
            train_seconds,
            len(parts.train.split),
            val_said,
            test_loss,
            {} if test_said is None else task.metrics(task.predictions(test_said)),
            test_said,
        )


def _advance(schedule: Schedule | None, val_loss: float) -> None:
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(val_loss)
    elif schedule is not None:
        schedule.step()


def _train(parts: Components, task: Task, autocast: torch.dtype | None, tick: Ticker) -> tuple[Tensor, Said]:
    """One epoch of training: the loss of every step, (steps,), and what was said in them, both still on the device."""
    device = parts.train.split.inputs.device
    losses = torch.zeros(len(parts.train), device=device)
    said: list[tuple[Tensor, Tensor]] = []
    parts.model.train()
    for step, (inputs, targets) in enumerate(parts.train.epoch()):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs = parts.model(*inputs)
            loss = task.loss(outputs, targets)
        parts.optimizer.zero_grad()
        loss.backward()
        parts.optimizer.step()
        losses[step] = loss.detach()
        said.append((outputs.detach(), targets))
        tick()
    return losses, _joined(said)


@torch.inference_mode()
def evaluate(
    model: nn.Module,
    task: Task,
    batches: Batches,
    epoch: int,
    phase: str,
    autocast: torch.dtype | None = None,
    tick: Ticker = lambda: None,
) -> tuple[float, Said]:
    """What a model says about a split, without learning from it.

    Args:
        model: on the batches' device.
        task: loss and metrics.
        batches: in a fixed order.
        epoch: after which it is, for messages.
        phase: of the split, for messages.
        autocast: as in `fit`.
        tick: called after every batch.

    Returns:
        The mean loss over the samples, in the unit of the targets, and what was said about each, in the split's order.

    Raises:
        NotFinite: a batch's loss is not finite.
    """
    device = batches.split.inputs.device
    losses = torch.zeros(len(batches), device=device)
    said: list[tuple[Tensor, Tensor]] = []
    model.eval()
    for step, (inputs, targets) in enumerate(batches.epoch()):
        with torch.autocast(device.type, autocast, enabled=autocast is not None):
            outputs = model(*inputs)
            losses[step] = task.judged_loss(outputs, targets)
        said.append((outputs, targets))
        tick()
    places, found = batches.order().to(device), _joined(said)
    outputs, targets = torch.empty_like(found.outputs), torch.empty_like(found.targets)
    outputs[places], targets[places] = found.outputs, found.targets
    return _mean(losses, batches, epoch, phase) * task.loss_scale, Said(outputs, targets)


def _joined(said: list[tuple[Tensor, Tensor]]) -> Said:
    outputs, targets = zip(*said, strict=True)
    return Said(torch.cat(outputs), torch.cat(targets))


def _mean(losses: Tensor, batches: Batches, epoch: int, phase: str) -> float:
    """The mean over samples of the batches' mean losses. Waits for the device."""
    values = losses.double().cpu()
    wrong = (~torch.isfinite(values)).nonzero()
    if len(wrong):
        step = int(wrong[0])
        raise NotFinite(epoch, step + 1, phase, float(values[step]))
    sizes = torch.tensor(batches.sizes(), dtype=torch.float64)
    return float((values * sizes).sum() / sizes.sum())
