"""Runs that are killed, and started again by the same command, against one that nothing happened to."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from faults.process import Ended, Step
from faults.same import unlike
from labreport.artifacts.artifact import roots
from labreport.artifacts.code import CACHE, covered, keep
from labreport.files import read_json
from labreport.running.checkpoint_files import checkpoints_in
from labreport.store import is_locked
from tests.running.dying import DieAtRename, DieInWrite, Seldom, SignalAtBatch, WakeWhenRefused
from tests.small_runs import UNLEARNED, job, rows, save_data, spec
from tests.steps.planned import arguments

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
    "pairs": spec("pairs", epochs=EPOCHS, **UNLEARNED),
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


def begun(name: str, data: Path, folder: Path, fault: Callable[[], None] | None = None, log: str = "log") -> Step:
    """A start of a run with its results in `folder / "run"`, which keeps a checkpoint of each epoch."""
    keep(folder / CACHE)  # as planning does, so that not every start reads the sources
    return Step(arguments(job(RUNS[name], data, folder / "run")), folder, folder / log, fault)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each run, without a fault."""
    folders = {name: tmp_path_factory.mktemp(name) for name in RUNS}
    steps = [begun(name, data, folder) for name, folder in folders.items()]
    assert [step.ended().status for step in steps] == [0] * len(steps)
    return {name: folder / "run" for name, folder in folders.items()}


@pytest.fixture
def attempt(data: Path, tmp_path: Path) -> Attempt:
    """`attempt("images", DieAtRename("metrics.csv"))`: one start of the run in `tmp_path / "run"`, and how it ended."""

    def start(name: str, fault: Callable[[], None] | None = None) -> Ended:
        return begun(name, data, tmp_path, fault).ended()

    return start


def kept_of(folder: Path) -> Path:
    """Where the checkpoints of a run of `attempt` lie."""
    return folder / "run.checkpoints"


def epochs(files: Iterable[Any]) -> list[int]:
    return [file.epoch for file in files]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".snakemake"))


def resumed(run: Path) -> list[int]:
    return [time["epoch"] for time in read_json(run / "environment.json")["resumed"]]


@pytest.mark.parametrize("name", ["images", "pairs"])
def test_a_run_killed_again_and_again_is_bitwise_one_that_was_not(
    name: str, attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    killed = -signal.SIGKILL
    kept, run = kept_of(tmp_path), tmp_path / "run"
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
    assert names(tmp_path) == ["log", "run", "run.done", "run.json"]


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


def test_a_run_says_which_code_it_ran(whole: dict[str, Path]) -> None:
    for name, run in whole.items():
        assert read_json(run / "code.json") == covered(roots("train", RUNS[name]))
        assert "resumed" not in read_json(run / "environment.json")


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
    last, before = checkpoints_in(kept_of(tmp_path))
    damage(last.path)
    ended = attempt("texts", DieAtRename("summary.json"))
    warning, goes_on, *_ = ended.said.splitlines()
    assert warning.startswith(f"warning: {last.path.parent}: the checkpoint after epoch {last.epoch} is not used: its ")
    assert warning.endswith("bytes do not have the digest that its name states")
    assert goes_on == f"mine  goes on after epoch {before.epoch}"
    for file in checkpoints_in(kept_of(tmp_path)):
        damage(file.path)
    ended = attempt("texts")
    assert [line.startswith("warning: ") for line in ended.said.splitlines()[:3]] == [True, True, False]
    assert ended.said.splitlines()[2] == "mine  begins anew: no checkpoint can be used"
    assert (ended.status, unlike(tmp_path / "run", whole["texts"])) == (0, None)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_at_its_next_step_and_loses_no_epoch(
    number: int, status: int, attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    ended = attempt("texts", SignalAtBatch(2, number))
    assert ended.said == "mine: stopped in epoch 1, step 2; the same command begins anew\n"
    # no longer after each epoch: the last one is written when the signal has come
    ended = attempt("texts", Seldom(SignalAtBatch(2 * BATCHES["texts"] + 3, number)))
    assert (ended.status, ended.said.splitlines()[-1]) == (
        status,
        "mine: stopped in epoch 3, step 3; the same command goes on after epoch 2",
    )
    assert epochs(checkpoints_in(kept_of(tmp_path))) == [2, 1]
    ended = attempt("texts", Seldom(SignalAtBatch(BATCHES["texts"], number)))
    assert ended.said.splitlines()[-1].startswith("mine: stopped at the end of epoch 3; ")
    ended = attempt("texts")
    assert (ended.status, unlike(tmp_path / "run", whole["texts"])) == (0, None)


def test_a_second_process_waits_for_a_run_under_way_and_finds_it_done(
    data: Path, attempt: Attempt, whole: dict[str, Path], tmp_path: Path
) -> None:
    """The first is stopped in the middle of an epoch, so that it is under way for as long as it takes."""
    first = begun("texts", data, tmp_path, SignalAtBatch(6, signal.SIGSTOP), "first")
    part = tmp_path / "run.part"
    while not (part / "metrics.csv").is_file():
        assert not first.wait(0.02)
    second = begun("texts", data, tmp_path, WakeWhenRefused(first.number))
    assert (second.ended(), first.ended().status) == (Ended(0, ""), 0)
    assert unlike(tmp_path / "run", whole["texts"]) is None
    assert names(tmp_path) == ["first", "log", "run", "run.done", "run.json"]
