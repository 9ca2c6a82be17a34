from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from labreport.errors import CodeChangedError, DataError, RunFailedError, StoppedError, TrainingError, run_step
from labreport.models.resnet import ResNet34
from labreport.planning.code import SOURCES
from labreport.planning.keys import canonical, key_of
from labreport.steps.train import main
from labreport.training import run as training_run
from labreport.training.record import RunRecord
from labreport.training.seeds import stream
from tests.small_runs import DATA, MODELS, arguments, rows, save_data, spec

FILES = {
    "spec.json",
    "code.json",
    "metrics.csv",
    "summary.json",
    "per_class.csv",
    "confusion.csv",
    "environment.json",
    "train.log",
    "SHA256SUMS",
    "filters.npy",
}
WITHOUT_CONVOLUTION = FILES - {"filters.npy"}


@pytest.fixture(autouse=True)
def process_settings() -> Iterator[None]:
    """The step sets threads for its own process; here it shares one with other tests."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of small prepared data sets."""
    folder = tmp_path_factory.mktemp("data")
    save_data(folder)
    return folder


@pytest.mark.parametrize("dataset", ["images", "texts"])
def test_a_run_leaves_what_the_architecture_says(dataset: str, data: Path, tmp_path: Path, capsys: Any) -> None:
    what, out = spec(dataset), tmp_path / "run"
    main(arguments(what, data, out))
    assert {path.name for path in out.iterdir()} == (FILES if dataset == "images" else WITHOUT_CONVOLUTION)
    assert not (tmp_path / "run.part").exists()
    assert json.loads((out / "spec.json").read_text()) == what

    metrics = pd.read_csv(out / "metrics.csv")
    expected = "epoch train_loss train_accuracy val_loss val_accuracy learning_rate seconds samples_per_second"
    assert list(metrics) == expected.split()
    assert metrics["epoch"].tolist() == [1, 2]
    summary = json.loads((out / "summary.json").read_text())
    for column in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        assert summary[column] == metrics[column].iloc[-1]
    assert summary["best_val_accuracy"] == metrics["val_accuracy"].max()
    assert summary["best_epoch"] == metrics["epoch"][metrics["val_accuracy"].idxmax()]
    assert summary["seconds"] == pytest.approx(metrics["seconds"].sum())
    assert (summary["experiment"], summary["seed"], summary["key"]) == ("mine", 5, key_of(what))
    assert (summary["epochs"], summary["steps"]) == (2, 6)
    assert (summary["train_samples"], summary["val_samples"]) == (24, 10)
    assert summary["parameters"] > 0
    assert summary["samples_per_second"] > 0

    per_class, confusion = pd.read_csv(out / "per_class.csv"), pd.read_csv(out / "confusion.csv")
    assert per_class["class"].tolist() == summary["classes"]
    assert per_class["samples"].tolist() == [5, 5]
    assert per_class["correct"].sum() / 10 == summary["val_accuracy"]
    hits = confusion[confusion["true"] == confusion["predicted"]]
    assert hits["count"].tolist() == per_class["correct"].tolist()
    assert confusion["count"].sum() == 10

    environment = json.loads((out / "environment.json").read_text())
    assert environment["torch"] == torch.__version__
    assert (environment["threads"], environment["device_type"], environment["cuda"]) == (1, "cpu", None)
    assert environment["started"] <= environment["finished"]
    log = (out / "train.log").read_text().splitlines()
    assert [line.split()[1] for line in log] == ["1/2", "2/2"]
    assert capsys.readouterr().out.splitlines() == [f"mine  {line}" for line in log]


def test_a_run_of_pairs_leaves_what_the_architecture_says(data: Path, tmp_path: Path) -> None:
    what, out = spec("pairs", epochs=6, learning_rate=0.03), tmp_path / "run"
    main(arguments(what, data, out))
    tables = {"per_class.csv", "confusion.csv"}
    assert {path.name for path in out.iterdir()} == WITHOUT_CONVOLUTION - tables | {"predictions.csv"}
    metrics = pd.read_csv(out / "metrics.csv")
    measured = [f"{split}_{name}" for split in ("train", "val", "test") for name in ("loss", "pearson", "spearman")]
    assert list(metrics) == ["epoch", *measured, "learning_rate", "seconds", "samples_per_second"]
    summary = json.loads((out / "summary.json").read_text())
    best = metrics.iloc[metrics["val_pearson"].idxmax()]
    assert (summary["best_epoch"], summary["best_val_pearson"]) == (best["epoch"], best["val_pearson"])
    # the test's figures are those of the epoch that validation chose, the others those of the last
    for name in ("test_loss", "test_pearson", "test_spearman"):
        assert summary[name] == best[name]
    assert summary["val_loss_at_best"] == best["val_loss"]
    assert summary["val_pearson"] == metrics["val_pearson"].iloc[-1]
    assert (summary["train_samples"], summary["val_samples"], summary["test_samples"]) == (24, 9, 10)
    predictions = pd.read_csv(out / "predictions.csv")
    np.testing.assert_array_equal(predictions["score"], np.load(data / "pairs" / "test_labels.npy"))
    expected = np.corrcoef(predictions["score"], predictions["predicted"])[0, 1]
    assert summary["test_pearson"] == pytest.approx(expected, abs=1e-9)
    squares = (predictions["score"] - predictions["predicted"]) ** 2
    assert summary["test_loss"] == pytest.approx(squares.mean(), rel=1e-5)


