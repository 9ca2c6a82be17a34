from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from labreport.data import imdb, samples_images, samples_pairs, samples_reviews
from labreport.data.arrays import load
from labreport.errors import CodeChangedError, DataError, run_step
from labreport.planning.code import code_digest
from labreport.steps.prepare import main

SMALL = {"train_per_class": 6, "test_per_class": 3, "seed": 0}
PAIRS = {"train_pairs": 40, "dev_pairs": 10, "test_pairs": 12, "seed": 0}
PARAMETERS: dict[str, dict[str, Any]] = {
    "cifar10": {"train_per_class": 4, "test_per_class": None, "seed": 0},
    "imdb": {"train_per_class": 4, "test_per_class": None, "seed": 0, "vocabulary": 100, "length": 40},
    "stsb": {"train_pairs": 30, "dev_pairs": None, "test_pairs": 5, "seed": 0, "length": 9, "min_count": 2},
}
# Python before 3.11.4 has no extraction filters; later ones warn without.
SAFE: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
FILES = {"cifar10": "cifar-10-python.tar.gz", "imdb": "aclImdb_v1.tar.gz", "stsb": "Stsbenchmark.tar.gz"}
FOLDERS = {"cifar10": "cifar-10-batches-py", "imdb": "aclImdb", "stsb": "stsbenchmark"}
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
            tar.extractall(tmp_path, **SAFE)
    return tmp_path


def spec(dataset: str, raw: Path) -> dict[str, Any]:
    reader = f"labreport.data.{dataset}"
    folder: dict[str, Any] = {"name": FOLDERS[dataset], "files": None, "content": None}
    if dataset == "imdb":
        folder["content"] = imdb.content_digest(raw / "aclImdb")
    else:
        paths = sorted((raw / FOLDERS[dataset]).iterdir())
        folder["files"] = {path.name: "md5:" + hashlib.md5(path.read_bytes()).hexdigest() for path in paths}
    return {
        "dataset": dataset,
        "reader": reader,
        "digest": "md5:" + hashlib.md5((raw / FILES[dataset]).read_bytes()).hexdigest(),
        "parameters": PARAMETERS[dataset],
        "code": code_digest(["labreport.steps.prepare", reader]),
        "folder": folder,
    }


def arguments(spec: dict[str, Any], source: Path, out: Path) -> list[str]:
    return ["--spec", json.dumps(spec), "--source", str(source), "--out", str(out)]


@pytest.mark.parametrize("dataset", FILES)
def test_archive_and_folder_give_the_same_files(dataset: str, raw: Path) -> None:
    planned = spec(dataset, raw)
    main(arguments(planned, raw / FILES[dataset], raw / "archive"))
    main(arguments(planned, raw / FOLDERS[dataset], raw / "folder"))
    names = sorted(path.name for path in (raw / "archive").iterdir())
    assert names == sorted(path.name for path in (raw / "folder").iterdir())
    for name in names:
        assert (raw / "archive" / name).read_bytes() == (raw / "folder" / name).read_bytes()
    prepared = load(raw / "archive")
    assert prepared.dataset == dataset
    assert prepared.spec == {name: value for name, value in planned.items() if name != "folder"}
    about = prepared.describe()
    if dataset == "stsb":
        assert [about[f"{split}_samples"] for split in ("train", "dev", "test")] == [30, 10, 5]
    else:
        assert (set(about["train_counts"]), set(about["test_counts"])) == ({4}, {3})


