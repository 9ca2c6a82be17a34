from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from labreport.data.prepared import Prepared
from labreport.running.checkpoints import Checkpoints
from labreport.training.batches import Split
from labreport.training.components import Components, batches, place_data, place_model
from labreport.training.construction import OPTIMIZERS, SCHEDULES, build_model, build_task
from labreport.training.loop import Epoch, fit
from labreport.training.seeds import stream
from tests.small_runs import spec

CPU = torch.device("cpu")
PARAMETERS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adam": {"amsgrad": True},
    "CosineAnnealingLR": {"T_max": 3},
    "MultiStepLR": {"milestones": [1, 2, 2], "gamma": 0.5},
    "ReduceLROnPlateau": {"patience": 0, "threshold": 1.0},
    "StepLR": {"step_size": 1, "gamma": 0.5},
}
KEY = "0" * 16


@pytest.fixture
def texts(data: dict[str, Prepared]) -> Prepared:
    return data["texts"]


@pytest.fixture
def splits(texts: Prepared) -> dict[str, Split]:
    return place_data(texts, CPU)


def training(optimizer: str = "Adam", schedule: str | None = None) -> dict[str, Any]:
    """The spec of a run of a network with dropout."""
    declared = {"name": schedule, "parameters": PARAMETERS.get(schedule or "", {})} if schedule else None
    return spec(
        "texts", epochs=4, optimizer={"name": optimizer, "parameters": PARAMETERS.get(optimizer, {})}, schedule=declared
    )


def epochs(what: dict[str, Any], parts: Components, first: int, last: int) -> list[Epoch]:
    task = build_task(what["task"]["target"], ["sad", "happy"], what["training"]["loss"])
    return list(fit(parts, task, last, first=first))


def numbers(found: list[Epoch]) -> list[tuple[int, float, float, float]]:
    return [(epoch.number, epoch.train_loss, epoch.val_loss, epoch.learning_rate) for epoch in found]


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [*((name, None) for name in sorted(OPTIMIZERS)), *(("SGD", n) for n in sorted(SCHEDULES))],
)
def test_a_state_that_went_through_a_file_goes_on_bitwise(
    optimizer: str, schedule: str | None, texts: Prepared, splits: dict[str, Split], tmp_path: Path
) -> None:
    what = training(optimizer, schedule)
    whole = Components.build(what, texts, splits, None, CPU)
    epochs(what, whole, 1, 2)
    random.gauss(0, 1), np.random.normal()  # each draws two and keeps one
    Checkpoints(tmp_path, KEY, print).keep(2, whole.state_dict())
    expected = epochs(what, whole, 3, 4)
    draws = random.gauss(0, 1), random.random(), np.random.normal(), np.random.random(), torch.rand(1).item()

    again = Components.build(what, texts, splits, None, CPU)
    again.load_state_dict(next(Checkpoints(tmp_path, KEY, print).read()), 2)
    assert numbers(epochs(what, again, 3, 4)) == numbers(expected)
    same = random.gauss(0, 1), random.random(), np.random.normal(), np.random.random(), torch.rand(1).item()
    assert same == draws
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name])


def test_two_runs_of_one_seed_begin_alike_and_of_two_seeds_do_not(texts: Prepared, splits: dict[str, Split]) -> None:
    what = training()
    first, same = (numbers(epochs(what, Components.build(what, texts, splits, None, CPU), 1, 1)) for _ in range(2))
    other = what | {"seed": 6}
    assert first == same != numbers(epochs(other, Components.build(other, texts, splits, None, CPU), 1, 1))


def test_start_order_and_augmentation_come_from_streams_of_the_run_s_seed(
    texts: Prepared, splits: dict[str, Split]
) -> None:
    for seed in (5, 6):
        parts = Components.build(training() | {"seed": seed}, texts, splits, None, CPU)
        torch.manual_seed(stream(seed, "model"))
        what = training()["model"]
        expected = build_model(what["target"], what["parameters"], {"classes": 2, "vocabulary": 4})
        for name, value in expected.state_dict().items():
            assert torch.equal(parts.model.state_dict()[name], value)
        drawn = {name: generator.initial_seed() for name, generator in parts.train.generators.items()}
        assert drawn == {name: stream(seed, name) for name in ("order", "augmentation")}


def test_a_run_has_the_schedule_and_the_learning_rate_that_are_declared(
    texts: Prepared, splits: dict[str, Split]
) -> None:
    what = training(schedule="StepLR")
    rate = what["training"]["learning_rate"]
    found = epochs(what, Components.build(what, texts, splits, None, CPU), 1, 3)
    assert [epoch.learning_rate for epoch in found] == pytest.approx([rate, rate / 2, rate / 4])


def test_a_model_is_told_how_long_sentences_are_with_their_padding(data: dict[str, Prepared]) -> None:
    what = spec("pairs")
    what["model"] = {"target": "labreport.models.siamese_padded:PaddedSiameseLSTM", "parameters": {"hidden": 5}}
    model = place_model(what, data["pairs"], CPU, np.eye(4, 3, -1, np.float32))
    assert model.length == data["pairs"].train_inputs.shape[2] > 2