def test_pairs_are_learned(data: Path, tmp_path: Path) -> None:
    main(arguments(spec("pairs", epochs=15, learning_rate=0.03), data, tmp_path / "run"))
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["test_pearson"] > 0.95


def test_the_filters_are_those_of_the_trained_first_convolution(data: Path, tmp_path: Path) -> None:
    """Without a learning rate they are those of the start, which the seed gives; with one they have moved away."""
    still = spec("images", learning_rate=1e-30, optimizer={"name": "SGD", "parameters": {}})
    main(arguments(still, data, tmp_path / "run"))
    main(arguments(spec("images"), data, tmp_path / "moved"))
    torch.manual_seed(stream(5, "model"))
    start = ResNet34(classes=2, width=4)
    first = next(module for module in start.modules() if isinstance(module, torch.nn.Conv2d))
    begun, moved = (np.load(tmp_path / name / "filters.npy") for name in ("run", "moved"))
    np.testing.assert_array_equal(begun, first.weight.detach().numpy(), strict=True)
    # six steps of Adam move each weight by up to the learning rate
    assert 0.005 < np.abs(moved - begun).max() < 0.061


def test_vectors_that_are_missing_are_asked_for(data: Path, tmp_path: Path) -> None:
    given = arguments(spec("pairs"), data, tmp_path / "run")
    with pytest.raises(TrainingError, match="--vectors: found nothing, but the run was planned with word vectors"):
        main(given[: given.index("--vectors")])
    assert list(tmp_path.iterdir()) == []


def test_texts_are_learned(data: Path, tmp_path: Path) -> None:
    main(arguments(spec("texts", epochs=12, learning_rate=0.03), data, tmp_path / "run"))
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["val_accuracy"] == 1.0


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("dataset", MODELS)
def test_the_same_key_gives_bitwise_the_same_metrics(dataset: str, threads: int, data: Path, tmp_path: Path) -> None:
    what = spec(dataset)
    main(arguments(what, data, tmp_path / "here", threads=threads))
    there = arguments(what, data, tmp_path / "there", threads=threads)
    command = [sys.executable, "-m", "labreport.steps.train", *there]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(SOURCES)})
    here, there = (
        [{k: v for k, v in row.items() if "second" not in k} for row in rows(tmp_path / name / "metrics.csv")]
        for name in ("here", "there")
    )
    assert here == there
    used = json.loads((tmp_path / "there" / "environment.json").read_text())["threads"]
    assert used == torch.get_num_threads() == threads
    other = what | {"seed": 6}
    main(arguments(other, data, tmp_path / "other", threads=threads))
    assert rows(tmp_path / "other" / "metrics.csv")[0]["train_loss"] != here[0]["train_loss"]


def test_a_loss_that_is_not_finite_stops_and_keeps_the_epochs_before(data: Path, tmp_path: Path, capsys: Any) -> None:
    # SGD at this rate overflows float32 some steps after the first epoch
    diverging = spec("texts", epochs=40, learning_rate=3e37, optimizer={"name": "SGD", "parameters": {}})
    status = run_step(main, arguments(diverging, data, tmp_path / "run"))
    assert status == 3
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    for part in ("mine, seed 5: the ", ", step ", "learning_rate than 3e+37", "run.part\n"):
        assert part in message
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "run.part" / "spec.json").is_file()
    found = re.search(r" at epoch (\d+)", message)
    assert found is not None
    last = int(found[1])
    assert last > 1
    kept = (tmp_path / "run.part" / "metrics.csv").read_text()
    assert [row["epoch"] for row in rows(tmp_path / "run.part" / "metrics.csv")] == [str(n) for n in range(1, last)]
    reason = (tmp_path / "run.part" / "failure.txt").read_text()
    assert re.fullmatch(rf"the (training|validation) loss is (nan|-?inf) at epoch {last}, step \d+\n", reason)
    # tried again from its checkpoint it fails at the same place, and nothing of what was measured is gone
    assert run_step(main, arguments(diverging, data, tmp_path / "run")) == 3
    assert (tmp_path / "run.part" / "failure.txt").read_text() == reason
    assert (tmp_path / "run.part" / "metrics.csv").read_text() == kept
    assert not (tmp_path / "run.part.1").exists()


