"""A small report for every test of documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from labreport.documents.document import Document, render
from labreport.documents.provenance import Provenance
from tests.documents.small import write_report

STATE = Provenance("abc1234", "2026-01-02", 1767312000)


@pytest.fixture
def small_report(tmp_path: Path, report_spec: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`small_report("text of the template", lang="en")` -> the spec of a write step; its files lie in `tmp_path`."""
    return partial(write_report, tmp_path, report_spec)


@pytest.fixture
def document(small_report: Callable[..., dict[str, Any]], tmp_path: Path) -> Callable[..., Document]:
    """`document("html", "text of the template", "zh", works="@misc{...}")` -> the small report in a form."""

    def make(form: str, text: str, lang: str = "en", works: str = "", **kwargs: Any) -> Document:
        spec = {**small_report(text, lang=lang, **kwargs), "form": form}
        (tmp_path / "templates" / "small" / "references.bib").write_text(works, encoding="utf-8")
        return render(Path(spec["template"]), form, lang, spec, STATE)

    return make
