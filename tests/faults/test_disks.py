"""Steps that cannot write: one message and no half file, and anything else would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import disks
from faults.process import Ended
from faults.reference import Work, reference

SAID = Ended(1, "error: no room\n")


def test_a_full_disk_does_no_harm(tmp_path: Path) -> None:
    found = disks.full(6, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 6


def test_small_files_stand_in_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "may_mount", lambda: False)
    monkeypatch.setattr("faults.room.may_mount", lambda: False)
    found = disks.full(3, tmp_path, Random(1))
    assert found.harmless, found.notes
    assert "RLIMIT_FSIZE" in found.kind


def test_a_folder_that_may_only_be_read_does_no_harm(tmp_path: Path) -> None:
    found = disks.read_only(4, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 4


def test_an_operation_that_fails_does_no_harm(tmp_path: Path) -> None:
    found = disks.operations(6, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 6


def half(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    """A step that leaves half of what it makes."""
    (root / work.out).mkdir(parents=True)
    (root / work.out / "overfits.json").write_text("{")
    return SAID


def replacing(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    """A step that fails when it has removed what was there before."""
    (root / work.out / "old.txt").unlink(missing_ok=True)
    return SAID


def hidden(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    """A step that does not tidy up."""
    (root / "results" / ".claim.json.x1").write_text("half")
    return SAID


def silent(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    """A step that says nothing."""
    return Ended(0, "")


def crashing(work: Work, root: Path, log: Path, rng: Random) -> Ended:
    """A step that says too much."""
    return Ended(1, "Traceback (most recent call last):\nerror: no room\n")


@pytest.mark.parametrize(
    ("failing", "old", "lost", "note"),
    [
        (half, False, True, "after the failure SHA256SUMS cannot be read"),
        (replacing, True, True, "after the failure old.txt cannot be read"),
        (hidden, False, True, ".claim.json.x1 is left over"),
        (silent, False, False, "status 0"),
        (crashing, False, False, "status 1"),
    ],
)
def test_harm_is_counted(
    failing: disks.Failing, old: bool, lost: bool, note: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Random, "random", lambda self: 0.0 if old else 1.0)
    judge = reference().of_step("judge")[0]
    found = disks.trial(judge, tmp_path / "trial", Random(0), failing)
    assert (found.survived, found.lost) == (False, lost)
    assert note in found.note
