from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from labreport.data.arrays import Prepared
from labreport.errors import CodeChangedError, DataError, TrainingError, run_step
from labreport.models.resnet import ResNet34
from labreport.planning.code import SOURCES, code_digest
from labreport.planning.keys import canonical, key_of, run_roots
from labreport.steps.train import main
from labreport.training import run as training_run

FILES = {
    "spec.json",
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
SIMILARITY = {"name": "similarity", "target": "labreport.training.similarity:Similarity"}
VECTORS = {"method": "word2vec", "data": {"dataset": "pairs"}}
DATA = {name: {"dataset": name, "parameters": {"seed": 0}} for name in ("images", "texts", "pairs")}
MODELS = {
    "images": ("labreport.models.resnet:ResNet34", {"width": 4}),
    "texts": ("labreport.models.lstm:StackedLSTM", {"embedding": 6, "hidden": 5, "bidirectional": True}),
    "pairs": ("labreport.models.siamese:SiameseLSTM", {"hidden": 5, "pooling": "max"}),
}


@pytest.fixture(autouse=True)
def process_settings() -> Iterator[None]:
    """The step sets threads for its own process; here it shares one with other tests."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small prepared data sets: bright and dark images, happy and sad texts, pairs of equal and other words."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    labels = {"train": np.arange(24, dtype=np.uint8) % 2, "test": np.arange(10, dtype=np.uint8) % 2}
    pixels = {s: (rng.integers(0, 128, (len(y), 3, 16, 16)) + 120 * y[:, None, None, None]) for s, y in labels.items()}
    lengths = {s: rng.integers(1, 7, len(y), dtype=np.int32) for s, y in labels.items()}
    words = {
        s: np.where(np.arange(6) < n[:, None], 2 + labels[s][:, None], 0).astype(np.uint16) for s, n in lengths.items()
    }
    Prepared(
        "images",
        ["dark", "bright"],
        pixels["train"].astype(np.uint8),
        labels["train"],
        pixels["test"].astype(np.uint8),
        labels["test"],
        spec=DATA["images"],
    ).save(folder / "images")
    Prepared(
        "texts",
        ["sad", "happy"],
        words["train"],
        labels["train"],
        words["test"],
        labels["test"],
        lengths["train"],
        lengths["test"],
        ["", "?", "alas", "hurrah"],
        DATA["texts"],
    ).save(folder / "texts")
    save_pairs(folder, rng)
    return folder


def save_pairs(folder: Path, rng: np.random.Generator) -> None:
    """Sentences of one word over and over; both sides have the same word where the score is 5, else it is 0."""
    arrays: dict[str, np.ndarray] = {}
    for split, n in (("train", 24), ("dev", 9), ("test", 10)):
        lengths = rng.integers(1, 7, (n, 2), dtype=np.int32)
        scores = np.where(np.arange(n) % 2, 5, 0).astype(np.float32)
        first = rng.integers(2, 4, n)
        words = np.stack([first, np.where(scores > 0, first, 5 - first)], 1)
        arrays[f"{split}_inputs"] = np.where(np.arange(6) < lengths[..., None], words[..., None], 0).astype(np.int32)
        arrays |= {f"{split}_labels": scores, f"{split}_lengths": lengths}
    Prepared("pairs", [], vocabulary=["", "?", "alas", "hurrah"], spec=DATA["pairs"], **arrays).save(folder / "pairs")
    vectors = rng.normal(size=(4, 3)).astype(np.float32)
    vectors[0] = 0
    (folder / "vectors").mkdir()
    np.save(folder / "vectors" / "vectors.npy", vectors)
    (folder / "vectors" / "spec.json").write_text(canonical(VECTORS))


def spec(dataset: str, **training: Any) -> dict[str, Any]:
    target, parameters = MODELS[dataset]
    settings = {
        "epochs": 2,
        "batch_size": 8,
        "learning_rate": 0.01,
        "optimizer": {"name": "Adam", "parameters": {}},
        "loss": {"name": "cross_entropy", "parameters": {}},
        "normalize": None,
        "augment": [{"name": "crop", "padding": 1}, {"name": "flip", "p": 0.5}] if dataset == "images" else [],
        "precision": "bf16" if dataset == "images" else "fp32",
    }
    result: dict[str, Any] = {
        "task": {"name": "classification", "target": "labreport.training.classification:Classification"},
        "model": {"target": target, "parameters": parameters},
        "data": {"dataset": dataset, "key": key_of(DATA[dataset])},
        "training": settings | training,
        "seed": 5,
    }
    if dataset == "pairs":
        settings["loss"]["name"] = "mse_loss"
        result |= {"task": SIMILARITY, "vectors": {"key": key_of(VECTORS)}}
    result["code"] = code_digest(run_roots(result))
    return result


def arguments(what: dict[str, Any], data: Path, out: Path, *more: str, threads: int = 1) -> list[str]:
    folder = data / what["data"]["dataset"]
    more = (*more, "--vectors", str(data / "vectors")) if "vectors" in what else more
    common = ["--data", str(folder), "--out", str(out), "--device", "cpu", "--threads", str(threads)]
    return ["--spec", canonical(what), "--experiment", "mine", *common, *more]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


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
    torch.manual_seed(5)
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
    assert status == 1
    message = capsys.readouterr().err
    assert message.startswith("error: mine: the ")
    for part in (", step ", "learning_rate than 3e+37", "run.part;", "run.part.1"):
        assert part in message
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "run.part" / "spec.json").is_file()
    found = re.search(r" at epoch (\d+)", message)
    assert found is not None
    last = int(found[1])
    assert last > 1
    kept = (tmp_path / "run.part" / "metrics.csv").read_text()
    assert [row["epoch"] for row in rows(tmp_path / "run.part" / "metrics.csv")] == [str(n) for n in range(1, last)]
    assert run_step(main, arguments(diverging, data, tmp_path / "run")) == 1
    assert len(rows(tmp_path / "run.part.1" / "metrics.csv")) == last - 1
    assert (tmp_path / "run.part.1" / "metrics.csv").read_text() == kept


def test_too_little_memory_is_one_message(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(training_run, "fit", full)
    with pytest.raises(TrainingError, match=r"mine: cpu has too little memory for batch_size 8; lower.*2\.00 GiB"):
        main(arguments(spec("texts"), data, tmp_path / "run"))


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
