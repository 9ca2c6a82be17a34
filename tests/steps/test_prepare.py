from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.artifacts.code import SOURCES
from labreport.data import cifar10, imdb, samples_images, samples_pairs, samples_reviews
from labreport.data.arrays import describe, load
from labreport.data.prepared import Prepared
from labreport.errors import CodeChangedError, DataError, run_step
from labreport.files import files_below, read_json
from labreport.steps.data import prepare
from labreport.steps.step import Job, main
from labreport.unpacking import extract
from tests.conftest import CIFAR10
from tests.steps.planned import arguments, planned

SMALL = {"train_per_class": 6, "test_per_class": 3, "seed": 0}
PAIRS = {"train_pairs": 40, "dev_pairs": 10, "test_pairs": 12, "seed": 0}
PARAMETERS: dict[str, dict[str, Any]] = {
    "cifar10": {"train_per_class": 4, "test_per_class": None, "seed": 0},
    "imdb": {"train_per_class": 4, "test_per_class": None, "seed": 0, "vocabulary": 100, "length": 40},
    "stsb": {"train_pairs": 30, "dev_pairs": None, "test_pairs": 5, "seed": 0, "length": 9, "min_count": 2},
}
FILES = {"cifar10": "cifar-10-python.tar.gz", "imdb": "aclImdb_v1.tar.gz", "stsb": "Stsbenchmark.tar.gz"}
FOLDERS = {"cifar10": "cifar-10-batches-py", "imdb": "aclImdb", "stsb": "stsbenchmark"}
CLASSES: dict[str, list[str]] = {"cifar10": list(CIFAR10), "imdb": ["negative", "positive"], "stsb": []}
VARIANTS = [
    {"name": "longtail", "classes": [0, 7], "keep": 0.5, "seed": 0},
    {"name": "balance", "flip": True, "noise_sigma": 0.05, "seed": 0},
]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """All archives and their unpacked folders."""
    samples_images.write_archive(tmp_path / FILES["cifar10"], SMALL)
    samples_reviews.write_archive(tmp_path / FILES["imdb"], SMALL)
    samples_pairs.write_archive(tmp_path / FILES["stsb"], PAIRS)
    for name in FILES:
        with tarfile.open(tmp_path / FILES[name]) as tar:
            extract(tar, tmp_path)
    return tmp_path


def job(
    name: str, raw: Path, out: str = "out", source: str | None = None, classes: list[str] | None = None, **changes: Any
) -> Job:
    """Of an archive, or of another source in `raw`."""
    folder: dict[str, Any] = {"name": FOLDERS[name]}
    if name == "imdb":
        folder["content"] = imdb.content_digest(raw / "aclImdb")
    else:
        paths = sorted((raw / FOLDERS[name]).iterdir())
        folder["files"] = {path.name: "md5:" + hashlib.md5(path.read_bytes()).hexdigest() for path in paths}
    spec = {
        "dataset": name,
        "target": f"labreport.data.{name}",
        "digest": "md5:" + hashlib.md5((raw / FILES[name]).read_bytes()).hexdigest(),
        "parameters": PARAMETERS[name],
    }
    beside = {"folder": folder, "classes": CLASSES[name] if classes is None else classes}
    return planned("prepare", spec | changes, raw / out, raw / (source or FILES[name]), **beside)


