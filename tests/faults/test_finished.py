"""A finished project that was meddled with: Snakemake measures nothing twice, and what it does would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import finished


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished.settled_copy(tmp_path_factory.mktemp("finished") / "project")


@pytest.mark.parametrize("how", ["results/ copied with scrambled time stamps", "its folder is deleted"])
def test_what_is_there_is_kept_and_what_is_gone_is_made_again(how: str, settled: Path, tmp_path: Path) -> None:
    found = finished.restarted(how, settled, tmp_path, Random(0))
    assert found.survived, found.note


def test_a_run_that_is_measured_again_for_nothing_is_counted(
    settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter(["then"] * 3)
    monkeypatch.setattr(finished, "CHANGES", {"nothing": lambda root, work, rng: None})
    monkeypatch.setattr(finished, "measured", lambda run: next(seen, "now"))
    found = finished.restarted("nothing", settled, tmp_path, Random(0))
    assert (found.survived, found.lost) == (False, True)
    assert found.note.endswith("was measured again")
