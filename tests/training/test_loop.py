from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from labreport.training import augmentation
from labreport.training.augmentation import augmentations
from labreport.training.batches import Batches, Split
from labreport.training.classification import Classification
from labreport.training.components import Components
from labreport.training.construction import Schedule, build_model, build_optimizer, build_schedule
from labreport.training.loop import Epoch, NotFinite, evaluate, fit

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


def parts(
    model: nn.Module,
    train: Batches | None = None,
    validation: Batches | None = None,
    *,
    test: Batches | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    schedule: dict[str, Any] | None = None,
    learning_rate: float = 0.1,
) -> Components:
    """A model that plain SGD trains on ten images, unless something else is said."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=learning_rate)
    plan: Schedule | None = build_schedule(schedule, optimizer)
    train, validation = train or Batches(split(10), 4, seed=0), validation or Batches(split(7), 2)
    return Components(0, CPU, model, optimizer, plan, train, validation, test, Batches(train.split, 4))


def test_losses_and_accuracies_are_those_of_a_plain_loop() -> None:
    start = time.perf_counter()
    epochs = list(fit(parts(Linear()), TASK, 2))
    elapsed = time.perf_counter() - start
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
    assert sum(epoch.seconds for epoch in epochs) < elapsed


def test_validation_leaves_the_model_as_it_is() -> None:
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5), Linear())
    first, second = (next(fit(parts(model, learning_rate=0.0), TASK, 1)) for _ in range(2))
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


def test_a_test_split_is_evaluated_and_changes_nothing() -> None:
    def epochs(validation: int, test: int | None = None) -> list[Epoch]:
        given = None if test is None else Batches(split(test), 3)
        return list(fit(parts(Linear(), validation=Batches(split(validation), 3), test=given), TASK, 2))

    for one, other, both in zip(epochs(7), epochs(8), epochs(7, 8), strict=True):
        assert (one.test_loss, one.test_metrics, one.test_said) == (None, {}, None)
        assert (both.train_loss, both.train_metrics) == (one.train_loss, one.train_metrics)
        assert (both.val_loss, both.val_metrics) == (one.val_loss, one.val_metrics)
        assert (both.test_loss, both.test_metrics) == (other.val_loss, other.val_metrics)
        assert torch.equal(both.val_said.outputs, one.val_said.outputs)
        assert both.test_said is not None
        assert torch.equal(both.test_said.outputs, other.val_said.outputs)
        assert both.val_loss != both.test_loss


class Telling(nn.Module):
    """Says of each text how long it is."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        return self.weight * nn.functional.one_hot(lengths % 3, 3)


def test_what_is_said_stands_in_the_order_of_the_data_however_they_are_read() -> None:
    """Texts are read by their lengths."""
    lengths = np.array([5, 2, 4, 1, 3, 2, 5], np.int32)
    tokens = np.where(np.arange(5) < lengths[:, None], 2, 0).astype(np.uint16)
    placed = Split.place(tokens, np.array([0, 1, 2, 2, 1, 0, 0], np.uint8), lengths, CPU)
    loss, said = evaluate(Telling(), TASK, Batches(placed, 3), 1, "validation")
    assert said.outputs.argmax(1).tolist() == (lengths % 3).tolist()
    assert said.targets.tolist() == placed.targets.tolist()
    assert loss == pytest.approx(nn.functional.cross_entropy(said.outputs, placed.targets).item())


def test_products_are_computed_in_the_type_that_is_asked_for() -> None:
    found: list[torch.dtype] = []

    class Typed(Linear):
        def forward(self, images: Tensor) -> Tensor:
            outputs = super().forward(images)
            found.append(outputs.dtype)
            return outputs

    for autocast in (None, torch.bfloat16, torch.float16):
        model = Typed()
        list(fit(parts(model), TASK, 1, autocast=autocast))
        assert found == [autocast or torch.float32] * 6  # 3 batches of training and 3 of validation
        assert model.weight.dtype == torch.float32
        found.clear()


class Scaled(Classification):
    loss_scale = 25.0


