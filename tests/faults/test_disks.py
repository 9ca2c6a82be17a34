"""Steps that cannot write: one message and no half file, and anything else would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import disks
from faults.commands import Command
from faults.process import Ended
from faults.reference import reference

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


def half(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    """A step that leaves half a file."""
    path = root / command.outputs[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half")
    return SAID


def hidden(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    """A step that does not tidy up."""
    (root / "results" / ".claim.json.x1").write_text("half")
    return SAID


def silent(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    """A step that says nothing."""
    return Ended(0, "")


def crashing(command: Command, root: Path, log: Path, rng: Random) -> Ended:
    """A step that says too much."""
    return Ended(1, "Traceback (most recent call last):\nerror: no room\n")


@pytest.mark.parametrize(
    ("failing", "lost", "note"),
    [
        (half, True, "is not what it should be"),
        (hidden, True, ".claim.json.x1 is left over"),
        (silent, False, "status 0"),
        (crashing, False, "status 1"),
    ],
)
def test_harm_is_counted(failing: disks.Failing, lost: bool, note: str, tmp_path: Path) -> None:
    judge = reference().of_step("judge")[0]
    found = disks.trial(judge, tmp_path / "trial", Random(0), failing)
    assert (found.survived, found.lost) == (False, lost)
    assert note in found.note
