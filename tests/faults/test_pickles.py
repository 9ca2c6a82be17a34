"""Faults of pickles: nothing is executed, and what is executed would be counted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from faults import isolated, pickles
from faults.hostile_pickles import BOMBS, CODE
from tests.faults import careless


def test_no_pickle_is_executed(tmp_path: Path) -> None:
    found = pickles.run(len(pickles.PLACES), tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == len(pickles.PLACES)
    assert not set(CODE) & set(BOMBS)


@pytest.mark.parametrize("payload", CODE)
def test_pythons_own_reader_executes_every_one_and_that_is_counted(payload: str, tmp_path: Path) -> None:
    """Or that nothing is executed would mean nothing."""
    target = tmp_path / "read"
    target.mkdir()
    (target / "pickle").write_bytes(CODE[payload](isolated.CANARY))
    reading = partial(pickles.refused, careless.unpickle, target)
    found = isolated.trial(payload, reading, str(target), tmp_path)
    assert (found.survived, found.lost, found.executed) == (False, True, True)


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