def test_recorded_losses_are_in_the_unit_of_the_task() -> None:
    tasks = (TASK, Scaled(["a", "b", "c"], {"name": "cross_entropy"}))
    plain, scaled = (next(fit(parts(Linear(), test=Batches(split(8), 3)), task, 1)) for task in tasks)
    for name in ("train_loss", "val_loss", "test_loss"):
        assert getattr(scaled, name) == pytest.approx(25 * getattr(plain, name))


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, [0.1] * 4),
        ({"name": "StepLR", "parameters": {"step_size": 2, "gamma": 0.1}}, [0.1, 0.1, 0.01, 0.01]),
        ({"name": "MultiStepLR", "parameters": {"milestones": [1, 3], "gamma": 0.5}}, [0.1, 0.05, 0.05, 0.025]),
    ],
)
def test_schedules_change_the_learning_rate_after_an_epoch(
    schedule: dict[str, Any] | None, expected: list[float]
) -> None:
    rates = [epoch.learning_rate for epoch in fit(parts(Linear(), schedule=schedule), TASK, 4)]
    assert rates == pytest.approx(expected)


def test_a_plateau_is_one_of_the_validation_loss() -> None:
    """Where what is learned is wrong its loss rises, while that of the training falls."""
    plateau = {"name": "ReduceLROnPlateau", "parameters": {"patience": 1, "threshold": 0.0}}
    learned = split(10)
    contrary = replace(learned, targets=(learned.targets + 1) % 3)

    def trained(validation: Split, test: Split) -> list[Epoch]:
        given = parts(Linear(), validation=Batches(validation, 3), test=Batches(test, 3), schedule=plateau)
        return list(fit(given, TASK, 5))

    for validation, test, rates in (
        (contrary, learned, [0.1, 0.1, 0.1, 0.01, 0.01]),
        (learned, contrary, [0.1] * 5),
    ):
        epochs = trained(validation, test)
        losses = [epoch.train_loss for epoch in epochs]
        assert losses == sorted(losses, reverse=True)
        assert [epoch.learning_rate for epoch in epochs] == pytest.approx(rates)


class Poisoned(Linear):
    """Linear, but infinite at one forward pass."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.calls = 0

    def forward(self, images: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(images) * (float("nan") if self.calls == self.at else 1.0)


# 3 batches of each per epoch
@pytest.mark.parametrize(
    ("at", "epoch", "step", "phase"), [(2, 1, 2, "training"), (14, 2, 2, "validation"), (9, 1, 3, "test")]
)
def test_a_loss_that_is_not_finite_stops_with_its_place(at: int, epoch: int, step: int, phase: str) -> None:
    kept: list[int] = []
    with pytest.raises(NotFinite, match=f"the {phase} loss is nan at epoch {epoch}, step {step}") as caught:
        kept.extend(result.number for result in fit(parts(Poisoned(at), test=Batches(split(8), 3)), TASK, 4))
    assert (caught.value.epoch, caught.value.step, caught.value.phase) == (epoch, step, phase)
    assert kept == list(range(1, epoch))


READING = {
    *(Tensor.item, Tensor.tolist, Tensor.cpu, Tensor.numpy, Tensor.__array__),
    *(Tensor.__bool__, Tensor.__int__, Tensor.__float__, Tensor.__index__, Tensor.__contains__),
    *(Tensor.nonzero, torch.nonzero, Tensor.masked_select, torch.masked_select, Tensor.unique, torch.unique),
    *(Tensor.equal, torch.equal, torch.repeat_interleave, torch.bincount),
}


class OnHost(Tensor):
    """A tensor that stays on the CPU by design, and so does everything computed from it."""


class Waits(TorchFunctionMode):
    """Counts the calls that would make the CPU wait for a device if the tensors, all but `OnHost`, were there.

    Between tensors on the CPU neither `.cpu()` nor `.tolist()` is an operator that a dispatcher sees.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if not isinstance(args[0] if args else None, OnHost):
            self.count += func in READING or self._moves(func, args, kwargs) or self._selects(func, args)
        return func(*args, **(kwargs or {}))

    def _moves(self, func, args, kwargs) -> bool:  # type: ignore[no-untyped-def]
        places = [*args[1:], *(kwargs or {}).values()]
        return func is Tensor.to and any(isinstance(place, (str, torch.device)) for place in places)

    def _selects(self, func, args) -> bool:  # type: ignore[no-untyped-def]
        """Whether a mask is an index: how many elements it selects only the device knows."""
        masks = args[1] if len(args) > 1 and isinstance(args[1], tuple) else args[1:2]
        kinds = (Tensor.__getitem__, Tensor.__setitem__)
        return func in kinds and any(isinstance(mask, Tensor) and mask.dtype == torch.bool for mask in masks)


