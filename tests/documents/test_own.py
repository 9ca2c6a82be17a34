"""What authors bring themselves: pictures, tables, equations, footnotes, links, in every format."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from labreport.documents import citations, pandoc
from labreport.documents.document import render
from labreport.documents.pictures import MOST_PIXELS, checked
from labreport.documents.provenance import Provenance
from labreport.errors import TemplateError

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
TEXT = """# A {#sec:a}

As in @fig:bench, @tab:own, @eq:one and @eq:two, ~~not~~ in [that section](#sec:a).[^1]

![The *bench* in $x_1$.](images/my bench.jpg){#fig:bench width=60%}

![A figure.](figure:plot_0)

| Part | Count |
|:-----|------:|
| a_b  |     1 |

: Parts & counts. {#tab:own}

![Measured.](table:table_0)

$$
E = mc^2
$$ {#eq:one}

and

$$ a = b. $$ {#eq:two}

[^1]: A foot_note with [a link](https://example.org/a_b).
"""


@pytest.fixture
def rendered(small_report, tmp_path):
    folder = tmp_path / "templates" / "small" / "images"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 30)).save(folder / "my bench.jpg")

    def call(form, text=TEXT, lang="en", known=True):
        spec = small_report(text.replace("my bench", "my%20bench"), lang=lang, figures=1)
        spec["files"] |= {str(folder / "my bench.jpg"): "0" * 16} if known else {}
        return render(Path(spec["template"]), form, lang, spec, STATE)

    return call


def test_latex(rendered):
    document = rendered("latex")
    for piece in (
        r"\hyperref[fig:bench]{Figure~\ref*{fig:bench}}, \hyperref[tab:own]{Table~\ref*{tab:own}}, "
        r"\hyperref[eq:one]{Equation~(\ref*{eq:one})}",
        r"\sout{not} in \hyperref[sec:a]{that section}.\footnote{A foot\_note with "
        r"\href{https://example.org/a_b}{a link}.}",
        r"\labpicture{The bench in x\_1.}{"
        r"\includegraphics[width=0.6\linewidth,height=0.8\textheight,keepaspectratio]{figures/images-my-bench.jpg}}"
        r"\caption{\label{fig:bench}The \emph{bench} in \(x_1\).}",
        r"\caption{\label{tab:own}Parts \& counts.}",
        "\\begin{equation}\\label{eq:one}\nE = mc^2\n\\end{equation}",
        "\\begin{equation}\\label{eq:two}\na = b.\n\\end{equation}",
    ):
        assert piece in document.text, piece
    assert [one.file for one in document.pictures] == ["images-my-bench.jpg"]


def test_markdown(rendered):
    text = rendered("markdown").text
    nbsp = "\u00a0"
    for piece in (
        f"[Figure{nbsp}1](#fig-bench), [Table{nbsp}1](#tab-own), [Equation{nbsp}(1)](#eq-one) and ",
        f"[Equation{nbsp}(2)](#eq-two)",
        "~~not~~ in [that section](#sec-a).[^1]",
        '<img src="small.en/images-my-bench.jpg" alt="The bench in x_1." width="60%">',
        f"**Figure{nbsp}1.** The *bench* in $`x_1`$.",
        f"**Table{nbsp}1.** Parts \\& counts.",
        "E = mc^2\n\\tag{1}",
        "a = b.\n\\tag{2}",
        f"**Table{nbsp}2.** Measured.",
        "[^1]: A foot_note with [a link](https://example.org/a_b).",
    ):
        assert piece in text, piece
    for name in ("fig-bench", "tab-own", "eq-one", "eq-two"):
        assert f'<a id="{name}"></a>' in text


def test_two_pictures_that_would_have_one_name_are_refused(rendered, tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "templates/small/images-my-bench.jpg")
    with pytest.raises(TemplateError, match=r"my bench\.jpg would both be called images-my-bench\.jpg; rename one"):
        rendered("markdown", "![x](images/my bench.jpg)\n\n![y](images-my-bench.jpg){#fig:y}")


def test_a_picture_that_planning_does_not_know_is_refused(rendered):
    with pytest.raises(TemplateError, match="has a name that is put together"):
        rendered("markdown", '![x](images/{{ "my bench" }}.jpg)', known=False)


def _png():
    file = io.BytesIO()
    Image.effect_noise((20, 20), 50).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("../a.png", lambda path: None, "lies outside of"),
        ("a.svg", lambda path: path.write_text("<svg><script/></svg>"), "neither PNG nor JPEG; save it as one"),
        ("a.pngg", lambda path: None, "neither PNG nor JPEG"),
        ("b.png", lambda path: (path.parent / "a.png").write_bytes(b""), 'no picture .*did you mean "a.png"'),
        ("a.png", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\nxxxx"), ": it is damaged, or of another kind$"),
        ("a.png", lambda path: Image.new("RGB", (2, 2)).save(path, "JPEG"), ": it is damaged, or of another kind$"),
        ("a.png", lambda path: Image.new("1", (MOST_PIXELS // 5000 + 1, 5000)).save(path), "pixels, .* shrink it"),
        ("a.jpg", lambda path: path.write_bytes(b"x" * (21 << 20)), "has 21 MiB, 20 are allowed"),
        ("link.png", lambda path: path.symlink_to("/etc/hostname"), "lies outside of"),
        ("circle.png", lambda path: path.symlink_to(path.name), "is no file|there is no picture"),
        ("x" * 300 + ".png", lambda path: None, "is no file: .*too long"),
        ("cut.png", lambda path: path.write_bytes(_png()[:-30]), "cannot be read: .*truncated"),
    ],
)
def test_pictures_that_are_refused(tmp_path, name, write, words):
    write(tmp_path / Path(name).name)
    with pytest.raises(TemplateError, match=words):
        checked(tmp_path, name)


@pytest.mark.parametrize(
    ("text", "works", "words"),
    [
        ("[a](https://x.org){onclick=alert(1)}", "", "onclick='alert"),
        ('<span onclick="x">a</span>', "", "onclick='x'"),
        ("::: {style='x'}\na\n:::", "", "style='x'"),
        ("``` {.python onclick=x}\na\n```", "", "onclick='x'"),
        ("# A {onclick=x}", "", "onclick='x'"),
        ("[a]{.labfloat}", "", r"{.labfloat}: is not read; allowed are unnumbered, .*; leave it out"),
        ('[99.9 %]{.labvalue origin="measured"}', "", "origin='measured'.*: is not read; allowed are width, .*"),
        ('[99.9 %]{run="0123456789abcdef"}', "", "run='0123456789abcdef'.*: is not read"),
        ("[99.9 %[measured]{.origin}]{.value}", "", "{.value}: is not read"),
        ("`99.9`{.value}", "", "{.value}: is not read"),
        ('{{ mycnn.val_accuracy | replace("%", "9%") }}', "", "is no number that a value printed; print the value"),
        ('{{ mycnn.val_accuracy }} or {{ "\\ue0000\\ue00199.9\\ue002" }}', "", "'99.9' is no number that a value"),
        (r"$\input{secret}$", "", r"\\input in a formula programs TeX"),
        (r"$$\immediate\write18{x}$$", "", "programs TeX"),
        ("$^^5cinput{secret}$", "", "programs TeX"),
        ('{{ ">" * 3000 }} a', "", "nested deeper"),
        ('{{ "a" * 3000000 }}', "", "3,000,000 characters, 2,000,000 are allowed"),
        ("[@a]", "@misc{a, title={T}", "references.bib: .*unexpected end of input; look for a brace"),
    ],
)
def test_what_could_harm_is_refused_in_one_line(document, text, works, words):
    with pytest.raises(TemplateError, match=words) as error:
        document("html", text, works=works)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("works", "words"),
    [
        (b"@misc{a, title={T\xe4}}", "no text in UTF-8 .* at byte 17.*"),
        (b"@misc{a, title={T}}" + b" " * (4 << 20), "has 4.0 MiB, 4 are allowed.*"),
        (b"@misc{a, title={T}", "unexpected end of input; look for a brace or comma that is missing above it"),
        (b"@misc{title={T}}", "unexpected.*"),
    ],
)
def test_a_broken_bibliography_is_told_with_its_place(tmp_path, works, words):
    (tmp_path / "references.bib").write_bytes(works)
    with pytest.raises(TemplateError) as error:
        citations.keys(tmp_path)
    assert re.fullmatch(f"{tmp_path}/references.bib: .*{words}", str(error.value))


def test_a_work_that_refers_to_itself_ends(document, monkeypatch):
    monkeypatch.setattr(pandoc, "MOST_SECONDS", 1)
    with pytest.raises(TemplateError, match="pandoc needs more than 1 s or 1g of memory"):
        document("html", "[@a]", works="@misc{a, crossref={a}, title={T}}")
