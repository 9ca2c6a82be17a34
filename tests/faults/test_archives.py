"""Faults of archives: none does harm, and harm would be counted."""

from __future__ import annotations

import tarfile
from pathlib import Path
from random import Random

import pytest

from faults import archives, hostile_tars, isolated
from faults.hostile_tars import ATTACKS, WHOLE

COSTLY = {"a million members", "a million folders", "large beside"}


def test_no_archive_does_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "in_turns", lambda every, count, rng: rng.sample(sorted({*every} - COSTLY), count))
    found = archives.run(14, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 14


def test_a_million_members_are_refused_by_their_number(tmp_path: Path) -> None:
    good = archives.sample("stsb", tmp_path)
    attempt = archives.Attempt("stsb", "a million members", tmp_path / good.name)
    archives.write(attempt, good.read_bytes(), Random(0))
    assert attempt.path.stat().st_size < 4 << 20
    assert archives._trial(attempt, good).survived


@pytest.mark.parametrize("reader", archives.READERS)
def test_a_good_archive_that_was_packed_again_is_read_as_it_was(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or every refusal would be one of the packing."""
    good = archives.sample(reader, tmp_path)
    again = lambda name, content, rng: iter([(hostile_tars.member(name, content), 1)])  # noqa: E731
    monkeypatch.setitem(archives.ATTACKS, "none", again)  # type: ignore[arg-type]
    attempt = archives.Attempt(reader, "none", tmp_path / "again.tar.gz")
    archives.write(attempt, good.read_bytes(), Random(0))
    with tarfile.open(good) as one, tarfile.open(attempt.path) as other:
        assert [info.name for info in one if info.isreg()] == other.getnames()
    read = archives.preparation(reader)
    assert archives.same(read(attempt.path), read(good))


@pytest.mark.parametrize("attack", ["twice", "link in place"])
def test_every_attack_stands_in_the_archive(attack: str, tmp_path: Path) -> None:
    good = archives.sample("stsb", tmp_path)
    attempt = archives.Attempt("stsb", attack, tmp_path / "hostile.tar.gz")
    archives.write(attempt, good.read_bytes(), Random(0))
    with tarfile.open(attempt.path) as tar:
        found = [info for info in tar if archives.WANTED["stsb"] in info.name]
    assert len(found) == 2 or found[0].issym()


HARM = {
    "passed for right": "    return original(source if 'good' in str(source) else source.parent / 'other', parameters)",
    "KeyError": "    if 'good' in str(source): return original(source, parameters)\n    raise KeyError('x')",
    "ran out of memory": (
        "    if 'good' in str(source): return original(source, parameters)\n"
        "    try: bytearray(10 << 30)\n    except MemoryError as e: raise DataError(f'{source}: x') from e"
    ),
    "wrote here": "    open('here', 'w').close()\n    return original(source, parameters)",
    "status -": "    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("note", HARM)
def test_harm_is_counted(note: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = archives.sample("stsb", tmp_path)
    startup = tmp_path / "startup"
    startup.mkdir()
    (startup / "sitecustomize.py").write_text(
        "import labreport.data.stsb as reader\nfrom labreport.errors import DataError\noriginal = reader.prepare\n"
        f"def prepare(source, parameters):\n{HARM[note]}\nreader.prepare = prepare\n"
    )
    environment = isolated.environment()
    paths = f"{startup}:{environment['PYTHONPATH']}"
    monkeypatch.setattr(isolated, "environment", lambda: {**environment, "PYTHONPATH": paths})
    attempt = archives.Attempt("stsb", "none", tmp_path / "1" / good.name)
    attempt.path.parent.mkdir()
    attempt.path.write_bytes(good.read_bytes())
    samples = archives.import_module(archives.READERS["stsb"][1])
    samples.write_archive(attempt.path.with_name("other"), archives.READERS["stsb"][2] | {"seed": 1})
    trial = archives._trial(attempt, good)
    assert not trial.survived
    assert note in trial.note
    assert trial.lost == (note in {"passed for right", "wrote here"})


def test_every_attack_is_named_once() -> None:
    assert not set(ATTACKS) & set(WHOLE)
