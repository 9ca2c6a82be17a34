"""Which TeX, how it is called, what its log says. Documents are typeset in `tests/steps/test_typeset.py`."""

from __future__ import annotations

import pytest

from labreport.documents import typeset
from labreport.errors import TypesettingError

LOG = r"""
This is XeTeX
Missing character: There is no 🚀 in font [lmroman10-regular]:mapping=tex-text;!
Missing character: There is no 🚀 in font [lmroman10-regular]:mapping=tex-text;!
LaTeX Warning: Reference `fig:nothing' on page 3 undefined on input line 12.
LaTeX Warning: Hyper reference `sec:nowhere' on page 1 undefined on input line 9.
Overfull \hbox (1.5pt too wide) in paragraph at lines 1--2
Overfull \hbox (14.25pt too wide) in alignment at lines 20--30
labreport: table A.3 is 12.5pt too wide
labreport: table A.3 is 12.5pt too wide
labreport: no font has U+1F600
labreport: no font has U+1F600
! Undefined control sequence.
l.123 \nonsense
                {x}
! Emergency stop.
"""


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ({"latexmk", "xelatex", "tectonic"}, "latexmk"),
        ({"latexmk", "xelatex"}, "latexmk"),
        ({"latexmk", "tectonic"}, "tectonic"),
        ({"tectonic"}, "tectonic"),
    ],
)
def test_latexmk_before_tectonic(there, expected):
    assert typeset.engine(lambda name: f"/bin/{name}" if name in there else None) == expected


@pytest.mark.parametrize("there", [set(), {"latexmk"}, {"xelatex"}])
def test_no_tex_names_the_packages(there):
    with pytest.raises(TypesettingError) as raised:
        typeset.engine(lambda name: name if name in there else None)
    for package in ("texlive-xetex", "texlive-lang-chinese", "latexmk", "lmodern", "tectonic", "mactex", "basictex"):
        assert package in str(raised.value)


