"""Runs that are killed, and started again by the same command, against one that nothing happened to."""

from __future__ import annotations

import json
import platform
import re
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from faults.process import Ended, Step
from faults.same import unlike
from labreport.planning.code import meanings
from labreport.planning.keys import key_of, run_roots
from labreport.training.checkpoint_files import checkpoints_in
from labreport.training.lock import is_locked
from tests.small_runs import arguments, rows, save_data, spec
from tests.training.dying import DieAtRename, DieInWrite, SignalAtBatch

EVERY = {"LABREPORT_CHECKPOINT_EVERY_EPOCH": "1"}
EPOCHS = 4
RUNS: dict[str, dict[str, Any]] = {
    "images": spec(
        "images",
        epochs=EPOCHS,
        schedule={"name": "MultiStepLR", "parameters": {"milestones": [2, 3], "gamma": 0.5}},
        normalize={"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.4]},
    ),
    "texts": spec(
        "texts",
        epochs=EPOCHS,
        optimizer={"name": "SGD", "parameters": {"momentum": 0.9}},
        schedule={"name": "ReduceLROnPlateau", "parameters": {"patience": 0, "threshold": 0.5}},
    ),
    "pairs": spec("pairs", epochs=EPOCHS, schedule={"name": "CosineAnnealingLR", "parameters": {"T_max": 3}}),
}
# Batches of training, validation and test.
BATCHES = {"images": 4, "texts": 4, "pairs": 5}
Attempt = Callable[..., Ended]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of small prepared data sets."""
    folder = tmp_path_factory.mktemp("data")
    save_data(folder)
    return folder


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each run, without a fault."""
    folder = tmp_path_factory.mktemp("whole")
    for name, what in RUNS.items():
        assert Step("train", arguments(what, data, folder / name), folder, folder / "log").ended().status == 0
    return {name: folder / name for name in RUNS}


@pytest.fixture
def attempt(data: Path, tmp_path: Path) -> Attempt:
    """`attempt("images", DieAtRename("metrics.csv"))`: one start of the run in `tmp_path / "run"`, and how it ended."""

    def start(name: str, fault: Callable[[], None] | None = None, environment: dict[str, str] = EVERY) -> Ended:
        command = arguments(RUNS[name], data, tmp_path / "run")
        return Step("train", command, tmp_path, tmp_path / "log", fault, environment).ended()

    return start


def kept_of(folder: Path, name: str) -> Path:
    """Where the checkpoints of a run of `attempt` lie."""
    return folder / "run.checkpoints" / key_of(RUNS[name])


def epochs(files: Iterable[Any]) -> list[int]:
    return [file.epoch for file in files]


def resumed(run: Path) -> list[int]:
    return [time["epoch"] for time in json.loads((run / "environment.json").read_text())["resumed"]]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_killed_again_and_again_is_bitwise_one_that_was_not(
    name: str, attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    killed = -signal.SIGKILL
    kept, run = kept_of(tmp_path, name), tmp_path / "run"
    assert attempt(name, SignalAtBatch(2, signal.SIGKILL)).status == killed
    assert epochs(checkpoints_in(kept)) == []
    ended = attempt(name, SignalAtBatch(BATCHES[name] + 2, signal.SIGKILL))
    assert (ended.status, "goes on" in ended.said) == (killed, False)
    (first,) = checkpoints_in(kept)
    size = first.path.stat().st_size
    ended = attempt(name, DieInWrite(size - 1000))
    assert (ended.status, "goes on after epoch 1" in ended.said) == (-signal.SIGXFSZ, True)
    assert checkpoints_in(kept) == [first]
    assert [path.stat().st_size for path in kept.glob(".*")] == [size - 1000]
    # epoch 2 is written and its row is not
    assert attempt(name, DieAtRename("metrics.csv", 3)).status == killed
    assert epochs(checkpoints_in(kept)) == [2, 1]
    assert list(kept.glob(".*")) == []
    assert attempt(name, DieAtRename("summary.json")).status == killed
    assert epochs(checkpoints_in(kept)) == [4, 3]
    for last in ("SHA256SUMS", "run"):
        ended = attempt(name, DieAtRename(last))
        assert (ended.status, "goes on after epoch 4" in ended.said) == (killed, True)
        assert "epoch " not in ended.said.replace("goes on after epoch 4", "")
    assert attempt(name).status == 0
    assert unlike(run, whole[name]) is None
    assert resumed(run) == [1, 2, 4]  # of the attempts that the results come from
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "run"]


def test_what_a_killed_attempt_said_and_measured_is_cut_back(attempt: Attempt, tmp_path: Path) -> None:
    attempt("texts", DieAtRename("metrics.csv", 3))
    part = tmp_path / "run.part"
    (part / "left.tmp").write_text("half")
    assert attempt("texts", SignalAtBatch(1, signal.SIGKILL)).status == -signal.SIGKILL
    assert [row["epoch"] for row in rows(part / "metrics.csv")] == ["1", "2"]
    assert [line.split()[1] for line in (part / "train.log").read_text().splitlines()] == ["1/4", "2/4"]
    assert {path.name for path in part.iterdir()} == {
        *("spec.json", "code.json", "environment.json", "metrics.csv", "train.log")
    }
    assert not is_locked(part)
    assert not (tmp_path / "run.part.1").exists()


def test_a_run_says_which_code_it_ran(whole: dict[str, Path]) -> None:
    for name, run in whole.items():
        code = json.loads((run / "code.json").read_text())
        assert code == meanings(run_roots(RUNS[name]))
        # word vectors are code of those runs only that start from some
        assert ("labreport.training.vectors" in code) == (name == "pairs")
        assert "resumed" not in json.loads((run / "environment.json").read_text())


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize("damage", [flip, cut])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    damage: Callable[[Path], None], attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    attempt("texts", DieAtRename("metrics.csv", 4))
    last, before = checkpoints_in(kept_of(tmp_path, "texts"))
    damage(last.path)
    ended = attempt("texts", DieAtRename("summary.json"))
    warning, goes_on, *_ = ended.said.splitlines()
    assert warning.startswith(f"warning: {last.path.parent}: the checkpoint after epoch {last.epoch} is not used: its ")
    assert warning.endswith("bytes do not have the digest that its name states")
    assert goes_on == f"mine  goes on after epoch {before.epoch}"
    for file in checkpoints_in(kept_of(tmp_path, "texts")):
        damage(file.path)
    ended = attempt("texts")
    assert [line.startswith("warning: ") for line in ended.said.splitlines()[:3]] == [True, True, False]
    assert ended.said.splitlines()[2] == "mine  begins anew: no checkpoint can be used"
    assert (ended.status, unlike(tmp_path / "run", whole["texts"])) == (0, None)
    # what cannot be gone on with is not lost
    assert len(rows(tmp_path / "run.part.1" / "metrics.csv")) == EPOCHS


def test_two_runs_that_share_a_folder_of_checkpoints_keep_each_its_own(
    attempt: Attempt, data: Path, whole: dict[str, Path], tmp_path: Path
) -> None:
    """The same place for other settings, and a finished run in a folder that holds something else."""
    attempt("texts", DieAtRename("metrics.csv", 3))
    mine = checkpoints_in(kept_of(tmp_path, "texts"))
    (tmp_path / "run.checkpoints" / "thesis.txt").write_text("mine")
    other = RUNS["texts"] | {"seed": 6}
    command = [*arguments(other, data, tmp_path / "other"), "--checkpoints", str(tmp_path / "run.checkpoints")]
    ended = Step("train", command, tmp_path, tmp_path / "log", SignalAtBatch(3, signal.SIGKILL)).ended()
    assert ended.said == ""
    ended = Step("train", command, tmp_path, tmp_path / "log", environment=EVERY).ended()
    assert (ended.status, checkpoints_in(kept_of(tmp_path, "texts"))) == (0, mine)
    ended = attempt("texts")
    assert (ended.status, "goes on after epoch 2" in ended.said) == (0, True)
    assert unlike(tmp_path / "run", whole["texts"]) is None
    assert [path.name for path in (tmp_path / "run.checkpoints").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_at_its_next_step_and_loses_no_epoch(
    number: int, status: int, attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    ended = attempt("texts", SignalAtBatch(2, number))
    assert ended.said == "mine: stopped in epoch 1, step 2; the same command begins anew\n"
    # no longer after each epoch: the last one is written when the signal has come
    ended = attempt("texts", SignalAtBatch(2 * BATCHES["texts"] + 3, number), {})
    assert (ended.status, ended.said.splitlines()[-1]) == (
        status,
        "mine: stopped in epoch 3, step 3; the same command goes on after epoch 2",
    )
    assert epochs(checkpoints_in(kept_of(tmp_path, "texts"))) == [2, 1]
    ended = attempt("texts", SignalAtBatch(BATCHES["texts"], number), {})
    assert ended.said.splitlines()[-1].startswith("mine: stopped at the end of epoch 3; ")
    ended = attempt("texts")
    assert (ended.status, unlike(tmp_path / "run", whole["texts"])) == (0, None)


def test_a_second_process_does_not_touch_a_run_under_way(data: Path, attempt: Attempt, tmp_path: Path) -> None:
    """The first is stopped in the middle of an epoch, so that it is under way for as long as it takes."""
    command = arguments(RUNS["texts"], data, tmp_path / "run")
    first = Step("train", command, tmp_path, tmp_path / "first", SignalAtBatch(6, signal.SIGSTOP), EVERY)
    while not (tmp_path / "run.part" / "metrics.csv").is_file():
        assert not first.wait(0.02)
    ended = attempt("texts")
    assert ended.status == 1
    holder = (tmp_path / "run.part.lock").read_text().strip()
    assert re.fullmatch(rf"process \d+ on {re.escape(platform.node())}", holder)
    busy = f"another process is at work here ({holder}); wait until it has ended, or end it"
    assert ended.said == f"error: {tmp_path / 'run.part'}: {busy}\n"
    assert is_locked(tmp_path / "run.part")
    first.send(signal.SIGCONT)
    assert first.ended().status == 0
    assert attempt("texts").said.startswith(f"error: {tmp_path / 'run'}: these results are complete")
