"""Damaged files: found or done without, and one that passes for whole would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import cuts, finished
from faults.fault import Injection, Trial
from faults.reference import reference


@pytest.mark.parametrize(
    ("inject", "count"),
    [
        (cuts.checkpoints, 2),
        (cuts.made, 8),
        (cuts.kept, 6),
        (finished.lies, len(finished.LIES)),
    ],
)
def test_damage_does_no_harm(inject: Injection, count: int, tmp_path: Path) -> None:
    found = inject(count, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == count


def test_what_verify_does_not_find_is_counted(tmp_path: Path) -> None:
    root = reference().finished(tmp_path / "project")
    found = cuts.verified(root, tmp_path, "nothing", "metrics.csv")
    assert (found.survived, found.lost) == (False, True)
    assert "everything matches" in found.note


def test_a_file_that_passes_for_whole_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuts, "damage", lambda path, rng: f"{path.name} untouched")
    monkeypatch.setattr(cuts, "made_unlike", lambda work, root: "metrics.csv differs")
    monkeypatch.setattr(cuts, "verified", lambda *arguments: Trial(True))
    archives = lambda every, count, rng: [one for one in every if one[1].suffix == ".gz"][:count]  # noqa: E731
    monkeypatch.setattr(cuts, "in_turns", archives)
    found = cuts.made(1, tmp_path, Random(0))
    assert (found.survived, found.lost) == (0, 1)
    assert "untouched: passed for whole" in found.notes[0]


def test_every_file_of_everything_has_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(cuts, "_made", lambda work, path, *more: seen.append(path) or Trial(True))
    cuts.made(1000, tmp_path, Random(0))
    root = reference().root
    places = [root / name for work in reference().works for name in work.made]
    files = [path for place in places for path in (place, *place.rglob("*")) if path.is_file() and path.stat().st_size]
    assert {root / path for path in seen} == {path for path in files if path.suffix != ".done"}


@pytest.mark.parametrize("seed", range(40))
def test_damage_is_never_without_effect(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = bytes(1000) + b"x" * 40
    path.write_bytes(content)
    said = cuts.damage(path, Random(seed))
    assert path.read_bytes() != content
    assert "of 1040" in said