def image_epoch(n: int, model: nn.Module | None = None, task: Classification = TASK) -> None:
    """One epoch of augmented images, in training and validation batches of 4 and 3."""
    model = Linear() if model is None else model
    augment = augmentations([{"name": "crop", "padding": 1}, {"name": "flip"}])
    train = Batches(split(n), 4, 0, {"mean": [0.5] * 3, "std": [0.2] * 3}, augment)
    optimizer = build_optimizer({"name": "Adam"}, 0.1, model.parameters())
    list(fit(parts(model, train, Batches(split(n), 3), optimizer=optimizer), task, 1))


def text_epoch(n: int, target: str, parameters: dict[str, object]) -> None:
    """One epoch of texts of 2 to 5 tokens; their lengths are read on the host, where they also are."""
    lengths = 2 + np.arange(n, dtype=np.int32) % 4
    tokens = np.where(np.arange(5) < lengths[:, None], 3, 0).astype(np.uint16)
    placed = Split.place(tokens, (np.arange(n) % 3).astype(np.uint8), lengths, CPU)
    assert placed.host_lengths is not None
    texts = replace(placed, host_lengths=placed.host_lengths.as_subclass(OnHost))
    model = build_model(target, {"embedding": 3, "hidden": 2, **parameters}, {"classes": 3, "vocabulary": 5})
    optimizer = build_optimizer({"name": "Adam"}, 0.1, model.parameters())
    list(fit(parts(model, Batches(texts, 4, seed=0), Batches(texts, 3), optimizer=optimizer), TASK, 1))


def waits(epoch: Callable[[int], None]) -> list[int]:
    """How often an epoch of few steps, and one of many, waits."""
    counts = []
    for n in (8, 40):
        with Waits() as mode:
            epoch(n)
        counts.append(mode.count)
    return counts


EPOCHS: dict[str, Callable[[int], None]] = {
    "images": image_epoch,
    "packaged LSTM": lambda n: text_epoch(n, "labreport.models.lstm:StackedLSTM", {}),
    "LSTM in both directions": lambda n: text_epoch(n, "labreport.models.lstm:StackedLSTM", {"bidirectional": True}),
    "residual LSTM": lambda n: text_epoch(n, "labreport.models.lstm:ResidualLSTM", {}),
    "own LSTM": lambda n: text_epoch(n, "labreport.models.own_lstm:OwnLSTM", {}),
}


@pytest.mark.parametrize("kind", EPOCHS)
def test_the_number_of_waits_does_not_depend_on_the_number_of_steps(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a device would take; the CPU's own way reads the places of the windows, which lie there anyway.
    monkeypatch.setattr(augmentation, "copied_windows", augmentation.indexed_windows)
    few, many = waits(EPOCHS[kind])
    assert few == many > 0


PLANTED: dict[str, Callable[[Tensor], object]] = {
    "item": lambda x: x.sum().item(),
    "tolist": lambda x: x.detach().tolist(),
    "cpu": lambda x: x.cpu(),
    "to": lambda x: x.to("cpu"),
    "numpy": lambda x: x.detach().numpy(),
    "float": lambda x: float(x.detach().sum()),
    "bool": lambda x: bool((x > 0).all()),
    "nonzero": lambda x: x.nonzero(),
    "mask": lambda x: x[x > 0],
}


@pytest.mark.parametrize("reading", PLANTED)
@pytest.mark.parametrize("place", ["model", "loss"])
def test_a_planted_wait_is_counted_at_every_step(reading: str, place: str) -> None:
    class WaitingModel(Linear):
        def forward(self, images: Tensor) -> Tensor:
            PLANTED[reading](images)
            return super().forward(images)

    class WaitingTask(Classification):
        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            loss = super().loss(outputs, targets)
            PLANTED[reading](loss)
            return loss

    task = WaitingTask(TASK.classes, {"name": "cross_entropy"}) if place == "loss" else TASK
    model = WaitingModel() if place == "model" else Linear()
    few, many = waits(lambda n: image_epoch(n, model, task))
    # 8 and 40 samples: 2 and 10 steps of training, 3 and 14 of validation
    assert many - few >= 24 - 5
