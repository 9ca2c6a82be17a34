"""The same work begun twice at once: one does it, and a wrong result would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import twice


def test_one_job_twice(tmp_path: Path) -> None:
    found = twice.steps(3, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 3


def test_one_job_once_more(tmp_path: Path) -> None:
    found = twice.results(4, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 4


def test_snakemake_twice(tmp_path: Path) -> None:
    found = twice.workflows(1, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 1


def test_a_wrong_result_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twice, "STEPS", ("train",))
    monkeypatch.setattr(twice, "made_unlike", lambda work, root: "metrics.csv differs")
    found = twice.steps(1, tmp_path, Random(0))
    assert (found.survived, found.lost) == (0, 1)
