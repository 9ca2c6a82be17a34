"""Archives that were altered: what harms is refused, and one that passes for right would be counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from faults import handed_in
from labreport.documents.zips import packed


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole.zip"
    path.write_bytes(
        packed({"small/small.pdf": Random(0).randbytes(9000), "small/SHA256SUMS": b"", "small/a.md": b"1"})
    )
    return path


@pytest.mark.parametrize("how", handed_in.ZIPS)
def test_a_zip_that_would_harm_is_refused(how: str, whole: Path, tmp_path: Path) -> None:
    trial = handed_in.trial(how, False, whole, "", tmp_path / "trial", Random(0))
    assert trial.survived, trial.note


@pytest.mark.parametrize(("status", "said"), [(0, "everything matches"), (3, "Traceback: KeyError")])
def test_what_passes_for_right_or_breaks_is_counted(
    status: int, said: str, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handed_in, "_verified", lambda path: (status, said))
    trial = handed_in.trial("the PDF", False, whole, "", tmp_path / "trial", Random(0))
    assert (trial.survived, trial.lost) == (False, status == 0)