@pytest.mark.parametrize("dataset", FILES)
def test_altered_archive_is_never_opened(dataset: str, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = spec(dataset, raw)
    archive = raw / FILES[dataset]
    archive.write_bytes(archive.read_bytes()[:-1])
    monkeypatch.setattr(tarfile, "open", lambda *arguments, **options: pytest.fail("opened before it was checked"))
    with pytest.raises(DataError, match="is not the expected file: md5 is"):
        main(arguments(planned, archive, raw / "out"))
    assert not (raw / "out").exists()


@pytest.mark.parametrize(("dataset", "name"), [("cifar10", "data_batch_5"), ("stsb", "sts-dev.csv")])
def test_altered_file_of_a_folder_is_refused(dataset: str, name: str, raw: Path) -> None:
    planned = spec(dataset, raw)
    (raw / FOLDERS[dataset] / name).write_bytes(b"")
    with pytest.raises(DataError, match=f"{name}: is not the expected file"):
        main(arguments(planned, raw / FOLDERS[dataset], raw / "out"))


def test_altered_review_folder_is_refused(raw: Path) -> None:
    planned = spec("imdb", raw)
    next((raw / "aclImdb" / "test" / "pos").iterdir()).write_text("other")
    with pytest.raises(DataError, match="holds other data than the official archive"):
        main(arguments(planned, raw / "aclImdb", raw / "out"))


def test_sample_is_checked_against_the_digest_beside_it(raw: Path) -> None:
    planned = {**spec("imdb", raw), "digest": "sample:0123"}
    archive = raw / FILES["imdb"]
    beside = raw / f"{archive.name}.sha256"
    beside.write_text(f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n")
    main(arguments(planned, archive, raw / "out"))
    assert load(raw / "out").spec["digest"] == "sample:0123"
    beside.write_text(f"{'0' * 64}  {archive.name}\n")
    with pytest.raises(DataError, match="is not the expected file: sha256 is"):
        main(arguments(planned, archive, raw / "out"))


def test_code_that_changed_since_planning_stops_the_job(raw: Path) -> None:
    with pytest.raises(CodeChangedError):
        main(arguments({**spec("imdb", raw), "code": "0" * 16}, raw / FILES["imdb"], raw / "out"))


def test_user_error_is_one_message_and_keeps_what_was_there(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned = spec("imdb", raw)
    main(arguments(planned, raw / FILES["imdb"], raw / "out"))
    before = load(raw / "out").describe()
    greedy = {**planned, "parameters": {**PARAMETERS["imdb"], "train_per_class": 7}}
    assert run_step(main, arguments(greedy, raw / FILES["imdb"], raw / "out")) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: train_per_class: 7 is more than there is")
    assert message.count("\n") == 1
    assert load(raw / "out").describe() == before


def variant(raw: Path, variants: list[dict[str, Any]], name: str = "cifar10_variant") -> dict[str, Any]:
    roots = ["labreport.steps.prepare", "labreport.data.cifar10", "labreport.data.variants"]
    return {**spec("cifar10", raw), "dataset": name, "variants": variants, "code": code_digest(roots)}


def test_variants_are_applied_in_their_order(raw: Path) -> None:
    main(arguments(spec("cifar10", raw), raw / FILES["cifar10"], raw / "base"))
    counts = {}
    for name, variants in (("tail", VARIANTS[:1]), ("filled", VARIANTS), ("other order", VARIANTS[::-1])):
        main(arguments(variant(raw, variants, name), raw / FILES["cifar10"], raw / name))
        prepared = load(raw / name)
        assert prepared.dataset == name
        assert prepared.spec["variants"] == variants
        assert (raw / name / "test_inputs.npy").read_bytes() == (raw / "base" / "test_inputs.npy").read_bytes()
        counts[name] = prepared.describe()["train_counts"]
    tail = [2, 4, 4, 4, 4, 4, 4, 2, 4, 4]
    assert counts == {"tail": tail, "filled": [4] * 10, "other order": tail}


def test_a_class_that_a_variant_leaves_empty_is_one_message(raw: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planned = variant(raw, [{**VARIANTS[0], "keep": 0.1}])
    assert run_step(main, arguments(planned, raw / FILES["cifar10"], raw / "out")) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: cifar10_variant: longtail.keep: 0.1 of class airplane's 4 training images")
    assert message.count("\n") == 1
    assert not (raw / "out").exists()


def test_code_of_variants_counts_where_there_are_some(raw: Path) -> None:
    planned = {**spec("cifar10", raw), "variants": VARIANTS}
    with pytest.raises(CodeChangedError, match=r"labreport\.data\.variants"):
        main(arguments(planned, raw / FILES["cifar10"], raw / "out"))


@pytest.mark.parametrize("dataset", [*FILES, "variant"])
def test_as_a_command_it_loads_only_what_its_key_covers(dataset: str, raw: Path) -> None:
    planned = variant(raw, VARIANTS) if dataset == "variant" else spec(dataset, raw)
    source = raw / FILES.get(dataset, FILES["cifar10"])
    done = subprocess.run(
        [sys.executable, "-m", "labreport.steps.prepare", *arguments(planned, source, raw / "out")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    load(raw / "out")
