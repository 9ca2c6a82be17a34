"""Faults of what authors bring: judged by parsing what comes out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from faults import inert, reports


@pytest.mark.parametrize("form", reports.FORMS)
def test_prose_that_would_harm_is_text(form: str, tmp_path: Path) -> None:
    trial = reports.trial("prose", "<script>alert(1)</script> { DDEAUTO x }", b"", "", tmp_path, form)
    assert trial.survived, trial.note


def test_a_picture_that_is_none_is_refused(tmp_path: Path) -> None:
    trial = reports.trial("picture", "![A.](a.png)", b"", "100 megapixels", tmp_path, "html")
    assert trial.survived, trial.note


@pytest.mark.parametrize(
    "text",
    ["<script>", "<p onclick=x>", '<a href="javascript:x">', '<img src="http://x">', '<p style="b:url(x)">', "<base>"],
)
def test_harm_in_a_page_is_seen(text: str) -> None:
    assert inert.Page(text).found
    assert not inert.Page('<a href="https://x">&lt;script&gt;</a><img src="data:image/png;base64,AA">').found


@pytest.mark.parametrize(("name", "harms"), [(" DDEAUTO x ", True), (" SEQ Figure \\* ARABIC ", False)])
def test_a_field_of_word_is_seen(name: str, harms: bool) -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr(
            "word/document.xml", f'<w:p {space}><w:fldSimple w:instr="{name}"><w:t>a</w:t></w:fldSimple></w:p>'
        )
    assert (bool(inert.word_file(file.getvalue())[0]), inert.word_file(file.getvalue())[1]) == (harms, "a")
