"""A bibliography is read as it is written, and every entry is checked."""

from __future__ import annotations

import json
import subprocess

import pypandoc
import pytest

from labreport.documents.bibliography import load
from labreport.errors import TemplateError

GOOD = r"""Notes stand outside.

@Article{hochreiter1997long,
  author = {Hochreiter, Sepp and Schmidhuber, J{\"u}rgen},
  title  = "Long {Short-Term}
            Memory", journal = {Neural Computation},
  volume = 9, number = {8}, pages = {1735--1780}, year = 1997,
  doi    = {10.1162/neco.1997.9.8.1735},
}
@misc{clevert2015fast, author={Clevert, D.}, title={ELUs \} and \{}, year={2015},
  eprint={1511.07289v5}, eprinttype={arxiv}}
"""
ENTRY = "@misc{a, author={A}, title={T}, year={2015}, eprint={1511.07289}}"


@pytest.fixture
def read(tmp_path):
    def call(text):
        path = tmp_path / "references.bib"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return call


def test_fields_are_what_pandoc_reads(read, tmp_path):
    found = read(GOOD)
    pandoc = [pypandoc.get_pandoc_path(), "-f", "biblatex", "-t", "csljson", str(tmp_path / "references.bib")]
    csl = {entry["id"]: entry for entry in json.loads(subprocess.run(pandoc, capture_output=True, check=True).stdout)}
    assert list(found) == list(csl)
    for key, entry in found.items():
        assert entry.fields["year"] == str(csl[key]["issued"]["date-parts"][0][0])
        assert entry.link == csl[key].get("URL", f"https://doi.org/{csl[key].get('DOI')}")
    fields = found["hochreiter1997long"].fields
    assert fields["title"] == "Long {Short-Term} Memory"
    assert fields["volume"] == csl["hochreiter1997long"]["volume"]
    assert found["hochreiter1997long"].kind == "article"
    assert found["clevert2015fast"].where.endswith("references.bib:10")


@pytest.mark.parametrize(
    ("attack", "command"),
    [
        (r"T $\write18{touch x}$", r"\write"),
        (r"T $$\write18{touch x}$$", r"\write"),
        (r"\href{javascript:a}{z}", r"\href"),
        (r"{T {\href{javascript:a}{z}}}", r"\href"),
        (r"T $x$ \input{/etc/passwd}", r"\input"),
        (r"T $\alpha\input{/etc/passwd}$", r"\input"),
        (r"T $^^5cwrite18{touch x}$", "^^"),
        (r"T $\^^77rite18{touch x}$", "^^"),
        (r"T $\csname write\endcsname18{touch x}$", r"\csname"),
        (r"T \(x\)", r"\("),
        (r"T $x$ \\ next", r"\\"),
        (r"a\item b", r"\item"),
        (r"\uppercase{t}", r"\uppercase"),
        (r"\begin{verbatim}", r"\begin"),
        (r"\é", r"\é"),
    ],
)
def test_commands_are_refused_in_text_and_in_formulas(read, attack, command):
    with pytest.raises(TemplateError) as refused:
        read("\n" + ENTRY.replace("title={T}", f"title={{{attack}}}"))
    assert f"references.bib:2: a: title has {command}, which is no accent" in str(refused.value)


@pytest.mark.parametrize("field", ["author={A}", "year={2015}", "eprint={1511.07289}"])
def test_commands_are_refused_in_every_field(read, field):
    with pytest.raises(TemplateError, match=r"a: \w+ has \\write, which"):
        read(ENTRY.replace(field, field.replace("}", r"\write18{x}}")))
    with pytest.raises(TemplateError, match=r"a: note has \\url, which"):
        read(ENTRY.replace(field, rf"{field}, note={{\url{{x}}}}"))


@pytest.mark.parametrize(
    "title",
    [r"J{\"u}rgen", r"\'{e}\`a\^o\~{n}\=u\.z", r"{\L}ukasz \o \AA {\ss}", r"\c{c}\v s\H{o}\u{g}\k{a}",
     r"5\% \& \_ \#1 \$", r"The $\ell_1$ and $\beta^2$ norm", r"J.\ Phys."],
)  # fmt: skip
def test_accents_letters_and_formulas_are_read(read, title):
    assert read(ENTRY.replace("title={T}", f"title={{{title}}}"))["a"].fields["title"] == title


def test_no_file_has_no_entries(tmp_path):
    assert load(tmp_path / "references.bib") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENTRY.replace("author={A}, ", ""), ":1: a: author is missing; found: title, year, eprint"),
        (ENTRY.replace("title={T}", "title={}"), ":1: a: title is missing"),
        (ENTRY.replace("2015", "to appear"), "year is 'to appear'"),
        (ENTRY.replace("eprint={1511.07289}", ""), "neither doi nor eprint"),
        (ENTRY.replace("1511.07289", "arXiv:1511.07289"), "write an arXiv number"),
        (ENTRY.replace("eprint={1511.07289}", "doi={https://doi.org/10.1/x}"), "doi is"),
        (f"{ENTRY}\n{ENTRY}", r":2: a is there already, see .*:1"),
        (ENTRY.replace("title={T}", "title={T"), r":1: a: '' after title is no field; .* close each brace"),
        (ENTRY[: ENTRY.index("T}")], r":1: a: title: the braces of its value are not balanced"),
        (ENTRY.replace("title={T}", "title={T}} x"), "year is missing"),
        (ENTRY.replace("title={T}", "title=,"), "a: title: has no value"),
        (ENTRY.replace("title={T}", "title={T}, title={U}"), "title stands twice"),
        (ENTRY.replace("year={2015}", "year={2015} journal"), r"a: 'journal, eprint.*after year is no field"),
        ("\n@misc{, title={T}}", ":2: @misc has no key"),
        ("@string{x = {y}}", "@string is not read"),
        (ENTRY[:-1], "a: '' after eprint is no field"),
    ],
)
def test_what_is_refused_names_file_line_and_key(read, text, words):
    with pytest.raises(TemplateError, match=words):
        read(text)