def test_latexmk_runs_without_shell_escape_or_a_users_settings():
    words = typeset.command("latexmk", "report.tex")
    assert words[0] == "latexmk"
    assert words[-1] == "report.tex"
    assert {"-norc", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"} <= set(words)


def test_tectonic_is_told_that_the_source_is_not_trusted():
    found = typeset.command("tectonic", "report.tex")
    assert found == ["tectonic", "-X", "compile", "--untrusted", "--keep-logs", "--outdir", ".", "report.tex"]


def test_the_sources_date_and_the_bounds_of_tex():
    found = typeset.environment("% SOURCE_DATE_EPOCH=12\n\\documentclass{article}", {"PATH": "/bin"})
    assert (found["SOURCE_DATE_EPOCH"], found["FORCE_SOURCE_DATE"], found["PATH"]) == ("12", "1", "/bin")
    assert (found["openin_any"], found["openout_any"]) == ("p", "p")
    assert typeset.environment("% SOURCE_DATE_EPOCH=12\n", {"SOURCE_DATE_EPOCH": "7"})["SOURCE_DATE_EPOCH"] == "7"
    assert "SOURCE_DATE_EPOCH" not in typeset.environment("no date", {})


def test_what_a_log_says():
    found = typeset.findings(LOG)
    assert found.errors == (
        (r"\nonsense is no command of TeX; look for it in a formula, or in LaTeX of your own", 123),
    )
    assert [character for character, _ in found.missing] == ["🚀"]
    assert "lmroman10" in found.missing[0][1]
    assert found.undefined == ("fig:nothing", "sec:nowhere")
    assert found.overfull == ("14.25 pt in alignment at lines 20--30",)
    assert found.shrunk == ("table A.3 is 12.5 pt wider than the text",)
    assert found.numbered == ("😀, printed as [U+1F600]",)


def test_a_clean_log_says_nothing():
    assert typeset.findings("This is XeTeX\nOutput written on x.pdf\n") == typeset.Findings((), (), (), (), (), ())


def test_an_error_without_a_line_is_still_said():
    assert typeset.findings("! I can't find file `x'.\n").errors == (("I can't find file `x'.", None),)


@pytest.fixture
def tex(tmp_path, monkeypatch):
    """`tex(log, status, said)` typesets a source by a stand-in for TeX, the PDF to `out.pdf`: its warnings."""
    folder, programs = tmp_path / "text", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    for name in ("latexmk", "xelatex"):
        (programs / name).write_text(
            f'#!/bin/sh\npwd >told && echo "$@" >>told && env >>told\n[ -f {tmp_path}/log ] && '
            f"cp {tmp_path}/log small.log\n"
            f"echo typeset >small.pdf\ncat {tmp_path}/said\nexit $(cat {tmp_path}/status)\n"
        )
        (programs / name).chmod(0o755)
    (folder / "small.tex").write_text(f"% SOURCE_DATE_EPOCH=12\n  \\second\x0b{'x' * 300}\nthird\n", encoding="utf-8")
    (folder / "small.log").write_text("! An error of the last time.\n")

    def run(log, status=0, said=""):
        if log is not None:
            (tmp_path / "log").write_text(log, encoding="utf-8")
        (tmp_path / "status").write_text(str(status))
        (tmp_path / "said").write_text(said)
        return typeset.typeset(folder / "small.tex", tmp_path / "out.pdf")

    return run


def test_the_pdf_is_put_in_place_with_a_word_on_what_does_not_fit(tex, tmp_path):
    source = tmp_path / "text" / "small.tex"
    lines = [
        rf"Overfull \hbox ({points}pt too wide) in {place}" for points, place in ((2.0, "x"), (2.01, "y"), (2.01, "y"))
    ]
    assert tex("\n".join([*lines, "labreport: table 3 is 12.5pt too wide"])) == [
        f"{source}: overfull by 2.01 pt in y",
        f"{source}: table 3 is 12.5 pt wider than the text; it was shrunk: give it fewer columns or shorter words",
    ]
    assert (tmp_path / "out.pdf").read_text() == "typeset\n"


def test_tex_runs_in_its_own_folder_under_the_bounds(tex, tmp_path):
    assert tex(None) == []
    folder, words, *told = (tmp_path / "text" / "told").read_text().splitlines()
    assert folder == str(tmp_path / "text")
    assert words == "-norc -g -xelatex -interaction=nonstopmode -halt-on-error -no-shell-escape small.tex"
    assert {"SOURCE_DATE_EPOCH=12", "TZ=UTC", "max_print_line=10000", "openin_any=p"} <= set(told)


UNKNOWN = "\n".join(f"Missing character: There is no {one} in font f!" for one in "αβγδεζ")
NOWHERE = "\n".join(f"LaTeX Warning: Reference `fig:{one}' on page 1 undefined" for one in "abcdef")


@pytest.mark.parametrize(
    ("log", "status", "said", "lines"),
    [
        ("! Wrong.\nl.2 x\n! Emergency stop.\n", 12, "", ["small.tex:2: Wrong.", f"  \\second\x0b{'x' * 192}"]),
        ("! Wrong.\nl.3 x\n", 0, "", ["small.tex:3: Wrong.", "  third"]),
        ("! Wrong.\nl.4 x\n", 1, "", ["small.tex:4: Wrong."]),
        ("! Wrong.\nl.5 x\n", 1, "", ["small.tex:5: Wrong."]),
        ("! ==> Fatal error occurred, no output\n", 1, "", ["small.tex: ==> Fatal error occurred, no output"]),
        ("".join(f"! No {one}.\n" for one in "abcd"), 1, "", [f"small.tex: No {one}." for one in "abc"]),
        ("! LaTeX Error: File `x.sty' not found.\n", 1, "", ["small.tex: LaTeX Error: File `x.sty' not found.",
         "a part of TeX is not installed.", *typeset.PACKAGES.splitlines()]),
        ("! The font \"Fandol\" cannot be found.\n", 1, "", ["small.tex: The font \"Fandol\" cannot be found.",
         "a part of TeX is not installed.", *typeset.PACKAGES.splitlines()]),
        ("well", 1, "first\nlast\n", ["small.tex: last"]),
        ("well", 1, "", ["small.tex: TeX stopped without a word"]),
        (None, 0, "! Said only.\n", ["small.tex: Said only."]),
        (UNKNOWN, 0, "", [*(f"small.tex: the font f has no {one}" for one in "αβγδε"),
         "write these characters otherwise, in the template or in the data"]),
        (NOWHERE, 0, "", [f"small.tex: a reference to fig:{one}, which does not exist" for one in "abcde"]),
    ],
)  # fmt: skip
def test_what_went_wrong_is_said_with_its_place(tex, tmp_path, log, status, said, lines):
    with pytest.raises(TypesettingError) as raised:
        tex(log, status, said)
    text = tmp_path / "text"
    assert str(raised.value).replace(f"{text}/", "").split("\n") == [*lines, "the whole log: small.log"]
    assert not (tmp_path / "out.pdf").exists()
