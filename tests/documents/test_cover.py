"""A cover before the report, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.errors import TemplateError

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
COVER = """![University](logo.png){width=25%}

---

# {{ report.title }}

{% for label, text in report.fields.items() -%}
| {{ label }}: {{ text }}
{% endfor %}

{{ report.date }}, {{ mycnn.val_accuracy }}
"""
FIELDS = {"Student number": "12_345", "Supervisor": "B. & C."}


@pytest.fixture
def covered(small_report, tmp_path):
    """`covered("html")` -> the small report in a form, with a cover."""

    def make(form, cover=COVER):
        declared = {"fields": FIELDS, "course": "Course", "affiliation": "Department"}
        spec = small_report("# Start {#sec:start}\n\nSee @sec:start.", figures=0, tables=0, **declared)
        folder = tmp_path / "templates" / "small"
        Image.new("RGB", (40, 30)).save(folder / "logo.png")
        (folder / "cover.md.j2").write_text(cover, encoding="utf-8")
        files = {str(folder / name): "0" * 16 for name in ("logo.png", "cover.md.j2")}
        spec = {**spec, "cover": str(folder / "cover.md.j2"), "files": {**spec["files"], **files}}
        return render(Path(spec["template"]), form, "en", spec, STATE)

    return make


def test_latex(covered):
    document = covered("latex")
    page = document.text.partition(r"\begin{titlepage}")[2].partition(r"\end{titlepage}")[0]
    for piece in (r"{figures/logo.png}", r"\vfill", r"{\LARGE\bfseries A title\par}", r"12\_345", "2026-01-02"):
        assert piece in page, piece
    rest = document.text.partition(r"\end{titlepage}")[2]
    assert "12" not in rest.partition("2026")[0]  # the title says no more what the cover does
    assert not {"Course", "Department"} & set(re.findall(r"\w+", rest))
    assert "demo scale" in page
    assert [picture.file for picture in document.pictures] == ["logo.png"]


def test_html(covered):
    text = covered("html").text
    page = text.partition('<section class="cover">')[2].partition("</section>")[0]
    for piece in ("data:image/png;base64,", "width:25", "A title", "12_345", "B. &amp; C.", "<hr"):
        assert piece in page, piece
    assert "<h1" not in page  # of which a page has one
    assert text.count("12_345") == 1
    assert re.findall(r'class="(cover-[a-z]+)"', page) == ["cover-title"]


def test_markdown(covered):
    document = covered("markdown")
    page = document.text.partition("\n---\n")[0]
    assert '<img src="small.en/logo.png" alt="University" width="25%">' in page
    assert "**A title**" in page
    assert "Student number: 12_345\\\nSupervisor: B. \\& C." in page
    assert [picture.file for picture in document.pictures] == ["logo.png"]


def test_word(covered):
    with zipfile.ZipFile(io.BytesIO(covered("docx").data)) as file:
        body = file.read("word/document.xml").decode()
        assert any(name.startswith("word/media/") for name in file.namelist())
    words = "".join(re.findall(r"<w:t[ >][^<]*|w:type=\"page\"", body))
    cover, _, rest = words.partition('w:type="page"')
    assert "12_345" in cover
    assert "A title" in cover
    assert "A title" in rest
    assert "12_345" not in rest
    assert "Start" not in cover


@pytest.mark.parametrize(
    ("cover", "words"),
    [
        ("![](no.png)", r"cover\.md\.j2: there is no picture 'no\.png'"),
        ("![](../logo.png)", r"cover\.md\.j2: the picture .* lies outside of"),
        (
            "![x](figure:loss)",
            r"cover\.md\.j2: 'figure:loss': a cover shows pictures of one's own; show this one in the",
        ),
        ("![x](logo.png){width=3cm}", r"cover\.md\.j2: 'logo\.png': width=3cm; allowed is a share"),
        ("See @sec:start.", r"cover\.md\.j2: @sec:start"),
        ("{{ nothing }}", r"cover\.md\.j2:1: there is no \"nothing\""),
    ],
)
def test_what_is_refused(covered, cover, words):
    with pytest.raises(TemplateError, match=words):
        covered("latex", cover)
