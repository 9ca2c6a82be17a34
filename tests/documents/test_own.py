"""What authors bring themselves: pictures, tables, equations, footnotes, links, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

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
    assert [(one.file, one.width, one.height) for one in document.pictures] == [("images-my-bench.jpg", 40, 30)]


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


def test_a_picture_that_planning_does_not_know_is_refused(rendered):
    with pytest.raises(TemplateError, match="has a name that is put together"):
        rendered("markdown", '![x](images/{{ "my bench" }}.jpg)', known=False)


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("../a.png", lambda path: None, "lies outside of"),
        ("a.svg", lambda path: path.write_text("<svg><script/></svg>"), "neither PNG nor JPEG; save it as one"),
        ("a.pngg", lambda path: None, "neither PNG nor JPEG"),
        ("b.png", lambda path: (path.parent / "a.png").write_bytes(b""), 'no picture .*did you mean "a.png"'),
        ("a.png", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\nxxxx"), "cannot be read"),
        ("a.png", lambda path: Image.new("RGB", (2, 2)).save(path, format="JPEG"), "cannot be read"),
        ("a.png", lambda path: Image.new("1", (MOST_PIXELS // 5000 + 1, 5000)).save(path), "pixels, .* shrink it"),
        ("a.jpg", lambda path: path.write_bytes(b"x" * (21 << 20)), "has 21 MiB, 20 are allowed"),
        ("link.png", lambda path: path.symlink_to("/etc/hostname"), "lies outside of"),
    ],
)
def test_pictures_that_are_refused(tmp_path, name, write, words):
    write(tmp_path / Path(name).name)
    with pytest.raises(TemplateError, match=words):
        checked(tmp_path, name)
