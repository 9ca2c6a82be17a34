"""What a template's Markdown may show and refer to, and what is said of all else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from labreport.documents.check import template_mistakes
from labreport.documents.document import render
from labreport.documents.syntax import OWN_CLASSES, markdown
from labreport.errors import TemplateError
from tests.documents.conftest import STATE


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("@fig:x", "[@fig:x]"),
        ("(@tab:a.b-c_d1.)", "([@tab:a.b-c_d1].)"),
        ("中@fig:x中, @alg:x", "中[@fig:x]中, [@alg:x]"),
        ("@eq:a--b @lst:CNN4.forward", "[@eq:a]--b [@lst:CNN4.forward]"),
        ("[see @sec:x]", "[see [@sec:x]]"),
        ("`a @fig:x", "`a [@fig:x]"),
        *(
            (same, same)
            for same in ("[@fig:a;@fig:b]", "[@fig:a; @tab:b]", "[-@fig:x]", "{@fig:x}", "\\@fig:x", "a@fig:x")
        ),
        *((same, same) for same in ("`@fig:x`", "``a`@fig:x``", "`@fig:x\n`", "@FIG:x", "@fih:x", "@fig:图", "@work")),
    ],
)
def test_a_reference_may_touch_other_words(text, read):
    assert markdown(text) == read


@pytest.fixture
def shown(document):
    """`shown("text")` -> its Markdown, without what stands around it."""

    def make(text, lang="en", form="markdown", **kwargs):
        text = document(form, text, lang, scale="full", **{"figures": 1, "tables": 1, **kwargs}).text
        return text.partition("`abc1234`\n")[2].strip()

    return make


BLOCKS = (
    "words",
    "| a\n| b",
    "    code",
    "1. a",
    "- a",
    "a\n: b",
    "# A",
    "---",
    "| a |\n|---|\n| 1 |",
    "> a",
    "::: {#a}\na\n:::",
)
INLINES = (
    *("*a*", "[a]{.underline}", "**a**", "~~a~~", "a^b^", "a~b~", "[a]{.smallcaps}", '"a"', "`a`", "\n", "\\\n"),
    *("$a$", "[a](#b)", "^[a]", "[a]{.mark}", "<https://a.org>"),
)


@pytest.mark.parametrize("beside", [*BLOCKS, *INLINES])
def test_a_reference_is_found_beside_all_that_a_text_may_hold(shown, beside):
    lines = f"See @fig:plot_0.\n\n{beside}".splitlines() if beside in BLOCKS else [f"See @fig:plot_0 {beside} x"]
    text = "\n".join(f"> {line}" for one in lines for line in one.splitlines())
    assert "[Figure\xa01](#fig-plot_0)" in shown(f"![One.](figure:plot_0)\n\n{text}\n")


EQUATION = '<a id="eq-a"></a>\n\n$$\nx\n\\tag{1}\n$$'
FIGURE = "# A {#sec:a}\n\n![x](figure:plot_0)\n\n# K {#sec:k .appendix}\n\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("By $$x$$ {#eq:a}, then", f"By {EQUATION}\n\n, then"),
        ("By $$x$${#eq:a}", f"By {EQUATION}"),
        ("$$\nx\n$$\n{#eq:a}", EQUATION),
        ("$x$ {#eq:a}", "$x$ {#eq:a}"),
        ("{#eq:a}", "{#eq:a}"),
        ("x {#eq:a}", "x {#eq:a}"),
        ("$$x$$ b {#eq:a}", "$$\nx\n$$\n\nb {#eq:a}"),
        ("$$\nx\n$$\n\n{#eq:a}", "$$\nx\n$$\n\n{#eq:a}"),
        (
            "<https://x.org> [a](HTTP://x.org) [b](mailto:x@y.z) [c](#d)",
            "<https://x.org> [a](HTTP://x.org) [b](mailto:x@y.z) [c](#d)",
        ),
        ("<a@b.org> [b]{.mark}", '<a@b.org> <span class="mark">b</span>'),
        ("``` {.python startFrom=3}\nx\n```", "``` python\nx\n```"),
    ],
)
def test_equations_links_and_classes(shown, text, words):
    assert shown(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("见@fig:plot_0中", "见[图\xa01](#fig-plot_0) 中"),
        ("见@fig:plot_0，", "见[图\xa01](#fig-plot_0)，"),
        ("见@fig:plot_0**中**", "见[图\xa01](#fig-plot_0)**中**"),
        ("见@fig:plot_0", "见[图\xa01](#fig-plot_0)"),
        ("见@sec:a中", "见[第\xa01\xa0节](#sec-a)中"),
        ("见@sec:k中", "见[附录\xa0A](#sec-k) 中"),
        ("见[词](#fig:plot_0)中", "见[词](#fig-plot_0)中"),
        ("见[@fig:plot_0; @sec:k]中", "见[图\xa01](#fig-plot_0), [附录\xa0A](#sec-k)中"),
    ],
)
def test_a_number_does_not_touch_a_chinese_character(shown, text, words):
    assert shown(FIGURE + text, "zh").splitlines()[-1] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![x](table:table_0){#fig:a}", "'table:table_0' is a table; its name begins with tab:, found 'fig:a'"),
        ("![](code:labreport.files:SUMS)", "files.py has no class or function 'SUMS'"),
        ("![](code:labreport.files:read_json){#fig:a}", "is a listing; its name begins with lst:, found 'fig:a'"),
        ("![](table:table_0)", "the table 'table_0' needs a caption; write it into the brackets"),
        ("![x](a.jpg){width=10px}", "'a.jpg': width=10px; allowed is a share of the text's width such as 60%"),
        ("![x](a.jpg){width=0%}", "width=0%; allowed is a share"),
        ("![x](a.jpg){width=101%}", "width=101%; allowed is a share"),
        ("![x](figure:plot_0)\n![y](table:table_0)", "2 things under one caption: allowed are two figures"),
        (
            "::: {layout-ncol=2}\n![](figure:plot_0)\n![](a.jpg)\n![](a.jpg){#fig:b}\n\nx\n:::",
            "3 things under one caption: ",
        ),
        (
            "::: {layout-ncol=2}\n![](figure:plot_0)\n![](a.jpg)\n\nx\n\ny\n:::",
            "two figures, then one paragraph, their caption",
        ),
        (
            "::: {layout-ncol=2}\nx\n\n![](figure:plot_0)\n![](a.jpg)\n:::",
            "two figures, then one paragraph, their caption",
        ),
        ("| a |\n|---|\n| 1 |\n\n: Own. {#own}", "a table's name begins with tab:, found 'own'"),
        (
            "[@fih:b; @work]",
            "@fih:b: 'fih' is no kind of target; did you mean \"fig\"?; allowed are fig, tab, lst, alg, eq, sec",
        ),
        ("[@work; @fig:a; @tab:b]", "@fig:a stands among citations; write it in brackets of its own"),
        ("``` {#a .algorithm caption=x}\ny\n```", "an algorithm begins with ``` {#alg:NAME .algorithm"),
        ("``` {#alg:a .algorithm}\ny\n```", "an algorithm begins with ``` {#alg:NAME .algorithm"),
        ("``` {#alg:a .algorithm caption=x}\nwhile y\n```", "the algorithm 'a': 'while y' needs a colon"),
        (
            '``` {#alg:a .algorithm caption="- x"}\ny\n```',
            "the algorithm 'a' needs a caption of one paragraph, without lists",
        ),
        ("$$x$$ {#eq:a}\n\n$$y$$ {#eq:a}", "eq:a names two things; give one of them another name"),
        ("| a |\n|---|\n| 1 |\n\n: Own. {#tab:a}\n\n![x](table:table_0){#tab:a}", "tab:a names two things"),
        ("$\\def x$", r"\def in a formula programs TeX and is refused; write what it stands for"),
        *((f"`x`{{.{one}}}", f"{{.{one}}}: is not read; allowed are unnumbered") for one in OWN_CLASSES),
        (
            "[x]{.red}",
            "{.red}: is not read; allowed are unnumbered, unlisted, appendix, mark, uri, email; leave it out",
        ),
        ("# A {.red}", "{.red}: is not read"),
        ("::: red\nx\n:::", "{.red}: is not read"),
        ("![x](figure:plot_0){.red}", "{.red}: is not read"),
        ("[a](#b){.red}", "{.red}: is not read"),
        ("[a]{b=1}", "{b='1'}: is not read; allowed are width, layout-ncol, caption, startFrom; leave it out"),
        (
            "@tab:tabel_0\n\n![x](table:table_0)",
            '@tab:tabel_0: the text has no such target; did you mean "tab:table_0"? There are: tab:table_0',
        ),
    ],
)
def test_what_is_not_understood_is_refused(small_report, tmp_path, text, words):
    spec = small_report(text, figures=1)
    Image.new("RGB", (4, 3)).save(tmp_path / "templates" / "small" / "a.jpg")
    spec["files"][str(tmp_path / "templates" / "small" / "a.jpg")] = "0" * 16
    with pytest.raises(TemplateError) as raised:
        render(Path(spec["template"]), "markdown", "en", spec, STATE)
    assert words in str(raised.value)
    assert str(raised.value).startswith(f"{spec['template']}: ")


def test_code_of_a_module_that_planning_does_not_know_is_refused(small_report):
    spec = small_report("![](code:labreport.{{ 'files' }}:read_json)")
    with pytest.raises(
        TemplateError, match=r"'code:labreport\.files:read_json' is put together; write it out, so that"
    ):
        render(Path(spec["template"]), "markdown", "en", spec, STATE)


INSTEAD = {
    "\\cite": "[@key]", "\\citep": "[@key]", "\\citet": "@key", "\\ref": "@fig:name", "\\autoref": "@fig:name",
    "\\eqref": "@eq:name", "\\label": "{#fig:name} behind what it names", "\\includegraphics": "![caption](file.png)",
    "\\begin": "$$ ... $$ around a formula, Markdown for all else", "\\textbf": "**words**", "\\emph*": "*words*",
    "\\textit": "*words*", "\\section": "# words", "\\subsection*": "## words", "\\footnote": "^[words]",
    "\\url": "<https://...>", "\\href": "[words](https://...)", "\\item": "- words", "\\tag": "{#eq:name} behind $$",
}  # fmt: skip


def test_a_command_of_latex_is_answered_with_what_markdown_has():
    text = "\n\n".join(f"a {command} b" for command in INSTEAD)
    assert template_mistakes(text, {}) == [
        f"line {2 * place + 1}: {command} is LaTeX's; write {instead}"
        for place, (command, instead) in enumerate(INSTEAD.items())
    ]
    of_formulas = ("\\label", "\\tag", "\\eqref", "\\ref", "\\cite")
    assert template_mistakes("\n\n".join(f"$x {command}$" for command in of_formulas), {}) == [
        f"line {2 * place + 1}: {command} is LaTeX's; write {INSTEAD[command]}"
        for place, command in enumerate(of_formulas)
    ]
