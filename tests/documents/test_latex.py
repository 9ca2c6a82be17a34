"""How LaTeX gets what the tree names."""

from __future__ import annotations

import pytest

from labreport.documents.latex import LatexLayout
from labreport.documents.numbering import Target
from labreport.documents.pandoc import paragraph, string
from labreport.documents.presentation import Column, Presentation
from labreport.documents.wording import scale

TABLE = Presentation((Column("h", None, "left", None),), (("x",),), frozenset(), ())


@pytest.fixture
def layout():
    return LatexLayout("en", scale("demo", "en"), {"t": TABLE}, {})


def raw_text(blocks):
    """All raw LaTeX and words of some blocks, joined."""
    parts = []
    for block in blocks:
        inlines = block["c"] if block["t"] == "Para" else [{"t": "RawInline", "c": block["c"]}]
        parts += [node["c"][1] if node["t"] == "RawInline" else node.get("c", " ") for node in inlines]
    return "".join(parts)


def test_floats_are_out_before_a_heading_and_the_appendix_begins_after(layout):
    heading = {"t": "Header", "c": [1, ["sec:a", [], []], [string("A")]]}
    *before, last = layout.heading(heading, Target("sec:a", "A", True), opens_appendix=True)
    assert [block["c"][1] for block in before] == [r"\FloatBarrier", r"\appendix"]
    assert last == heading


@pytest.mark.parametrize(("level", "held"), [(1, True), (2, False), (3, False)])
def test_floats_may_pass_the_headings_of_subsections(layout, level, held):
    heading = {"t": "Header", "c": [level, ["sec:a", [], []], [string("A")]]}
    assert (len(layout.heading(heading, Target("sec:a", "1", False), opens_appendix=False)) == 2) is held


@pytest.mark.parametrize(("appendix", "placement"), [(False, "[!htbp]"), (True, "[H]")])
def test_only_the_tables_of_the_text_float(layout, appendix, placement):
    text = raw_text(layout.table(Target("tab:t", "1", appendix, "t"), [string("Words")], None))
    assert text.startswith(rf"\begin{{table}}{placement}")
    assert r"\caption{\label{tab:t}Words [demo scale]}" in text


def test_code_formulas_and_rare_characters(layout):
    nodes = [
        {"t": "Code", "c": [["", [], []], "a_b"]},
        {"t": "Math", "c": [{"t": "InlineMath"}, "1\u202f\u00a0x"]},
        string("aμ--"),
    ]
    code, formula, *word = layout.inline(nodes)
    assert code["c"][1] == r"\texttt{a\_\allowbreak{}b}"
    assert formula["c"][1] == r"1\,~x"
    assert [node["c"] for node in word] == [["latex", r"a\labcharacter{3BC}{-}{-}"]]


@pytest.mark.parametrize(("formula", "joined"), [("x", True), ("x,", True), ("x.", False), (r"\end{aligned}.", None)])
def test_words_after_an_equation_belong_to_it_unless_it_ends_the_sentence(layout, formula, joined):
    equation = paragraph([{"t": "Math", "c": [{"t": "DisplayMath"}, formula]}])
    blocks = layout.sequence([paragraph([string("a")]), equation, paragraph([string("b")])])
    assert len(blocks) == (1 if joined else 2)
