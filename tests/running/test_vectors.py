from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.artifacts.artifact import key_of
from labreport.errors import DataError, TrainingError
from labreport.files import write_sums
from labreport.running.vectors import load_vectors

SPEC = {"method": "word2vec", "parameters": {"dimensions": 3}}
KEY = key_of("vectors", SPEC)
VECTORS = np.array([[0, 0, 0], [1, 2, 3], [4, 5, 6]], np.float32)


def folder(path: Path, vectors: np.ndarray = VECTORS, spec: Any = SPEC) -> Path:
    path.mkdir()
    np.save(path / "vectors.npy", vectors)
    (path / "spec.json").write_text(json.dumps(spec))
    write_sums(path)
    return path


def test_vectors_come_back_as_they_were_kept(tmp_path: Path) -> None:
    found = load_vectors(folder(tmp_path / "kept"), KEY, 3)
    np.testing.assert_array_equal(found, VECTORS, strict=True)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"method": "other"}, f"but the run was planned with {KEY}"),
        ({"method": float("nan")}, "its spec is damaged .*delete this folder"),
    ],
)
def test_vectors_of_another_plan_are_refused(spec: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        load_vectors(folder(tmp_path / "kept", VECTORS, spec), KEY, 3)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (VECTORS.astype(np.float64), r"found float64 \(3, 3\), needed is float32 \(3, dimensions\)"),
        (VECTORS[:2], r"found float32 \(2, 3\)"),
        (VECTORS[::-1], "first row of zeros"),
        (VECTORS[0], r"found float32 \(3,\)"),
    ],
)
def test_vectors_that_no_run_can_start_from_are_refused(vectors: np.ndarray, message: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=message):
        load_vectors(folder(tmp_path / "kept", vectors), KEY, 3)


@pytest.mark.parametrize("damage", ["vectors.npy", "spec.json"])
def test_files_changed_cut_short_or_missing_are_refused(damage: str, tmp_path: Path) -> None:
    kept = folder(tmp_path / "kept")
    content = bytearray((kept / damage).read_bytes())
    content[-3] ^= 1
    for damaged in (content, content[:9]):
        (kept / damage).write_bytes(damaged)
        with pytest.raises(
            TrainingError, match=rf"are damaged \({damage} does not have the digest .*delete this folder"
        ):
            load_vectors(kept, KEY, 3)
    (kept / damage).unlink()
    with pytest.raises(TrainingError, match=rf"are damaged \({damage} cannot be read .*delete this folder"):
        load_vectors(kept, KEY, 3)


def test_a_file_that_is_whole_and_no_array_is_refused(tmp_path: Path) -> None:
    kept = folder(tmp_path / "kept")
    (kept / "vectors.npy").write_text("1, 2, 3")
    write_sums(kept)
    with pytest.raises(TrainingError, match=r"cannot be read .*delete this folder"):
        load_vectors(kept, KEY, 3)
