"""Faults of archives: none does harm, and harm would be counted."""

from __future__ import annotations

import tarfile
from functools import partial
from pathlib import Path
from random import Random

import pytest

from faults import archives, hostile_tars
from faults.hostile_tars import ATTACKS, WHOLE
from tests.faults import careless

COSTLY = {"a million members", "a million folders", "large beside"}


def test_no_archive_does_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "in_turns", lambda every, count, rng: rng.sample(sorted({*every} - COSTLY), count))
    found = archives.run(9, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 9
    assert not set(ATTACKS) & set(WHOLE)


@pytest.mark.parametrize("reader", archives.READERS)
def test_a_good_archive_that_was_packed_again_is_read_as_it_was(
    reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or every refusal would be one of the packing."""
    good, again = archives.sample(reader, tmp_path), tmp_path / "again.tar.gz"
    same = lambda name, content, rng: iter([(hostile_tars.member(name, content), 1)])  # noqa: E731
    monkeypatch.setitem(archives.ATTACKS, "none", same)  # type: ignore[arg-type]
    archives.write(again, "none", good.read_bytes(), archives.READERS[reader][5], Random(0))
    with tarfile.open(good) as one, tarfile.open(again) as other:
        assert [info.name for info in one if info.isreg()] == other.getnames()
    assert archives.comparison(archives.preparation(reader), again, good)()


@pytest.mark.parametrize("attack", ["twice", "link in place"])
def test_every_attack_stands_in_the_archive(attack: str, tmp_path: Path) -> None:
    good, path = archives.sample("stsb", tmp_path), tmp_path / "hostile.tar.gz"
    archives.write(path, attack, good.read_bytes(), "sts-dev.csv", Random(0))
    with tarfile.open(path) as tar:
        found = [info for info in tar if "sts-dev.csv" in info.name]
    assert len(found) == 2 or found[0].issym()


@pytest.mark.parametrize("note", careless.HARM)
def test_harm_is_counted(note: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = archives.sample("stsb", tmp_path)
    read = partial(careless.prepare, parameters=archives.preparation("stsb").keywords["parameters"], harm=note)
    monkeypatch.setattr(archives, "preparation", lambda reader: read)
    monkeypatch.setitem(archives.WHOLE, "none", lambda data, rng: data)  # type: ignore[arg-type]
    found = archives.trial("stsb", "none", good, tmp_path / "1", Random(0))
    assert not found.survived
    assert note in found.note
    assert found.lost == (note in {"passed for right", "wrote here"})
