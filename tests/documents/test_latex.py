"""How LaTeX gets what a text shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from labreport.documents.document import render
from labreport.documents.shells import shell_mistakes
from labreport.results import Results
from tests.documents.conftest import STATE
from tests.documents.small import TABLE


@pytest.fixture
def latex(document):
    """`latex("text of the template")` -> the body of its LaTeX."""

    def make(text, **kwargs):
        whole = document("latex", text, **{"figures": 0, "tables": 1, **kwargs}).text
        return whole.partition(r"\begin{document}")[2].partition(r"\textbf{An Author}")[0]

    return make


def test_floats_are_out_before_a_section_and_the_appendix_begins_after(latex):
    text = latex("# One\n\n## Two\n\n# Three {.appendix}\n\n# Four\n")
    before = re.findall(r"((?:\\(?:FloatBarrier|labroom|appendix)\s+)*)\\(?:sub)?section\{(\w+)\}", text)
    assert {title: re.findall(r"\w+", commands) for commands, title in before} == {
        "One": ["FloatBarrier"],
        "Two": ["labroom"],
        "Three": ["FloatBarrier", "appendix"],
        "Four": ["FloatBarrier"],
    }


@pytest.mark.parametrize(("heading", "placement"), [("# A", "[!htbp]"), ("# A {.appendix}", "[H]")])
def test_only_the_tables_of_the_text_float(latex, heading, placement):
    text = latex(f"{heading}\n\n![Words](table:table_0)")
    assert rf"\begin{{table}}{placement}" in text
    assert r"\caption{\label{tab:table_0}Words \mbox{[demo scale]}}" in text


def test_code_formulas_and_rare_characters(latex):
    text = latex("`a_b` $1\u202f\u00a0x$ aμ\\-\\-")
    assert r"\texttt{a\_\allowbreak{}b} \(1\,~x\) a\labcharacter{3BC}{-}{-}" in text


@pytest.mark.parametrize(
    ("formula", "joined"),
    [("x", True), ("x,", True), ("x.", False), ("x。", False), (r"\end{aligned}.", False), (r".\end{aligned}", False)],
)
def test_words_after_an_equation_belong_to_it_unless_it_ends_the_sentence(latex, formula, joined):
    formula = formula if "end" not in formula else rf"\begin{{aligned}}x{formula}"
    text = latex(f"one\n\n$$\n{formula}\n$$\n\ntwo\n")
    assert bool(re.search(r"\\\]\n+two", text) and not re.search(r"\\\]\n\ntwo", text)) is joined
    assert re.search(r"one\n\\\[", text)


def test_two_equations_and_words_before_a_figure_stay_paragraphs(latex):
    text = latex("one\n\n$$x,$$\n\n$$y.$$\n\n![A.](figure:plot_0)\n\ntwo\n\nthree", figures=1)
    assert "one\n\\[x,\\]\n\\[y.\\]\n\n\\begin{figure}" in text
    assert "\\end{figure}\n\ntwo\n\nthree" in text


def test_a_number_leads_to_the_row_of_its_run(small_report, tmp_path):
    text = "{{ mycnn.val_accuracy }}, {{ resnet34.val_accuracy }}\n\n![R](table:table_0)\n\n![S](table:table_1)"
    spec = small_report(text, tables=3, seeds=2, figures=0)
    keys = {run["key"][:8]: run["key"] for entry in spec["experiments"].values() for run in entry["runs"]}
    tables = ([["0007mycn*", 1, 2], ["0003", 1, 2]], [["0007mycn", 1, 2]], [["0003resn", 1, 2]])
    for place, rows in enumerate(tables):
        path = tmp_path / "tables" / f"table_{place}.json"
        path.write_text(json.dumps({**TABLE, "rows": rows, "bold": []}), encoding="utf-8")
    body = render(Path(spec["template"]), "latex", "en", spec, STATE).text.partition(r"\begin{document}")[2]
    key = keys["0007mycn"]
    assert re.findall(r"\\labrow\{(\w+)\}\{(.*?)\}", body) == [(key, "0007mycn*")]  # the row that is first
    assert re.findall(r"\\labrun\{(\w+)\}\{([\d.]+)~±", body) == [(key, f"{100 * accuracy(spec):.1f}")]


def test_what_a_table_states_leads_to_the_row_of_its_run(small_report, tmp_path):
    spec = small_report("![R](table:table_0)\n\n![S](table:table_1)", tables=2, figures=0)
    (key,) = (run["key"] for run in spec["experiments"]["mycnn"]["runs"])
    columns = [{**TABLE["columns"][0], "key": "experiment"}, *TABLE["columns"][1:]]
    columns.append({**TABLE["columns"][1], "key": "published_val"})
    results = {"columns": columns, "rows": [["mycnn", 84.4, 3, 84.5], ["other", 80.1, 3, 80.2]]}
    made = {"columns": columns, "rows": [["mycnn", 12.5, key[:8], 0.1]]}
    for place, table in enumerate((results, made)):
        path = tmp_path / "tables" / f"table_{place}.json"
        path.write_text(json.dumps({**table, "experiments": ["mycnn", "other"][: 2 - place]}), encoding="utf-8")
    body = render(Path(spec["template"]), "latex", "en", spec, STATE).text.partition(r"\begin{document}")[2]
    assert re.findall(r"\\labrun\{(\w+)\}\{\\labnumber\{\d+\}\{\.\d\}\{(\d+)\}", body) == [(key, "84")]


def accuracy(spec):
    return Results(spec).summary("mycnn")["val_accuracy"].mean()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[that](#fig:plot_0)", r"\hyperref[fig:plot_0]{that}"),
        ("@sec:k", r"\hyperref[sec:k]{Appendix~\ref*{sec:k}}"),
        ("a\\\\b ,, αx", r"a\textbackslash{}b {,}{,} \labcharacter{3B1}x"),
        (
            "![A *b*.](a.png)",
            r"\labpicture{A b.}{\includegraphics[width=1\linewidth,height=0.8\textheight,keepaspectratio]{figures/a",
        ),
        ("![A.](a.png){width=30%}", r"\includegraphics[width=0.3\linewidth,height"),
        (
            '# L {.appendix}\n\n``` {#alg:x .algorithm caption="B"}\ny\n```',
            "\\begin{algorithm}[H]\n\\caption{\\label{alg:x}B}\n",
        ),
    ],
)
def test_words_pictures_and_places(small_report, tmp_path, text, written):
    spec = small_report(f"# A\n\n![One.](figure:plot_0)\n\n{text}\n\n# K {{#sec:k .appendix}}", figures=1)
    Image.new("RGB", (4, 3)).save(tmp_path / "templates" / "small" / "a.png")
    spec["files"][str(tmp_path / "templates" / "small" / "a.png")] = "0" * 16
    assert written in render(Path(spec["template"]), "latex", "en", spec, STATE).text


def test_what_a_shell_names_is_checked_before_there_are_results():
    of_titles = "title subtitle authors affiliation course fields"
    of_texts = "report lang scale provenance words language latex cover missing body runs"
    assert shell_mistakes("".join(rf"\VAR{{{name}}}" for name in f"{of_titles} {of_texts}".split())) == []
    (told,) = shell_mistakes(r"\VAR{titel}")
    assert told.startswith("there is no 'titel' in a shell, allowed are title, subtitle, ")
    assert told.endswith('did you mean "title"?')
    assert [told[:7] for told in shell_mistakes("one\n\\BLOCK{if}")] == ["line 2:"]
