from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from labreport.data.arrays import Prepared, load
from labreport.training.batches import Split
from labreport.training.checkpoints import Checkpoints
from labreport.training.components import Components, place_data
from labreport.training.construction import OPTIMIZERS, SCHEDULES, build_task
from labreport.training.loop import Epoch, fit
from tests.small_runs import save_data, spec

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


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Tensors this small gain nothing from threads, which on a busy machine wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("data")
    save_data(folder)
    return load(folder / "texts")


@pytest.fixture(scope="module")
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
    arguments = (parts.model, task, parts.train, parts.validation, parts.optimizer, last)
    return list(fit(*arguments, schedule=parts.schedule, first=first))


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
    Checkpoints(tmp_path, KEY, print).keep(2, whole.state_dict())
    expected = epochs(what, whole, 3, 4)
    draws = random.random(), np.random.random(), torch.rand(1).item()

    again = Components.build(what, texts, splits, None, CPU)
    again.load_state_dict(next(Checkpoints(tmp_path, KEY, print).read()), 2)
    assert numbers(epochs(what, again, 3, 4)) == numbers(expected)
    assert (random.random(), np.random.random(), torch.rand(1).item()) == draws
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name])


def test_two_runs_of_one_seed_begin_alike_and_of_two_seeds_do_not(texts: Prepared, splits: dict[str, Split]) -> None:
    what = training()
    first, same = (numbers(epochs(what, Components.build(what, texts, splits, None, CPU), 1, 1)) for _ in range(2))
    other = what | {"seed": 6}
    assert first == same != numbers(epochs(other, Components.build(other, texts, splits, None, CPU), 1, 1))


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
        assert not torch.equal(again["augmentation"], drawn["augmentation"])
        drawn = again


def test_a_state_of_another_model_is_refused(texts: Prepared, splits: dict[str, Split]) -> None:
    what = training()
    wider = what | {"model": what["model"] | {"parameters": what["model"]["parameters"] | {"hidden": 6}}}
    state = Components.build(wider, texts, splits, None, CPU).state_dict()
    with pytest.raises(RuntimeError, match="size mismatch"):
        Components.build(what, texts, splits, None, CPU).load_state_dict(state, 1)
