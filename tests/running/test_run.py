from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from faults.same import unlike
from labreport.artifacts.artifact import key_of
from labreport.data.arrays import load
from labreport.errors import TrainingError
from labreport.loading import load_class
from labreport.running.checkpoint_files import checkpoints_in
from labreport.running.checkpoints import EVERY_EPOCH, Checkpoints
from labreport.running.environment import environment
from labreport.running.record import RunRecord
from labreport.running.run import train_run
from labreport.store import result_folder
from tests.small_runs import save_data, spec

CPU = torch.device("cpu")
SPEC = spec("texts", epochs=3)
KEY = key_of("train", SPEC)


class Halt(Exception):
    """Ends a run where a test wants it to end."""


@pytest.fixture(autouse=True)
def process_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread to begin with, and a checkpoint after each epoch."""
    monkeypatch.setenv(EVERY_EPOCH, "1")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of small prepared data sets."""
    folder = tmp_path_factory.mktemp("data")
    save_data(folder)
    return folder


@pytest.fixture
def start(data: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """`start("run", say)`: the run with its results in `tmp_path / "run"`; gives back what it said."""

    def started(name: str, say: Callable[[str], None] = lambda line: None) -> list[str]:
        said: list[str] = []

        def hear(line: str) -> None:
            said.append(line)
            say(line)

        with result_folder(tmp_path / name) as folder:
            record = RunRecord(folder, "mine", SPEC, {}, CPU)
            checkpoints = Checkpoints(tmp_path / f"{name}.kept" / KEY, KEY, hear)
            train_run(record, load(data / "texts"), checkpoints, say=hear)
        return said

    return started


def halt_after(epoch: int) -> Callable[[str], None]:
    """Ends a run when it says what an epoch measured."""

    def say(line: str) -> None:
        if f"epoch {epoch}/" in line:
            raise Halt

    return say


def test_an_epoch_is_kept_before_it_is_told(start: Callable[..., list[str]], tmp_path: Path) -> None:
    with pytest.raises(Halt):
        start("run", halt_after(1))
    assert [file.epoch for file in checkpoints_in(tmp_path / "run.kept" / KEY)] == [1]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda answers: answers[:, :1], "answers of shape (8, 1)"),
        (lambda answers: answers.repeat(1, 2), "answers of shape (8, 4)"),
        (lambda answers: answers.mean(1), "answers of shape (8,)"),
        (lambda answers: (answers, answers), "a tuple of answers"),
    ],
)
def test_a_model_that_has_no_answer_for_each_class_is_refused(
    start: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, change: Callable[[torch.Tensor], Any], found: str
) -> None:
    model = load_class(SPEC["model"]["target"])
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda self, *given: change(forward(self, *given)))
    with pytest.raises(TrainingError) as raised:
        start("run")
    said = str(raised.value)
    assert said.startswith(f"{SPEC['model']['target']}: found {found}, allowed is a tensor (batch, 2): ")
    assert "`classes` outputs" in said


def test_a_state_that_was_loaded_by_half_leaves_nothing_behind(
    start: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model's part is loaded, the optimizer's is refused."""
    start("whole")
    with pytest.raises(Halt):
        start("run", halt_after(2))

    def refuse(*_: object) -> None:
        raise ValueError("no such state")

    with monkeypatch.context() as patched:
        patched.setattr(torch.optim.Adam, "load_state_dict", refuse)
        said = start("run")
    assert said[2] == "mine  begins anew: no checkpoint can be used"
    assert unlike(tmp_path / "run", tmp_path / "whole") is None


def recorded(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "environment.json").read_text())
    return found


def test_a_run_goes_on_with_as_many_threads_as_it_began_with(
    start: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labreport.machine.process.available_cpus", lambda: 2)
    with pytest.raises(Halt):
        start("run", halt_after(1))
    torch.set_num_threads(2)
    said = start("run")
    assert said[0] == "mine  goes on after epoch 1 with 1 CPU thread, as it began"
    assert torch.get_num_threads() == 1
    found = recorded(tmp_path / "run")
    assert (found["threads"], [set(again) for again in found["resumed"]]) == (1, [{"epoch", "at", "device"}])


def test_a_run_says_what_else_computed_it(
    start: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began on a machine with more CPUs, with another torch and at another commit."""
    first = {"torch": "1.0", "numpy": "1.0", "git_commit": "f" * 40}
    now = environment(CPU, "fp32")
    with monkeypatch.context() as patched:
        patched.setattr("labreport.running.record.environment", lambda *_: now | first | {"threads": 4096})
        with pytest.raises(Halt):
            start("run", halt_after(1))
    assert start("run")[0] == "mine  goes on after epoch 1"
    found = recorded(tmp_path / "run")
    (again,) = found["resumed"]
    differing = {name: now[name] for name in first} | {"threads": 1}
    assert {name: again[name] for name in again if name not in ("epoch", "at", "device")} == differing
    assert {name: found[name] for name in differing} == first | {"threads": 4096}
