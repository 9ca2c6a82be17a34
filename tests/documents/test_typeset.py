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
    assert found.errors == (("Undefined control sequence.", 123),)
    assert [character for character, _ in found.missing] == ["🚀"]
    assert "lmroman10" in found.missing[0][1]
    assert found.undefined == ("fig:nothing", "sec:nowhere")
    assert found.overfull == ("14.25 pt in alignment at lines 20--30",)
    assert found.shrunk == ("table A.3 is 12.5 pt wider than the text",)


def test_a_clean_log_says_nothing():
    assert typeset.findings("This is XeTeX\nOutput written on x.pdf\n") == typeset.Findings((), (), (), (), ())


def test_an_error_without_a_line_is_still_said():
    assert typeset.findings("! I can't find file `x'.\n").errors == (("I can't find file `x'.", None),)
