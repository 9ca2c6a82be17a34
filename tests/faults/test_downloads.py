"""Faults of downloads: none does harm, and harm would be counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from faults import downloads
from faults.mirrors import CONTENT, HONEST, WRONG
from labreport.data.download import Patience
from labreport.errors import DownloadError


def test_no_mirror_does_harm(tmp_path: Path) -> None:
    found = downloads.run(20, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 20


def test_every_way_to_fail_has_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every, tried = [*HONEST, *WRONG, *downloads.CHANCE], list[str]()
    monkeypatch.setattr(downloads, "_trial", lambda name, *more: tried.append(name) or downloads.Trial(True))
    downloads.run(len(every), tmp_path, Random(0))
    assert sorted(tried) == sorted(every)


def careless(urls: Sequence[str], digest: str, target: Path, patience: Patience) -> None:
    """Whatever comes first is taken."""
    target.write_bytes(CONTENT[:-1])


def crashing(urls: Sequence[str], digest: str, target: Path, patience: Patience) -> None:
    raise KeyError("Content-Length")


def forgetful(urls: Sequence[str], digest: str, target: Path, patience: Patience) -> None:
    """What had arrived is thrown away."""
    target.with_name(target.name + ".part").unlink()
    raise DownloadError(f"{urls[0]}: could not be reached")


@pytest.mark.parametrize(
    ("download", "note", "lost"),
    [(careless, "another file is in place", 5), (crashing, "KeyError: ", 0), (forgetful, "0 are left", 5)],
)
def test_harm_is_counted(
    download: object, note: str, lost: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "download", download)
    monkeypatch.setattr(downloads, "in_turns", lambda every, count, rng: ["404"] * count)
    monkeypatch.setattr(Random, "choice", lambda self, values: values[-1])
    found = downloads.run(5, tmp_path, Random(0))
    assert (found.tried, found.survived, found.lost) == (5, 0, lost)
    assert all(note in one for one in found.notes)
