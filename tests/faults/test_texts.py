"""Faults of texts: each is set as it is, and what is carried out or lost would be counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from faults import texts
from faults.hostile_texts import SECRET, TEX
from faults.texts import Shown
from labreport.documents.shells import ESCAPED
from labreport.errors import TypesettingError

WITH_TEX = pytest.mark.skipif(not shutil.which("latexmk") or not shutil.which("pdftotext"), reason="no TeX to set with")


@WITH_TEX
def test_every_text_is_set_as_it_is(tmp_path: Path) -> None:
    found = texts.run(texts.PER_DOCUMENT, tmp_path, Random(0))
    assert found.harmless, found.notes
    assert found.tried == texts.PER_DOCUMENT


@WITH_TEX
@pytest.mark.parametrize(
    ("escape", "counts"),
    [
        (lambda text: text.replace("_", "-"), "lost"),
        (lambda text: r"\input{secret}", "executed"),
        (lambda text: r"\immediate\openout5=labreport-canary.txt ", "executed"),
    ],
)
def test_what_is_carried_out_or_lost_is_counted(
    escape: object, counts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ESCAPED, "latex", escape)
    (trial,) = texts.document([Shown("a_b c", "affiliation")], tmp_path / "one", "en")
    assert not trial.survived
    assert getattr(trial, counts)


def test_what_is_refused_is_told_from_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pdf_text(spec: dict[str, Any], folder: Path, lang: str) -> str:
        if "bad" in (folder / "one.json").read_text(encoding="utf-8"):
            raise TypesettingError("no")
        return "good"

    monkeypatch.setattr(texts, "_pdf_text", pdf_text)
    found = texts.document([Shown("good", "cell"), Shown("bad", "note")], tmp_path / "two", "en")
    assert [trial.survived for trial in found] == [True, False]
    assert "'bad' as note: refused" in found[1].note


@pytest.mark.parametrize(
    "markdown",
    ["<script>x</script>", "a <b>c</b>", "![a](b)", "[a](http://b.invalid)", "<!-- a -->", "<http://b.invalid>"],
)
def test_what_is_more_than_text_is_seen(markdown: str) -> None:
    assert list(texts.active(markdown))
    assert not list(texts.active('<a id="x-1"></a>[b](#x-1) <span>$</span>5'))


def test_a_text_is_found_by_what_it_looks_like() -> None:
    pattern = texts._pattern("a\u202eb \U0001f680\ufb01")
    assert texts.re.fullmatch(pattern, texts._squeezed("ab [U+1F680]fi"))
    assert not texts.re.fullmatch(pattern, texts._squeezed("ab fi"))


def test_the_file_that_nothing_may_read_is_there(tmp_path: Path) -> None:
    texts.write([], tmp_path, "en")
    assert (tmp_path / "secret.tex").read_text() == SECRET
    assert sum("secret" in text for text in TEX) > 8
