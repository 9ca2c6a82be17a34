from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.data import imdb, samples_images, samples_reviews
from labreport.data.arrays import load
from labreport.errors import CodeChangedError, DataError, run_step
from labreport.planning.code import code_digest
from labreport.steps.prepare import main

SMALL = {"train_per_class": 6, "test_per_class": 3, "seed": 0}
PARAMETERS: dict[str, dict[str, Any]] = {
    "cifar10": {"train_per_class": 4, "test_per_class": None, "seed": 0},
    "imdb": {"train_per_class": 4, "test_per_class": None, "seed": 0, "vocabulary": 100, "length": 40},
}
# Python before 3.11.4 has no extraction filters; later ones warn without.
SAFE: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
FILES = {"cifar10": "cifar-10-python.tar.gz", "imdb": "aclImdb_v1.tar.gz"}
FOLDERS = {"cifar10": "cifar-10-batches-py", "imdb": "aclImdb"}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Both archives and their unpacked folders."""
    for name, generator in (("cifar10", samples_images), ("imdb", samples_reviews)):
        generator.write_archive(tmp_path / FILES[name], SMALL)
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
    assert set(np.bincount(prepared.train_labels)) == {4}
    assert set(np.bincount(prepared.test_labels)) == {3}


@pytest.mark.parametrize("dataset", FILES)
def test_altered_archive_is_never_opened(dataset: str, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = spec(dataset, raw)
    archive = raw / FILES[dataset]
    archive.write_bytes(archive.read_bytes()[:-1])
    monkeypatch.setattr(tarfile, "open", lambda *arguments, **options: pytest.fail("opened before it was checked"))
    with pytest.raises(DataError, match="is not the expected file: md5 is"):
        main(arguments(planned, archive, raw / "out"))
    assert not (raw / "out").exists()


def test_altered_image_folder_is_refused(raw: Path) -> None:
    planned = spec("cifar10", raw)
    (raw / "cifar-10-batches-py" / "data_batch_5").write_bytes(b"")
    with pytest.raises(DataError, match="data_batch_5: is not the expected file"):
        main(arguments(planned, raw / "cifar-10-batches-py", raw / "out"))


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


def test_as_a_command_it_loads_only_what_its_key_covers(raw: Path) -> None:
    command = [sys.executable, "-m", "labreport.steps.prepare"]
    done = subprocess.run(
        [*command, *arguments(spec("imdb", raw), raw / FILES["imdb"], raw / "out")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    load(raw / "out")