def test_splits_are_taken_by_name(data: dict[str, Prepared]) -> None:
    """Validation is the split for it; where there is none it is the test split."""
    for name in ("pairs", "texts"):
        prepared = data[name]
        vectors = np.eye(4, 3, -1, np.float32) if name == "pairs" else None
        parts = Components.build(spec(name), prepared, place_data(prepared, CPU), vectors, CPU)
        taken = {"train": parts.train, "seen": parts.seen, "validation": parts.validation, "test": parts.test}
        found = {role: some.split.targets.tolist() for role, some in taken.items() if some is not None}
        splits = {split: prepared.arrays(split)[1].tolist() for split in prepared.splits}
        assert len({len(targets) for targets in splits.values()}) == len(splits)
        if name == "pairs":
            validation = {"validation": splits["dev"], "test": splits["test"]}
        else:
            validation = {"validation": splits["test"]}
        assert found == {"train": splits["train"], "seen": splits["train"], **validation}
        ticks: list[int] = []
        task = build_task(spec(name)["task"]["target"], prepared.classes, spec(name)["training"]["loss"])
        list(fit(parts, task, 1, tick=lambda ticks=ticks: ticks.append(1)))
        assert parts.batches_per_epoch == len(ticks)


def test_training_is_augmented_and_evaluation_is_not_and_both_are_normalised() -> None:
    rng = np.random.default_rng(0)
    pixels = {name: rng.integers(0, 256, (n, 3, 8, 8), dtype=np.uint8) for name, n in (("train", 6), ("test", 5))}
    splits = {name: Split.place(x, np.arange(len(x), dtype=np.uint8), None, CPU) for name, x in pixels.items()}
    mean, std = [0.49, 0.48, 0.45], [0.25, 0.24, 0.26]
    black = [-m / s for m, s in zip(mean, std, strict=True)]
    settings = {"normalize": {"mean": mean, "std": std}, "augment": [{"name": "crop", "padding": 8}], "batch_size": 6}
    train, seen, validation = batches({"training": settings, "seed": 0}, splits)
    expected = v2.Normalize(mean, std)(torch.from_numpy(pixels["test"]).float() / 255)
    ((found,), targets) = next(validation.epoch())
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert targets.tolist() == list(range(5))
    expected = v2.Normalize(mean, std)(torch.from_numpy(pixels["train"]).float() / 255)
    ((found,), targets) = next(seen.epoch())
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert targets.tolist() == list(range(6))
    # windows that reach beyond the image have black in them
    ((found,), _) = next(train.epoch())
    assert (found.permute(0, 2, 3, 1) - torch.tensor(black)).abs().amax(3).flatten(1).amin(1).max() < 1e-5


def test_on_another_sort_of_device_the_order_goes_on_and_the_draws_are_its_own(
    texts: Prepared, splits: dict[str, Split]
) -> None:
    what = training()
    parts = Components.build(what, texts, splits, None, CPU)
    epochs(what, parts, 1, 1)
    state = parts.state_dict() | {"device": "cuda"}
    drawn = {name: torch.rand(9, generator=generator) for name, generator in parts.train.generators.items()}
    for epoch in (1, 2):
        parts.load_state_dict(state, epoch)
        again = {name: torch.rand(9, generator=generator) for name, generator in parts.train.generators.items()}
        assert torch.equal(again["order"], drawn["order"])
        own = torch.Generator().manual_seed(stream(5, "augmentation", epoch))
        assert torch.equal(again["augmentation"], torch.rand(9, generator=own))


class SecondDevice:
    """Stands for the generator of `cuda:1`, while `cuda:0` is the current device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.device = torch.device("cuda", 1)
        self.state = torch.arange(4, dtype=torch.uint8)
        self.seeds: dict[int, int] = {}
        self._current = 0
        monkeypatch.setattr(torch.cuda, "get_rng_state", self._get)
        monkeypatch.setattr(torch.cuda, "set_rng_state", self._set)
        monkeypatch.setattr(torch.cuda, "manual_seed", lambda seed: self.seeds.update({self._current: seed}))
        monkeypatch.setattr(torch.cuda, "device", self._made_current)

    def _get(self, device: torch.device) -> torch.Tensor:
        assert device == self.device
        return self.state.clone()

    def _set(self, state: torch.Tensor, device: torch.device) -> None:
        assert device == self.device
        self.state = state

    @contextmanager
    def _made_current(self, device: torch.device) -> Iterator[None]:
        self._current = device.index
        yield
        self._current = 0


def test_the_generator_of_the_device_goes_on(
    texts: Prepared, splits: dict[str, Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = SecondDevice(monkeypatch)
    parts = replace(Components.build(training(), texts, splits, None, CPU), device=second.device)
    state = parts.state_dict()
    before, second.state = second.state, torch.zeros(4, dtype=torch.uint8)
    parts.load_state_dict(state, 1)
    assert torch.equal(second.state, before)
    assert second.seeds == {}


def test_a_device_of_another_sort_than_the_state_s_is_seeded_itself(
    texts: Prepared, splits: dict[str, Split], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = SecondDevice(monkeypatch)
    parts = Components.build(training(), texts, splits, None, CPU)
    replace(parts, device=second.device).load_state_dict(parts.state_dict(), 1)
    assert second.seeds == {1: stream(5, "model", 1)}


def test_a_state_of_another_model_is_refused(texts: Prepared, splits: dict[str, Split]) -> None:
    what = training()
    wider = what | {"model": what["model"] | {"parameters": what["model"]["parameters"] | {"hidden": 6}}}
    state = Components.build(wider, texts, splits, None, CPU).state_dict()
    with pytest.raises(RuntimeError, match="size mismatch"):
        Components.build(what, texts, splits, None, CPU).load_state_dict(state, 1)
