from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from labreport.training.batches import Batches, Split
from labreport.training.classification import Classification
from labreport.training.loop import Epoch, NotFinite, fit

CPU = torch.device("cpu")
TASK = Classification(["a", "b", "c"], {"name": "cross_entropy", "parameters": {}})


class Linear(nn.Module):
    """A linear map of the pixels; its parameters begin at zero."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(3, 12))

    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1) @ self.weight.T


def split(n: int) -> Split:
    rng = np.random.default_rng(n)
    pixels = rng.integers(0, 256, (n, 3, 2, 2), dtype=np.uint8)
    return Split.place(pixels, rng.integers(0, 3, n, dtype=np.uint8), None, CPU)


def run(model: nn.Module, epochs: int = 2, learning_rate: float = 0.1, n: int = 10) -> Iterator[Epoch]:
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    return fit(model, TASK, Batches(split(n), 4, seed=0), Batches(split(7), 3), optimizer, epochs)


def test_losses_and_accuracies_are_those_of_a_plain_loop() -> None:
    epochs = list(run(Linear()))
    weight = torch.zeros(3, 12, dtype=torch.float64)
    train, validation = Batches(split(10), 4, seed=0), split(7)
    for epoch in epochs:
        losses, hits = 0.0, 0
        for (images,), targets in train.epoch():
            x = images.flatten(1).double()
            logits = x @ weight.T
            probabilities = logits.softmax(1)
            losses -= probabilities[range(len(x)), targets].log().sum().item()
            hits += (logits.argmax(1) == targets).sum().item()
            weight -= 0.1 * (probabilities - nn.functional.one_hot(targets, 3)).T @ x / len(x)
        assert epoch.train_loss == pytest.approx(losses / 10, rel=1e-5)
        assert epoch.train_metrics == {"accuracy": hits / 10}
        logits = (validation.inputs.double() / 255).flatten(1) @ weight.T
        expected = nn.functional.cross_entropy(logits, validation.targets).item()
        assert epoch.val_loss == pytest.approx(expected, rel=1e-5)
        assert epoch.val_metrics == {"accuracy": (logits.argmax(1) == validation.targets).sum().item() / 7}
    assert [epoch.number for epoch in epochs] == [1, 2]
    assert epochs[0].learning_rate == 0.1
    assert epochs[0].train_samples == 10
    assert 0 < epochs[0].train_seconds < epochs[0].seconds


def test_validation_leaves_the_model_as_it_is() -> None:
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5), Linear())
    first, second = (next(run(model, epochs=1, learning_rate=0.0)) for _ in range(2))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.eval()
    batches = Batches(split(7), 7)
    ((images,), targets) = next(batches.epoch())
    assert TASK.loss(model(images), targets).item() == pytest.approx(second.val_loss, rel=1e-5)
    torch.testing.assert_close(dict(model.state_dict()), before)
    # 3 training batches each, none from validation
    assert model[0].num_batches_tracked == 6
    assert first.val_loss == pytest.approx(second.val_loss)  # zero weights: log 3 whatever the statistics
    assert first.val_loss == pytest.approx(math.log(3))


class Poisoned(Linear):
    """Linear, but infinite at one forward pass."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.calls = 0

    def forward(self, images: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(images) * (float("nan") if self.calls == self.at else 1.0)


# 3 training and 3 validation batches per epoch
@pytest.mark.parametrize(("at", "epoch", "step", "phase"), [(2, 1, 2, "training"), (11, 2, 2, "validation")])
def test_a_loss_that_is_not_finite_stops_with_its_place(at: int, epoch: int, step: int, phase: str) -> None:
    kept: list[int] = []
    with pytest.raises(NotFinite, match=f"the {phase} loss is nan at epoch {epoch}, step {step}") as caught:
        kept.extend(result.number for result in run(Poisoned(at), epochs=4))
    assert (caught.value.epoch, caught.value.step, caught.value.phase) == (epoch, step, phase)
    assert kept == list(range(1, epoch))


class Waits(TorchDispatchMode):
    """Counts the operators that make a CPU wait for a device."""

    count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.count += func.overloadpacket in {torch.ops.aten._local_scalar_dense, torch.ops.aten.nonzero}
        return func(*args, **(kwargs or {}))


def test_the_number_of_waits_does_not_depend_on_the_number_of_steps() -> None:
    waits = []
    for n in (8, 40):
        with Waits() as mode:
            list(run(Linear(), epochs=1, n=n))
        waits.append(mode.count)
    assert waits[0] == waits[1]