@pytest.mark.parametrize("dataset", FILES)
def test_archive_and_folder_give_the_same_files(dataset: str, raw: Path) -> None:
    made = job(dataset, raw, "archive")
    prepare(made)
    prepare(job(dataset, raw, "folder", FOLDERS[dataset]))
    names = files_below(raw / "archive")
    assert names == files_below(raw / "folder")
    for name in set(names) - {"made.json"}:  # which says when
        assert (raw / "archive" / name).read_bytes() == (raw / "folder" / name).read_bytes()
    prepared = load(raw / "archive")
    assert prepared.dataset == dataset
    assert prepared.spec == read_json(raw / "archive" / "spec.json") == made.spec
    about = describe(prepared)
    if dataset == "stsb":
        assert [about[f"{split}_samples"] for split in ("train", "dev", "test")] == [30, 10, 5]
    else:
        assert (set(about["train_counts"]), set(about["test_counts"])) == ({4}, {3})


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.zeros((4, 2, 8, 8), np.uint8), r"uint8 \(4, 2, 8, 8\)"),
        (np.zeros((4, 3, 8, 9), np.uint8), r"uint8 \(4, 3, 8, 9\)"),
        (np.zeros((4, 3, 8, 8), np.float32), r"float32 \(4, 3, 8, 8\)"),
        (np.array([np.zeros(size) for size in (8, 9, 8, 8)], dtype=object), r"object \(4,\)"),
    ],
    ids=["two channels", "not square", "no bytes", "mixed sizes"],
)
def test_images_that_cannot_be_trained_on_are_refused(
    images: np.ndarray, found: str, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.zeros(4, np.uint8)
    good = np.zeros((4, 1, 8, 8), np.uint8)
    monkeypatch.setattr(cifar10, "prepare", lambda *_: Prepared("cifar10", ["a"], good, labels, images, labels))
    with pytest.raises(DataError, match=f"cifar10: test_inputs is {found}, allowed is uint8 .* grey or colour images"):
        prepare(job("cifar10", raw, classes=["a"]))
    monkeypatch.setattr(cifar10, "prepare", lambda *_: Prepared("cifar10", ["a"], good, labels, good, labels))
    prepare(job("cifar10", raw, classes=["a"]))
    assert load(raw / "out").train_inputs.shape == (4, 1, 8, 8)


def read_as(labels: np.ndarray, classes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the reader give these labels of as many grey images."""
    images = np.zeros((len(labels), 1, 8, 8), np.uint8)
    monkeypatch.setattr(cifar10, "prepare", lambda *_: Prepared("cifar10", classes, images, labels, images, labels))


def test_labels_of_another_whole_type_are_trained_on(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(np.array([0, 2, 1]), ["a", "b", "c"], monkeypatch)
    prepare(job("cifar10", raw, classes=["a", "b", "c"]))
    labels = load(raw / "out").train_labels
    assert (labels.dtype, labels.tolist()) == (np.uint8, [0, 2, 1])


def test_labels_that_are_no_places_of_classes_are_refused_before_a_run(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_as(np.array([1, 2, 3]), ["a", "b", "c"], monkeypatch)
    with pytest.raises(DataError, match="cifar10: train_labels holds 1 to 3, allowed is 0 to 2"):
        prepare(job("cifar10", raw, classes=["a", "b", "c"]))
    assert not (raw / "out").exists()


def test_classes_are_those_that_are_declared(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_as(np.array([0, 1]), ["a", "b"], monkeypatch)
    with pytest.raises(DataError, match=r"gives the classes a, b, config/datasets\.yaml says b, a; give both the same"):
        prepare(job("cifar10", raw, classes=["b", "a"]))


@pytest.mark.parametrize("dataset", FILES)
def test_altered_archive_is_never_opened(dataset: str, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = job(dataset, raw)
    archive = raw / FILES[dataset]
    archive.write_bytes(archive.read_bytes()[:-1])
    monkeypatch.setattr(tarfile, "open", lambda *arguments, **options: pytest.fail("opened before it was checked"))
    with pytest.raises(DataError, match="is not the expected file: md5 is"):
        prepare(made)
    assert not (raw / "out").exists()


@pytest.mark.parametrize(("dataset", "name"), [("cifar10", "data_batch_5"), ("stsb", "sts-dev.csv")])
def test_altered_file_of_a_folder_is_refused(dataset: str, name: str, raw: Path) -> None:
    made = job(dataset, raw, source=FOLDERS[dataset])
    (raw / FOLDERS[dataset] / name).write_bytes(b"")
    with pytest.raises(DataError, match=f"{name}: is not the expected file"):
        prepare(made)


def test_altered_review_folder_is_refused(raw: Path) -> None:
    made = job("imdb", raw, source="aclImdb")
    next((raw / "aclImdb" / "test" / "pos").iterdir()).write_text("other")
    with pytest.raises(DataError, match="holds other data than the official archive"):
        prepare(made)


def test_sample_is_checked_against_the_digest_beside_it(raw: Path) -> None:
    made = job("imdb", raw, digest="sample:0123")
    archive = raw / FILES["imdb"]
    beside = raw / f"{archive.name}.sha256"
    beside.write_text(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    prepare(made)
    assert load(raw / "out").spec["digest"] == "sample:0123"
    beside.write_text(f"{'0' * 64}  {archive.name}\n")
    with pytest.raises(DataError, match="is not the expected file: sha256 is"):
        prepare(made)


def test_user_error_is_one_message_and_keeps_what_was_there(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare(job("imdb", raw))
    before = (raw / "out" / "SHA256SUMS").read_bytes()
    greedy = job("imdb", raw, parameters={**PARAMETERS["imdb"], "train_per_class": 7})
    assert run_step(main, arguments(greedy)) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: train_per_class: 7 is more than there is")
    assert message.count("\n") == 1
    with pytest.raises(CodeChangedError):
        prepare(job("imdb", raw, code="0" * 16))
    assert (raw / "out" / "SHA256SUMS").read_bytes() == before


def test_what_a_reader_fails_with_is_one_message_that_names_its_line(
    raw: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = job("imdb", raw, parameters={**PARAMETERS["imdb"], "length": "forty"})
    assert run_step(main, arguments(wrong)) == 1
    message = capsys.readouterr().err
    assert re.fullmatch(
        r"error: /\S+/data/imdb\.py:\d+: `.+` fails: TypeError: .+; mend it, or what it is given, .+\n",
        message,
    )
    assert not (raw / "out").exists()


def test_variants_are_applied_in_their_order(raw: Path) -> None:
    prepare(job("cifar10", raw, "base"))
    counts = {}
    for name, variants in (("tail", VARIANTS[:1]), ("filled", VARIANTS), ("other order", VARIANTS[::-1])):
        prepare(job("cifar10", raw, name, dataset=name, variants=variants))
        prepared = load(raw / name)
        assert prepared.dataset == name
        assert prepared.spec["variants"] == variants
        assert (raw / name / "test_inputs.npy").read_bytes() == (raw / "base" / "test_inputs.npy").read_bytes()
        counts[name] = describe(prepared)["train_counts"]
        code = read_json(raw / name / "code.json")
        assert "labreport.data.variants:apply" in code
    assert "labreport.data.variants:apply" not in read_json(raw / "base" / "code.json")
    tail = [2, 4, 4, 4, 4, 4, 4, 2, 4, 4]
    assert counts == {"tail": tail, "filled": [4] * 10, "other order": tail}


def test_a_class_that_a_variant_leaves_empty_is_one_message(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = job("cifar10", raw, dataset="cifar10_variant", variants=[{**VARIANTS[0], "keep": 0.1}])
    assert run_step(main, arguments(made)) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: cifar10_variant: longtail.keep: 0.1 of class airplane's 4 training images")
    assert message.count("\n") == 1
    assert not (raw / "out").exists()


def test_as_a_command_it_is_silent_and_loads_no_torch(raw: Path) -> None:
    code = (
        "import sys; from labreport.errors import run_step; from labreport.steps.step import main; "
        "status = run_step(main); assert not {'torch', 'pandas'} & set(sys.modules); sys.exit(status)"
    )
    made = job("cifar10", raw, variants=VARIANTS)
    command = [sys.executable, "-W", "error", "-c", code, *arguments(made)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(SOURCES)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert load(raw / "out").spec == made.spec
