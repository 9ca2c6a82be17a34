"""Training as a rule carries it out: what a run leaves, how it ends, and what a process does about other runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from faults.process import Step
from faults.same import unlike
from labreport.artifacts.artifact import key_of, roots
from labreport.artifacts.code import SOURCES, code_digest
from labreport.data.arrays import load
from labreport.data.prepared import Prepared
from labreport.errors import CodeChangedError, DataError, RunFailedError, StoppedError, TrainingError, run_step
from labreport.files import read_json, write_json
from labreport.machine.outcome import failure, is_receipted, receipt
from labreport.models.resnet import ResNetSmall
from labreport.running.jobs import TENSORBOARD, TOGETHER
from labreport.running.progress import Progress
from labreport.running.record import RunRecord
from labreport.steps.long import train
from labreport.steps.step import Job, main
from labreport.store import result_folder
from labreport.streams import stream
from labreport.training.session import Session
from tests.small_runs import DATA, DIVERGING, UNLEARNED, job, rows, save_data, spec
from tests.steps.planned import arguments, written

FILES = {
    *("spec.json", "code.json", "environment.json", "dataset.json", "summary.json", "metrics.csv", "train.log"),
    *("predictions.npz", "per_class.csv", "confusion.csv", "SHA256SUMS"),
}


@pytest.fixture(autouse=True)
def process_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The step makes settings for its own process; here it shares one with other tests, and computes on the CPU."""
    for name in (TOGETHER, TENSORBOARD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("labreport.running.run.choose_device", lambda: torch.device("cpu"))
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


def status_of(job: Job) -> int:
    """Exit status of `python -m labreport.steps train`."""
    return run_step(main, arguments(job))


def test_what_a_model_fails_with_is_one_message_that_names_its_line(data: Path, tmp_path: Path, capsys: Any) -> None:
    what = spec("images") | {"model": {"target": "labreport.models.lenet:LeNet5", "parameters": {"size": 16}}}
    what["code"] = code_digest(roots("train", {key: value for key, value in what.items() if key != "code"}))
    assert status_of(job(what, data, tmp_path / "run")) == 1
    said = capsys.readouterr().err
    place = r"error: /\S+/models/lenet\.py:\d+: `x = .+` fails: RuntimeError: .+; mend it, or what it is given, .+\n"
    assert re.fullmatch(place, said)
    assert not is_receipted(tmp_path / "run")


def test_a_batch_that_batch_normalisation_cannot_take_is_one_message(data: Path, tmp_path: Path) -> None:
    declared = spec("images", batch_size=1)
    declared["model"] = {
        "target": "labreport.models.torchvision_resnet:TorchvisionResNet50",
        "parameters": {"width": 8},
    }
    declared["code"] = code_digest(roots("train", {key: value for key, value in declared.items() if key != "code"}))
    with pytest.raises(TrainingError, match="mine: a batch of one sample leaves batch norm"):
        train(job(declared, data, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_narrow_network_is_trained(data: Path, tmp_path: Path) -> None:
    """Its shortcuts have so few channels that a CPU would write the gradient of a strided convolution elsewhere."""
    declared = spec("images", batch_size=8)
    declared["model"] = {"target": "labreport.models.resnet:ResNetSmall", "parameters": {"width": 2}}
    declared["code"] = code_digest(roots("train", {key: value for key, value in declared.items() if key != "code"}))
    train(job(declared, data, tmp_path / "run"))
    assert is_receipted(tmp_path / "run")


@pytest.mark.parametrize("dataset", ["images", "texts"])
def test_a_run_leaves_what_the_architecture_says(dataset: str, data: Path, tmp_path: Path, capsys: Any) -> None:
    what, out = spec(dataset, epochs=3), tmp_path / "run"
    assert status_of(job(what, data, out)) == 0
    assert {path.name for path in out.iterdir()} == FILES | ({"filters.npy"} if dataset == "images" else set())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run.done", "run.json"]
    assert is_receipted(out)
    assert read_json(out / "spec.json") == what
    assert read_json(out / "dataset.json") == read_json(data / dataset / "dataset.json")

    metrics = pd.read_csv(out / "metrics.csv")
    expected = "epoch train_loss train_accuracy val_loss val_accuracy learning_rate seconds samples_per_second"
    assert list(metrics) == expected.split()
    assert metrics["epoch"].tolist() == [1, 2, 3]
    summary = read_json(out / "summary.json")
    for column in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        assert summary[column] == metrics[column].iloc[-1]
    assert summary["best_val_accuracy"] == metrics["val_accuracy"].max()
    assert summary["best_epoch"] == metrics["epoch"][metrics["val_accuracy"].idxmax()]
    assert summary["seconds"] == pytest.approx(metrics["seconds"].sum())
    paces = metrics["samples_per_second"]
    assert summary["samples_per_second"] == pytest.approx(72 / (24 / paces).sum())
    assert (summary["experiment"], summary["seed"], summary["key"]) == ("mine", 5, key_of("train", what))
    assert (summary["epochs"], summary["steps"]) == (3, 9)
    assert (summary["train_samples"], summary["val_samples"]) == (24, 10)
    assert summary["parameters"] > 0

    per_class, confusion = pd.read_csv(out / "per_class.csv"), pd.read_csv(out / "confusion.csv")
    assert per_class["class"].tolist() == summary["classes"]
    assert per_class["samples"].tolist() == [5, 5]
    assert per_class["correct"].sum() / 10 == summary["val_accuracy"]
    hits = confusion[confusion["true"] == confusion["predicted"]]
    assert hits["count"].tolist() == per_class["correct"].tolist()
    assert confusion["count"].sum() == 10

    environment = read_json(out / "environment.json")
    assert environment["torch"] == torch.__version__
    assert (environment["threads"], environment["device_type"], environment["cuda"]) == (1, "cpu", None)
    assert environment["started"] <= environment["finished"]
    log = (out / "train.log").read_text().splitlines()
    assert [line.split()[1] for line in log] == ["1/3", "2/3", "3/3"]
    assert capsys.readouterr().out.splitlines() == [f"mine  {line}" for line in log]


def test_of_a_run_with_a_test_split_the_epoch_counts_that_validation_chose(data: Path, tmp_path: Path) -> None:
    what, out = spec("pairs", epochs=4, **UNLEARNED), tmp_path / "run"
    train(job(what, data, out))
    assert {path.name for path in out.iterdir()} == FILES - {"per_class.csv", "confusion.csv"}
    metrics = pd.read_csv(out / "metrics.csv")
    measured = [f"{split}_{name}" for split in ("train", "val", "test") for name in ("loss", "pearson", "spearman")]
    assert list(metrics) == ["epoch", *measured, "learning_rate", "seconds", "samples_per_second"]
    summary = read_json(out / "summary.json")
    best, last = metrics.iloc[metrics["val_pearson"].idxmax()], metrics.iloc[-1]
    assert best["epoch"] < 4
    assert best["test_pearson"] > last["test_pearson"] + 0.02
    assert (summary["best_epoch"], summary["best_val_pearson"]) == (best["epoch"], best["val_pearson"])
    for name in ("test_loss", "test_pearson", "test_spearman"):
        assert summary[name] == best[name]
    assert summary["val_loss_at_best"] == best["val_loss"]
    assert summary["val_pearson"] == last["val_pearson"]
    assert (summary["train_samples"], summary["val_samples"], summary["test_samples"]) == (24, 9, 10)
    with np.load(out / "predictions.npz") as arrays:
        predictions = dict(arrays)
    assert list(predictions) == ["true", "predicted"]
    np.testing.assert_array_equal(predictions["true"], np.load(data / "pairs" / "test_labels.npy"))
    assert summary["test_pearson"] == pytest.approx(np.corrcoef(*predictions.values())[0, 1], abs=1e-9)
    squares = (predictions["true"] - predictions["predicted"]) ** 2
    assert summary["test_loss"] == pytest.approx(squares.mean(), rel=1e-5)


def said_alone(model: nn.Module, prepared: Prepared, split: str) -> np.ndarray:
    """What a model says about each sample by itself: images as they are, texts cut to their length."""
    inputs, lengths = getattr(prepared, f"{split}_inputs"), getattr(prepared, f"{split}_lengths")
    found = []
    for place, sample in enumerate(inputs):
        given: list[Any] = [torch.from_numpy(sample) / 255]
        if lengths is not None:
            real = torch.tensor(np.atleast_1d(lengths[place]))
            sides = torch.from_numpy(np.atleast_2d(sample).astype(int))[:, : int(real.max())]
            given = [part for side in zip(sides, real, strict=True) for part in side]
        with torch.no_grad():
            found.append(model(*(part[None] for part in given))[0].numpy())
    return np.stack(found)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[nn.Module]:
    """The models of the runs that were finished."""
    found: list[nn.Module] = []
    finish = RunRecord.finish

    def finished(record: RunRecord, session: Session, prepared: Prepared) -> None:
        found.append(session.parts.model.eval())
        finish(record, session, prepared)

    monkeypatch.setattr(RunRecord, "finish", finished)
    return found


@pytest.mark.parametrize("dataset", ["images", "texts"])
def test_what_is_kept_of_the_samples_is_what_the_trained_model_says(
    dataset: str, data: Path, tmp_path: Path, trained: list[nn.Module]
) -> None:
    smoothed = {"name": "cross_entropy", "parameters": {"label_smoothing": 0.2}}
    out = tmp_path / "run"
    train(job(spec(dataset, learning_rate=0.002, loss=smoothed), data, out))
    summary, prepared = read_json(out / "summary.json"), load(data / dataset)
    for split, key, labels in (("train", "seen", prepared.train_labels), ("test", "val", prepared.test_labels)):
        logits = torch.from_numpy(said_alone(trained[0], prepared, split))
        assert summary[f"{key}_accuracy"] == pytest.approx((logits.argmax(1).numpy() == labels).mean(), abs=1e-12)
        loss = nn.functional.cross_entropy(logits, torch.from_numpy(labels).long())
        assert summary[f"{key}_loss"] == pytest.approx(loss.item(), rel=1e-5)
    assert summary["seen_accuracy"] not in (1, summary["train_accuracy"])

    with np.load(out / "predictions.npz") as arrays:
        true, predicted, probabilities = (arrays[name] for name in ("true", "predicted", "probabilities"))
    np.testing.assert_array_equal(true, prepared.test_labels)
    np.testing.assert_array_equal(predicted, logits.argmax(1))
    np.testing.assert_allclose(probabilities, logits.softmax(1), atol=1e-3)
    assert (true == predicted).mean() == summary["val_accuracy"]
    classes = np.array(summary["classes"])
    confusion = pd.read_csv(out / "confusion.csv").set_index(["true", "predicted"])["count"]
    counts = {(a, b): ((classes[true] == a) & (classes[predicted] == b)).sum() for a in classes for b in classes}
    assert confusion.to_dict() == counts
    per_class = pd.read_csv(out / "per_class.csv").set_index("class")
    for label, name in enumerate(classes):
        of_class = predicted[true == label]
        assert tuple(per_class.loc[name]) == (len(of_class), (of_class == label).sum(), (of_class == label).mean())


def test_the_training_pairs_are_seen_by_the_model_of_the_last_epoch(
    data: Path, tmp_path: Path, trained: list[nn.Module]
) -> None:
    train(job(spec("pairs", epochs=4, **UNLEARNED), data, tmp_path / "run"))
    summary, prepared = read_json(tmp_path / "run" / "summary.json"), load(data / "pairs")
    assert summary["best_epoch"] < 4
    scores = 5 * said_alone(trained[0], prepared, "train")
    assert summary["seen_pearson"] == pytest.approx(np.corrcoef(scores, prepared.train_labels)[0, 1], abs=1e-6)
    assert summary["seen_loss"] == pytest.approx(((scores - prepared.train_labels) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("dataset", "metric", "least"), [("texts", "val_accuracy", 1.0), ("pairs", "test_pearson", 0.95)]
)
def test_what_can_be_learned_is_learned(dataset: str, metric: str, least: float, data: Path, tmp_path: Path) -> None:
    train(job(spec(dataset, epochs=15, learning_rate=0.03), data, tmp_path / "run"))
    assert read_json(tmp_path / "run" / "summary.json")[metric] >= least


def test_the_filters_are_those_of_the_trained_first_convolution(data: Path, tmp_path: Path) -> None:
    """Without a learning rate they are those of the start, which the seed gives; with one they have moved away."""
    still = spec("images", learning_rate=1e-30, optimizer={"name": "SGD", "parameters": {}})
    train(job(still, data, tmp_path / "run"))
    train(job(spec("images"), data, tmp_path / "moved"))
    torch.manual_seed(stream(5, "model"))
    begun, moved = (np.load(tmp_path / name / "filters.npy") for name in ("run", "moved"))
    start = ResNetSmall(classes=2, width=8).conv1.weight.detach().numpy()
    np.testing.assert_array_equal(begun, start, strict=True)
    # six steps of Adam move each weight by up to the learning rate
    assert 0.005 < np.abs(moved - begun).max() < 0.061


def numbers(run: Path) -> list[dict[str, str]]:
    """What was measured, without what a clock wrote."""
    return [{name: value for name, value in row.items() if "second" not in name} for row in rows(run / "metrics.csv")]


@pytest.mark.parametrize(("dataset", "threads"), [("images", 1), ("texts", 2), ("pairs", 1)])
def test_the_same_key_gives_bitwise_the_same_metrics(dataset: str, threads: int, data: Path, tmp_path: Path) -> None:
    what = spec(dataset, epochs=1)
    train(job(what, data, tmp_path / "here", threads=threads))
    assert torch.get_num_threads() == threads
    train(job(what | {"seed": 6}, data, tmp_path / "other", threads=threads))
    there = arguments(job(what, data, tmp_path / "there", threads=threads))
    assert Step(there, tmp_path, tmp_path / "log").ended().status == 0
    assert unlike(tmp_path / "there", tmp_path / "here") is None
    assert read_json(tmp_path / "there" / "environment.json")["threads"] == threads
    assert numbers(tmp_path / "other")[0]["train_loss"] != numbers(tmp_path / "here")[0]["train_loss"]


def test_a_loss_that_is_not_finite_stops_and_keeps_the_epochs_before(data: Path, tmp_path: Path, capsys: Any) -> None:
    what = spec("texts", epochs=40, **DIVERGING)
    run = job(what, data, tmp_path / "run")
    assert status_of(run) == RunFailedError.status == 3
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    for part in ("mine, seed 5: the ", ", step ", "learning_rate than 0.01", "run.part\n"):
        assert part in message
    assert not run.out.exists()
    assert not receipt(run.out).exists()
    part = tmp_path / "run.part"
    assert read_json(part / "spec.json") == what
    found = failure(run.out)
    assert found is not None
    assert re.fullmatch(r"the (training|validation) loss is (nan|-?inf) at epoch 3, step \d+", found.message)
    assert found.advice == "a lower learning_rate than 0.01 may help"
    kept = numbers(part)
    assert [row["epoch"] for row in kept] == ["1", "2"]
    # tried again from its checkpoint it fails at the same place, and nothing of what was measured is gone
    assert status_of(run) == 3
    assert (failure(run.out), numbers(part)) == (found, kept)


def deaf() -> None:
    """Nobody reads what this process prints."""
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)


def test_a_run_that_nobody_listens_to_goes_on(data: Path, tmp_path: Path) -> None:
    step = Step(arguments(job(spec("texts"), data, tmp_path / "run")), tmp_path, tmp_path / "log", deaf)
    ended = step.ended()
    assert (ended.status, ended.said) == (0, "")
    assert len(rows(tmp_path / "run" / "metrics.csv")) == 2


@pytest.mark.parametrize(
    ("place", "error", "said"),
    [
        (
            "training.session.fit",
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
            " (CUDA out",
        ),
        ("running.run.load", MemoryError(), ""),
        ("running.record.environment", MemoryError(), ""),
    ],
)
def test_too_little_memory_is_one_message_with_what_may_help(
    place: str, error: Exception, said: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(f"labreport.{place}", full)
    advice = "lower batch_size or the model's size, or free the device of other work"
    few = "cpu has too little memory for batch_size 8"
    with pytest.raises(RunFailedError, match=rf"^mine, seed 5: {few}; {advice}{re.escape(said)}"):
        train(job(spec("texts"), data, tmp_path / "run"))
    found = failure(tmp_path / "run")
    assert found is not None
    assert found.message == few
    assert found.advice.startswith(advice + said)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_imports_is_a_clean_end(number: int, data: Path, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text(f"import os, time; os.kill(os.getpid(), {number:d}); time.sleep(60)")
    command = ["-m", "labreport.steps", *arguments(job(spec("texts"), data, tmp_path / "run"))]
    # whoever starts this may ignore SIGINT, as a shell does for what runs behind
    heeding = (
        f"import os, signal, sys; signal.signal({number:d}, signal.SIG_DFL); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    sources = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SOURCES)])}
    done = subprocess.run(
        [sys.executable, "-c", heeding, *command], env=sources, capture_output=True, text=True, timeout=50
    )
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
        train(job(spec("texts"), data, tmp_path / "run"))


def test_too_little_memory_while_a_checkpoint_is_read_costs_no_epoch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever frees the device goes on from the checkpoint: it is not taken for a damaged one."""
    what = spec("texts", epochs=3)
    checkpoints = tmp_path / "run.checkpoints"
    finish, load = RunRecord.finish, torch.optim.Adam.load_state_dict
    monkeypatch.setattr(RunRecord, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        train(job(what, data, tmp_path / "run"))
    monkeypatch.setattr(RunRecord, "finish", finish)
    before = sorted(path.name for path in checkpoints.iterdir())

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(torch.optim.Adam, "load_state_dict", full)
    with pytest.raises(RunFailedError, match="too little memory"):
        train(job(what, data, tmp_path / "run"))
    assert sorted(path.name for path in checkpoints.iterdir()) == before != []
    monkeypatch.setattr(torch.optim.Adam, "load_state_dict", load)
    train(job(what, data, tmp_path / "run"))
    assert "resumed" in read_json(tmp_path / "run" / "environment.json")


def test_changed_code_is_refused_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError):
        train(job(spec("texts") | {"code": "0" * 16}, data, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_other_data_than_planned_are_refused_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    what = spec("texts")
    what |= {"data": what["data"] | {"key": "0" * 16}}
    found = key_of("prepare", DATA["texts"])
    with pytest.raises(DataError, match=f"texts: its content has the key {found}, but .* planned with {'0' * 16}"):
        train(job(what, data, tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []


def test_tensorboard_gets_every_row(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    monkeypatch.setenv(TENSORBOARD, str(tmp_path / "events"))
    run = job(spec("texts"), data, tmp_path / "runs" / "LSTM-texts" / "run")
    train(run)
    found = events.EventAccumulator(str(tmp_path / "events" / "LSTM-texts" / run.key))
    found.Reload()
    metrics = pd.read_csv(run.out / "metrics.csv")
    assert set(found.Tags()["scalars"]) == set(metrics) - {"epoch"}
    values = [(event.step, event.value) for event in found.Scalars("val_loss")]
    assert values == [(n, pytest.approx(v)) for n, v in zip(metrics["epoch"], metrics["val_loss"], strict=True)]


def test_without_tensorboard_the_message_says_so(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setenv(TENSORBOARD, str(tmp_path / "events"))
    with pytest.raises(TrainingError, match="set tensorboard: false"):
        train(job(spec("texts"), data, tmp_path / "run"))


def never(*_: object, **__: object) -> None:
    pytest.fail("it trains")


def test_a_complete_run_whose_receipt_is_lost_is_not_trained_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = job(spec("texts"), data, tmp_path / "run")
    train(run)
    receipt(run.out).unlink()
    capsys.readouterr()
    monkeypatch.setattr("labreport.steps.long.leased", never)  # nor does it wait for a device
    train(run)
    assert capsys.readouterr().out == "mine seed 5: is complete already\n"
    assert is_receipted(run.out)


def test_a_complete_run_with_a_receipt_is_trained_again_because_somebody_forced_it(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older results stay until the new ones are complete."""
    run = job(spec("texts"), data, tmp_path / "run")
    train(run)
    shutil.copytree(run.out, tmp_path / "first")
    before = (run.out / "SHA256SUMS").read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RunRecord, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            train(run)
    assert (run.out / "SHA256SUMS").read_bytes() == before
    assert is_receipted(run.out)
    train(run)
    assert (run.out / "SHA256SUMS").read_bytes() != before  # a clock wrote other times
    assert unlike(run.out, tmp_path / "first") is None
    assert is_receipted(run.out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "run", "run.done"]


def test_a_run_that_another_process_completes_meanwhile_is_not_trained_again(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it waits for a device, or imports what it trains with."""
    run = job(spec("texts"), data, tmp_path / "run")

    @contextmanager
    def waited(label: str) -> Iterator[None]:
        with result_folder(run.out) as folder:
            folder.write_text("mine", "")
            folder.finish()
        yield

    monkeypatch.setattr("labreport.steps.long.leased", waited)
    train(run)
    assert sorted(path.name for path in run.out.iterdir()) == ["SHA256SUMS", "mine"]
    assert is_receipted(run.out)


def test_it_begins_without_what_takes_long_to_import() -> None:
    """Until it has a device, and where there is nothing to do."""
    code = "import sys, labreport.steps.long; print([m for m in ('numpy', 'pandas', 'torch') if m in sys.modules])"
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    assert subprocess.run([sys.executable, "-c", code], env=sources, capture_output=True, text=True).stdout == "[]\n"


Wanted = Callable[..., list[Job]]


@pytest.fixture
def wanted(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wanted:
    """`wanted(3)`: jobs of seeds 0 to 2, all of which a start of Snakemake trains; a spec is that of the second."""

    def start(count: int, second: dict[str, Any] | None = None) -> list[Job]:
        specs = [spec("texts") | {"seed": seed} for seed in range(count)]
        specs[1:2] = [specs[1] if second is None else second | {"seed": 1}]
        jobs = [job(what, data, tmp_path / "runs" / "LSTM" / f"{seed}") for seed, what in enumerate(specs)]
        write_json(tmp_path / "wanted.json", [str(written(one)) for one in jobs])
        return jobs

    monkeypatch.setenv(TOGETHER, str(tmp_path / "wanted.json"))
    return start


def complete(jobs: list[Job]) -> list[bool]:
    return [(one.out / "SHA256SUMS").is_file() for one in jobs]


def test_a_process_goes_on_with_the_other_runs_that_are_wanted(
    wanted: Wanted, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """First with those behind its own; their jobs find them done, and are what writes receipts."""
    jobs = wanted(4)
    order: list[Path] = []
    finish = RunRecord.finish

    def finished(record: RunRecord, *arguments: Any) -> None:
        order.append(record.folder.out)
        finish(record, *arguments)

    monkeypatch.setattr(RunRecord, "finish", finished)
    train(jobs[1])
    assert order == [jobs[number].out for number in (1, 2, 3, 0)]
    assert [is_receipted(one.out) for one in jobs] == [False, True, False, False]
    monkeypatch.setattr("labreport.steps.long.leased", never)
    capsys.readouterr()
    for one in (jobs[0], jobs[2], jobs[3]):
        train(one)
    assert capsys.readouterr().out.splitlines() == [f"mine seed {seed}: is complete already" for seed in (0, 2, 3)]
    assert all(is_receipted(one.out) for one in jobs)
    monkeypatch.undo()
    # each is what a process of its own would have made
    step = Step(arguments(replace(jobs[0], out=tmp_path / "alone")), tmp_path, tmp_path / "log")
    assert step.ended().status == 0
    assert unlike(jobs[0].out, tmp_path / "alone") is None


def test_one_that_fails_does_not_take_the_others_with_it(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = wanted(3, spec("texts", epochs=40, **DIVERGING))
    train(jobs[0])
    assert complete(jobs) == [True, False, True]
    found = failure(jobs[1].out)
    assert found is not None
    assert f"mine seed 1: not here: mine, seed 1: {found.message}; a lower learning_rate" in capsys.readouterr().out
    # its own job says the same, and trains nothing
    with monkeypatch.context() as patched:
        patched.setattr("labreport.steps.long.leased", never)
        with pytest.raises(
            RunFailedError, match=f"^mine, seed 1: {re.escape(found.message)}; a lower learning_rate than"
        ):
            train(jobs[1])
    assert not receipt(jobs[1].out).exists()
    # the next start tries again, but no other run's process does
    os.utime(tmp_path / "wanted.json", ns=(2**62, 2**62))
    shutil.rmtree(jobs[2].out)
    capsys.readouterr()
    train(jobs[2])
    assert complete(jobs) == [True, False, True]
    assert "seed 1" not in capsys.readouterr().out
    with pytest.raises(RunFailedError, match="learning_rate"):
        train(jobs[1])


def test_one_that_fails_first_does_not_take_the_others_with_it(wanted: Wanted) -> None:
    jobs = wanted(3, spec("texts", epochs=40, **DIVERGING))
    with pytest.raises(RunFailedError, match="learning_rate"):
        train(jobs[1])
    assert complete(jobs) == [True, False, True]


def test_a_mistake_in_the_model_of_one_is_told_by_its_own_job(
    wanted: Wanted, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs, step = wanted(3, spec("texts", learning_rate=0.02)), torch.optim.Adam.step

    def mistaken(optimizer: torch.optim.Adam, *arguments: Any) -> None:
        if optimizer.param_groups[0]["lr"] == 0.02:
            raise IndexError("index out of range\nin self")
        step(optimizer, *arguments)

    monkeypatch.setattr(torch.optim.Adam, "step", mistaken)
    train(jobs[0])
    assert complete(jobs) == [True, False, True]
    assert "mine seed 1: not here: IndexError: index out of range\n" in capsys.readouterr().out
    with pytest.raises(IndexError):
        train(jobs[1])


def test_what_another_process_works_on_or_what_lacks_its_data_is_left_alone(
    wanted: Wanted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = wanted(4)
    written(replace(jobs[2], needs=(tmp_path / "not there yet",)))
    with result_folder(jobs[1].out):
        train(jobs[0])
    assert complete(jobs) == [True, False, False, True]
    assert "not here" not in capsys.readouterr().out


def test_a_signal_ends_all_of_it(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that was complete before is not lost."""
    jobs, tick, ticks = wanted(3), Progress.tick, []

    def signalled(progress: Progress) -> None:
        ticks.append(progress)
        if len(ticks) == 8 + 2:  # a run has 8 batches
            os.kill(os.getpid(), signal.SIGTERM)
        tick(progress)

    monkeypatch.setattr(Progress, "tick", signalled)
    with pytest.raises(StoppedError, match="stopped in epoch 1, step 2"):
        train(jobs[0])
    assert complete(jobs) == [True, False, False]
    train(jobs[0])
    assert is_receipted(jobs[0].out)
    assert complete(jobs) == [True, False, False]  # there was nothing to begin for


def test_without_a_list_of_what_is_wanted_a_process_trains_its_own_run(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = wanted(2)
    (tmp_path / "wanted.json").unlink()  # the start that it was written for has ended
    train(jobs[0])
    assert complete(jobs) == [True, False]
