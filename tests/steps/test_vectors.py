from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.data import samples_pairs
from labreport.data.arrays import load
from labreport.data.stsb import prepare
from labreport.data.word2vec import train
from labreport.errors import CodeChangedError, DataError, TrainingError, run_step
from labreport.planning.code import code_digest
from labreport.planning.keys import key_of
from labreport.steps.vectors import main
from labreport.training.vectors import load_vectors

PARAMETERS = {"dimensions": 8, "window": 2, "epochs": 1, "seed": 0}
IDENTITY = {"dataset": "stsb", "digest": "sample:0"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared pairs."""
    folder = tmp_path_factory.mktemp("pairs")
    sizes = {"train_pairs": 40, "dev_pairs": 5, "test_pairs": 5}
    samples_pairs.write_archive(folder / "archive.tar.gz", {**sizes, "seed": 0})
    prepared = prepare(folder / "archive.tar.gz", {**sizes, "seed": 0, "length": 20, "min_count": 2})
    prepared.spec.update(IDENTITY)
    prepared.save(folder / "key")
    return folder / "key"


def spec(**changes: Any) -> dict[str, Any]:
    roots = ["labreport.steps.vectors", "labreport.data.word2vec"]
    planned = {
        "method": "word2vec",
        "target": "labreport.data.word2vec",
        "data": {"dataset": "stsb", "key": key_of(IDENTITY)},
        "parameters": PARAMETERS,
        "code": code_digest(roots),
    }
    return {**planned, **changes}


def arguments(spec: dict[str, Any], data: Path, out: Path) -> list[str]:
    return ["--spec", json.dumps(spec), "--data", str(data), "--out", str(out)]


def test_a_folder_that_a_run_can_start_from(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "key"
    main(arguments(spec(), data, out))
    names = {"vectors.npy", "spec.json", "code.json", "environment.json"}
    assert {path.name for path in out.iterdir()} == names | {"SHA256SUMS"}
    assert json.loads((out / "spec.json").read_text()) == spec()
    assert set((out / "SHA256SUMS").read_text().splitlines()) == {
        f"{hashlib.sha256((out / name).read_bytes()).hexdigest()}  {name}" for name in names
    }
    prepared = load(data)
    vectors = load_vectors(out, {"vectors": {"key": key_of(spec())}}, len(prepared.vocabulary or ()))
    np.testing.assert_array_equal(vectors, train(prepared, PARAMETERS), strict=True)


def test_environment_is_its_own(data: Path, tmp_path: Path) -> None:
    main(arguments(spec(), data, tmp_path / "key"))
    environment = json.loads((tmp_path / "key" / "environment.json").read_text())
    finished = datetime.fromisoformat(environment.pop("finished"))
    assert finished.utcoffset() is not None
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "gensim")}
    assert environment == {"python": platform.python_version(), **versions}


def test_as_a_command_it_is_silent_and_loads_no_torch(data: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from labreport.errors import run_step; from labreport.steps.vectors import main; "
        "status = run_step(main); assert not {'torch', 'pandas'} & set(sys.modules); sys.exit(status)"
    )
    for number, command in enumerate((["-m", "labreport.steps.vectors"], ["-c", code])):
        out = tmp_path / str(number)
        done = subprocess.run(
            [sys.executable, "-W", "error", *command, *arguments(spec(), data, out)], capture_output=True, text=True
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "0" / "vectors.npy").read_bytes() == (tmp_path / "1" / "vectors.npy").read_bytes()


def test_other_data_than_planned(data: Path, tmp_path: Path) -> None:
    planned = spec(data={"dataset": "stsb", "key": "0" * 16})
    with pytest.raises(DataError, match=rf"have the key {key_of(IDENTITY)}, but the vectors were planned with 0000"):
        main(arguments(planned, data, tmp_path / "out"))
    assert not list(tmp_path.iterdir())


def test_code_that_changed_since_planning(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError, match="changed after this job was planned"):
        main(arguments(spec(code="0" * 16), data, tmp_path / "out"))
    with pytest.raises(CodeChangedError, match="no such module"):
        main(arguments(spec(target="os"), data, tmp_path / "out"))


def test_finished_vectors_are_kept(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(arguments(spec(), data, tmp_path / "out"))
    before = (tmp_path / "out" / "environment.json").read_bytes()
    assert run_step(main, arguments(spec(), data, tmp_path / "out")) == 1
    assert "are complete" in capsys.readouterr().err
    assert (tmp_path / "out" / "environment.json").read_bytes() == before


@pytest.mark.parametrize("name", ["code", "target", "parameters", "data"])
def test_a_spec_that_lacks_something(name: str, data: Path, tmp_path: Path) -> None:
    planned = spec()
    del planned[name]
    with pytest.raises(TrainingError, match=rf"--spec: {name}.* missing"):
        main(arguments(planned, data, tmp_path / "out"))
