"""How LaTeX gets what a text shows."""

from __future__ import annotations

import re

import pytest

from labreport.documents.shells import shell_mistakes


@pytest.fixture
def latex(document):
    """`latex("text of the template")` -> the body of its LaTeX."""

    def make(text, **kwargs):
        whole = document("latex", text, **{"figures": 0, "tables": 1, **kwargs}).text
        return whole.partition(r"\begin{document}")[2].partition(r"\textbf{An Author}")[0]

    return make


def test_floats_are_out_before_a_section_and_the_appendix_begins_after(latex):
    text = latex("# One\n\n## Two\n\n# Three {.appendix}\n\n# Four\n")
    before = re.findall(r"((?:\\(?:FloatBarrier|appendix)\s+)*)\\(?:sub)?section\{(\w+)\}", text)
    assert {title: re.findall(r"\w+", commands) for commands, title in before} == {
        "One": ["FloatBarrier"],
        "Two": [],
        "Three": ["FloatBarrier", "appendix"],
        "Four": ["FloatBarrier"],
    }


@pytest.mark.parametrize(("heading", "placement"), [("# A", "[!htbp]"), ("# A {.appendix}", "[H]")])
def test_only_the_tables_of_the_text_float(latex, heading, placement):
    text = latex(f"{heading}\n\n![Words](table:table_0)")
    assert rf"\begin{{table}}{placement}" in text
    assert r"\caption{\label{tab:table_0}Words {[}demo scale{]}}" in text


def test_code_formulas_and_rare_characters(latex):
    text = latex("`a_b` $1\u202f\u00a0x$ aμ\\-\\-")
    assert r"\texttt{a\_\allowbreak{}b} \(1\,~x\) a\labcharacter{3BC}{-}{-}" in text


@pytest.mark.parametrize(("formula", "joined"), [("x", True), ("x,", True), ("x.", False), (r"\end{aligned}.", False)])
def test_words_after_an_equation_belong_to_it_unless_it_ends_the_sentence(latex, formula, joined):
    formula = formula if "end" not in formula else rf"\begin{{aligned}}x{formula}"
    text = latex(f"one\n\n$$\n{formula}\n$$\n\ntwo\n")
    assert bool(re.search(r"\\\]\n+two", text) and not re.search(r"\\\]\n\ntwo", text)) is joined
    assert re.search(r"one\n\\\[", text)


def test_what_a_shell_names_is_checked_before_there_are_results():
    of_titles = "title subtitle authors affiliation course fields"
    of_texts = "report lang scale provenance words language latex cover missing body runs"
    assert shell_mistakes("".join(rf"\VAR{{{name}}}" for name in f"{of_titles} {of_texts}".split())) == []
    (told,) = shell_mistakes(r"\VAR{titel}")
    assert told.startswith("there is no 'titel' in a shell, allowed are title, subtitle, ")
    assert told.endswith('did you mean "title"?')
    assert [told[:7] for told in shell_mistakes("one\n\\BLOCK{if}")] == ["line 2:"]
