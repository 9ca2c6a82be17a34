from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.artifacts.artifact import key_of, roots
from labreport.artifacts.code import SOURCES, covered
from labreport.data import samples_pairs
from labreport.data.arrays import load, save
from labreport.data.stsb import prepare
from labreport.data.word2vec import train
from labreport.errors import CodeChangedError, DataError, TrainingError, run_step
from labreport.files import read_json
from labreport.machine.outcome import is_receipted, receipt
from labreport.running.vectors import load_vectors
from labreport.steps.long import vectors
from labreport.steps.step import Job, main
from tests.steps.planned import arguments, planned

PARAMETERS = {"dimensions": 8, "window": 2, "epochs": 1, "seed": 0}
IDENTITY = {"dataset": "stsb", "digest": "sample:0"}
SPEC = {
    "target": "labreport.data.word2vec",
    "data": {"dataset": "stsb", "key": key_of("prepare", IDENTITY)},
    "parameters": PARAMETERS,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    sizes = {"train_pairs": 40, "dev_pairs": 5, "test_pairs": 5}
    samples_pairs.write_archive(folder / "archive.tar.gz", {**sizes, "seed": 0})
    prepared = prepare(folder / "archive.tar.gz", {**sizes, "seed": 0, "length": 20, "min_count": 2})
    save(replace(prepared, spec=IDENTITY), folder / "key")
    return folder / "key"


def job(folder: Path, out: Path, **changes: Any) -> Job:
    return planned("vectors", SPEC | changes, out, folder)


def test_a_folder_that_a_run_can_start_from(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = job(data, tmp_path / "key")
    assert run_step(main, arguments(made)) == 0
    assert capsys.readouterr() == ("", "")
    names = {"vectors.npy", "spec.json", "code.json", "environment.json"}
    assert {path.name for path in made.out.iterdir()} == names | {"SHA256SUMS"}
    assert set((made.out / "SHA256SUMS").read_text().splitlines()) == {
        f"{hashlib.sha256((made.out / name).read_bytes()).hexdigest()}  {name}" for name in names
    }
    assert is_receipted(made.out)
    assert read_json(made.out / "spec.json") == made.spec
    assert read_json(made.out / "code.json") == covered(roots("vectors", SPEC))
    prepared = load(data)
    found = load_vectors(made.out, made.key, len(prepared.vocabulary or ()))
    np.testing.assert_array_equal(found, train(prepared, PARAMETERS), strict=True)
    environment = read_json(made.out / "environment.json")
    assert datetime.fromisoformat(environment.pop("finished")).utcoffset() is not None
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "gensim")}
    assert environment == {"python": platform.python_version(), **versions}


def test_as_a_command_it_is_silent_and_loads_no_torch(data: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from labreport.errors import run_step; from labreport.steps.step import main; "
        "status = run_step(main); assert not {'torch', 'pandas'} & set(sys.modules); sys.exit(status)"
    )
    command = [sys.executable, "-W", "error", "-c", code, *arguments(job(data, tmp_path / "key"))]
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(command, capture_output=True, text=True, env=sources)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = np.load(tmp_path / "key" / "vectors.npy")
    np.testing.assert_array_equal(found, train(load(data), PARAMETERS), strict=True)


def test_other_data_than_planned(data: Path, tmp_path: Path) -> None:
    found = key_of("prepare", IDENTITY)
    with pytest.raises(DataError, match=rf"has the key {found}, but the vectors were planned with 0000"):
        vectors(job(data, tmp_path / "out", data={"dataset": "stsb", "key": "0" * 16}))
    assert not list(tmp_path.iterdir())


def test_code_that_changed_since_planning(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError, match="changed after this job was planned"):
        vectors(job(data, tmp_path / "out", code="0" * 16))
    with pytest.raises(TrainingError, match="allowed is a module of this package"):
        vectors(job(data, tmp_path / "out", code="0" * 16, target="os"))
    assert not list(tmp_path.iterdir())


def test_finished_vectors_are_kept_where_their_receipt_is_lost(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = job(data, tmp_path / "out")
    vectors(made)
    receipt(made.out).unlink()
    with monkeypatch.context() as patched:
        patched.setattr("labreport.data.word2vec.train", lambda *_: pytest.fail("it learns"))
        vectors(made)
    assert "is complete already" in capsys.readouterr().out
    assert is_receipted(made.out)
    (made.out / "vectors.npy").write_bytes(b"")  # damaged, and so asked for again
    vectors(made)
    np.testing.assert_array_equal(np.load(made.out / "vectors.npy"), train(load(data), PARAMETERS), strict=True)