def test_a_run_that_nobody_listens_to_goes_on(data: Path, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "labreport.steps.train", *arguments(spec("texts"), data, tmp_path / "run")]
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(command, env=sources, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows(tmp_path / "run" / "metrics.csv")) == 2


def test_too_little_memory_is_one_message(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(training_run, "fit", full)
    expected = r"mine, seed 5: cpu has too little memory for batch_size 8; lower.*2\.00 GiB"
    with pytest.raises(RunFailedError, match=expected):
        main(arguments(spec("texts"), data, tmp_path / "run"))


@pytest.mark.parametrize("place", ["labreport.steps.train.load", "labreport.training.record.environment"])
def test_too_little_memory_before_the_first_epoch_is_one_message(
    place: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(place, full)
    advice = "lower batch_size or the model's size, or free the device of other work"
    with pytest.raises(RunFailedError, match=rf"^mine, seed 5: cpu has too little memory for batch_size 8; {advice}$"):
        main(arguments(spec("texts"), data, tmp_path / "run"))
    assert (tmp_path / "run.part" / "failure.txt").read_text() == "cpu has too little memory for batch_size 8\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_imports_is_a_clean_end(number: int, data: Path, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text(f"import os, time; os.kill(os.getpid(), {number:d}); time.sleep(60)")
    command = [sys.executable, "-m", "labreport.steps.train", *arguments(spec("texts"), data, tmp_path / "run")]
    sources = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SOURCES)])}
    done = subprocess.run(command, env=sources, capture_output=True, text=True, timeout=50)
    said = "stopped before it began; the same command begins again\n"
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", said)


def test_a_signal_before_the_first_step_is_a_clean_end(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = RunRecord.begin

    def asked(record: RunRecord) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        begin(record)

    monkeypatch.setattr(RunRecord, "begin", asked)
    with pytest.raises(StoppedError, match=r"^mine: stopped as it began; the same command begins anew$"):
        main(arguments(spec("texts"), data, tmp_path / "run"))


def test_too_little_memory_while_a_checkpoint_is_read_costs_no_epoch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever frees the device goes on from the checkpoint: it is not taken for a damaged one."""
    what = spec("texts", epochs=3)
    checkpoints, load = tmp_path / "run.checkpoints" / key_of(what), torch.optim.Adam.load_state_dict
    monkeypatch.setattr(RunRecord, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        main(arguments(what, data, tmp_path / "run"))
    monkeypatch.undo()
    before = sorted(path.name for path in checkpoints.iterdir())

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(torch.optim.Adam, "load_state_dict", full)
    with pytest.raises(RunFailedError, match="too little memory"):
        main(arguments(what, data, tmp_path / "run"))
    assert sorted(path.name for path in checkpoints.iterdir()) == before != []
    monkeypatch.setattr(torch.optim.Adam, "load_state_dict", load)
    main(arguments(what, data, tmp_path / "run"))
    assert "resumed" in json.loads((tmp_path / "run" / "environment.json").read_text())


def test_changed_code_is_refused_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError):
        main(arguments(spec("texts") | {"code": "0" * 16}, data, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_other_data_than_planned_are_refused_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    what = spec("texts")
    what["data"]["key"] = "0" * 16
    found = key_of(DATA["texts"])
    with pytest.raises(
        DataError, match=f"texts: these prepared data have the key {found}, but .* planned with {'0' * 16}"
    ):
        main(arguments(what, data, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["code", "model", "task", "training", "data", "seed"])
def test_what_a_spec_lacks_is_named(name: str, data: Path, tmp_path: Path) -> None:
    what = spec("texts")
    del what[name]
    folder = ["--data", str(data / "texts"), "--out", str(tmp_path / "run")]
    with pytest.raises(TrainingError, match=rf"^--spec: {name}(\.\w+)*.* missing"):
        main(["--spec", canonical(what), "--experiment", "mine", *folder])
    assert list(tmp_path.iterdir()) == []


def test_tensorboard_gets_every_row(data: Path, tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    what = spec("texts")
    main(arguments(what, data, tmp_path / "run", "--tensorboard", str(tmp_path / "events")))
    found = events.EventAccumulator(str(tmp_path / "events" / "mine" / key_of(what)))
    found.Reload()
    metrics = pd.read_csv(tmp_path / "run" / "metrics.csv")
    assert set(found.Tags()["scalars"]) == set(metrics) - {"epoch"}
    values = [(event.step, event.value) for event in found.Scalars("val_loss")]
    assert values == [(n, pytest.approx(v)) for n, v in zip(metrics["epoch"], metrics["val_loss"], strict=True)]


def test_without_tensorboard_the_message_says_so(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(TrainingError, match="set tensorboard: false"):
        main(arguments(spec("texts"), data, tmp_path / "run", "--tensorboard", str(tmp_path / "events")))
