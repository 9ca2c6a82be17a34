"""Faults of pickles: nothing is executed, and what is executed would be counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from faults import isolated, pickles
from faults.hostile_pickles import BOMBS, CODE

LOADS = """
import pathlib, pickle, sys, time
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        pickle.loads(path.read_bytes(), encoding="bytes")
    except Exception:
        pass
    canary = pathlib.Path(sys.argv[2])
    for _ in range(200):
        if canary.exists():
            break
        time.sleep(0.01)
    print(path.name, canary.exists())
    canary.rmdir() if canary.is_dir() else canary.unlink(missing_ok=True)
"""


def test_no_pickle_is_executed(tmp_path: Path) -> None:
    found = pickles.run(len(pickles.PLACES), tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == len(pickles.PLACES)


def test_pythons_own_reader_executes_every_one(tmp_path: Path) -> None:
    """Or that nothing is executed would mean nothing."""
    folder = tmp_path / "pickles"
    folder.mkdir()
    for name, make in CODE.items():
        (folder / name).write_bytes(make(isolated.CANARY))
    words = [sys.executable, "-c", LOADS, str(folder), isolated.CANARY]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == sorted(f"{name} True" for name in CODE)


CARELESS = """
import pickle
import labreport.data.cifar10 as reader
reader.unpickle = lambda data, where: pickle.loads(data, encoding="bytes")
"""


@pytest.mark.parametrize("payload", ["call, protocol 0", "in a batch", "in the state of an array"])
def test_what_is_executed_is_counted(payload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    startup = tmp_path / "startup"
    startup.mkdir()
    (startup / "sitecustomize.py").write_text(CARELESS)
    environment = isolated.environment()
    paths = f"{startup}:{environment['PYTHONPATH']}"
    monkeypatch.setattr(isolated, "environment", lambda: {**environment, "PYTHONPATH": paths})
    monkeypatch.setattr(pickles, "in_turns", lambda every, count, rng: [payload])
    found = pickles.run(1, tmp_path, Random(0))
    assert (found.survived, found.lost, found.executed) == (0, 1, 1)


@pytest.mark.parametrize("place", pickles.PLACES)
def test_what_is_read_is_the_payload(place: str, tmp_path: Path) -> None:
    """Without it everything can be read, or is refused for another reason."""
    good = pickles.sample("cifar10", tmp_path)
    marked = b"\x80\x02U\x0ba mark here."
    target = tmp_path / "target"
    target.mkdir()
    pickles.PLACES[place][0](target, marked, good)
    files = [path for path in target.rglob("*") if path.is_file()]
    contents = [content for path in files for content in _contents(path)]
    assert any(marked in content for content in contents)


def _contents(path: Path) -> list[bytes]:
    data = path.read_bytes()
    return [content for _, content in pickles.members(data)] if path.name.endswith(".gz") else [data]


def test_payloads_are_named_once() -> None:
    assert not set(CODE) & set(BOMBS)
