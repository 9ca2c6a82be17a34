"""Edits of code: a key tells those that change a result, and one that it is silent about would be counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from benchmarks.project import ROOT
from faults import edits


def test_what_no_key_tells_changes_no_result(tmp_path: Path) -> None:
    found = edits.run(2, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == 2


def test_a_key_that_is_silent_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What carries a claim out is covered by no key, and adds to it here."""
    sources = Path(shutil.copytree(ROOT / "src", tmp_path / "src"))
    path = sources / "labreport/steps/items.py"
    text = path.read_text(encoding="utf-8")
    assert "file_of(load_module(" in text
    path.write_text(text.replace("file_of(load_module(", "{'more': 1} | file_of(load_module("), encoding="utf-8")
    monkeypatch.setattr(edits, "changes", lambda node: iter(()))
    found = edits.trial("judge", sources, tmp_path / "trial", Random(0))
    assert (found.survived, found.lost) == (False, True)
    assert "overfits.json differs" in found.note
