"""One narrative, two formats: numbers, references, captions, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pypandoc
import pytest

from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.errors import ResultsError, TemplateError

STATE = Provenance("abc1234+", "2026-01-02", 1767312000)
TEXT = r"""# Start {#sec:start}

See @fig:plot_1 and @tab:table_0, later @sec:more and @sec:keys.
Accuracy {{ 0.8459|percent }}, $a_i$, ($b$), costs \$5.

$$
x = 1,
$$

where $x$ is one.

## More {#sec:more}

::: {layout-ncol=2}
![](figure:plot_0)
![](figure:plot_1)

Two plots of $\sigma$, best *{{ claim("close").best }}*.
:::

![One table
  in two lines.](table:table_0)

# Notes {.unnumbered}

# Keys {#sec:keys .appendix}

## Deep {#sec:deep}

`a_b%` of {{ dataset("cifar10").classes|join(", ") }}: {{ claim("close").reason }}
"""


CODE = r"""# One {#sec:one}

By [@old], then [@new; @old]: @lst:Literal.__init__, @alg:bptt.

![](code:labreport.documents.text:Literal.__init__)

``` {#alg:bptt .algorithm caption="Back to $t = 1$"}
Require: $x_1$
for $t = T, \dots, 1$:
    comment 50 % of *it*
    add $\delta_t$ [@new]
return
```

# Keys {.appendix}
"""
WORKS = """
@misc{new, author={王明}, title={A_b}, year={2020}, eprint={2001.00001}, archiveprefix={arXiv}}
@misc{old, author={Old, One}, title={C}, year={1999}, doi={10.1000/a_b}}
"""


@pytest.fixture
def rendered(small_report, tmp_path):
    def call(form, text=TEXT, lang="en", works="", **kwargs):
        spec = small_report(text, lang=lang, **kwargs)
        (tmp_path / "templates" / "small" / "references.bib").write_text(works, encoding="utf-8")
        return render(Path(spec["template"]), form, lang, spec, STATE).text

    return call


def test_markdown_numbers_and_links(rendered):
    text = rendered("markdown")
    assert "## 1 Start" in text
    assert "### 1.1 More" in text
    assert "## Notes" in text
    assert "## A Keys" in text
    assert "### A.1 Deep" in text
    nbsp = "\u00a0"
    for link in (f"[Figure{nbsp}1(b)](#fig-plot_1)", f"[Table{nbsp}1](#tab-table_0)"):
        assert link in text
    assert f"[Section{nbsp}1.1](#sec-more)" in text
    assert f"[Appendix{nbsp}A](#sec-keys)" in text
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)
    assert len(anchors) == len(set(anchors))


def test_markdown_figures_and_tables(rendered):
    text = rendered("markdown")
    alt = r"Line of plot\_0: up \[and\] <span>$</span>down"
    assert f"| ![{alt}](small.en/plot_0.svg) | ![" in text
    caption = re.search(r"\*\*Figure\u00a01\.\*\* Two plots of (.*)", text)
    assert caption[1] == "$\\sigma$, best *mycnn*."
    table = text.index("**Table\u00a01.** One table in two lines. \\[demo scale\\]")
    assert text.index("(small.en/plot_1.svg)") < caption.start() < table < text.index("| Model | Accuracy (%) |")


def test_markdown_mathematics_is_what_github_reads(rendered):
    text = rendered("markdown")
    assert "84.6\u202f%, $`a_i`$, ($`b`$), costs <span>$</span>5." in text
    assert "\n\n$$\nx = 1,\n$$\n\nwhere $x$ is one." in text
    assert "is $a + \\alpha$." in rendered("markdown", "is $a +\n \\alpha$.", figures=0, tables=0)
    chinese = rendered("markdown", "变量$x$是一，$\\{y\\}$。\n\n$$\na \\\\\nb\n$$\n", "zh", figures=0, tables=0)
    assert "变量 $x$ 是一，$`\\{y\\}`$。" in chinese
    assert "```math\na \\\\\nb\n```" in chinese


def test_markdown_emphasis_is_what_commonmark_reads(rendered):
    emphasised = ["一行。", "“甲”", "*`乙`*", "丙"]
    text = rendered("markdown", "".join(f"字**{words}**字" for words in emphasised), "zh", figures=0, tables=0)
    html = pypandoc.convert_text(text, "html", format="gfm")
    assert re.findall("字<strong>(.*?)</strong>字", html) == ["一行。", "“甲”", "<em><code>乙</code></em>", "丙"]
    assert "字**丙**字" in text


def test_latex_figures_tables_and_references(rendered):
    text = rendered("latex")
    for piece in (
        r"\hyperref[fig:plot_1]{Figure~\ref*{fig:plot_1}}",
        r"\hyperref[sec:keys]{Appendix~\ref*{sec:keys}}",
        r"\sbox{\lableft}{\labpicture{Line of plot\_0: up [and] \$down}{\includegraphics{figures/plot_0.pdf}}}",
        r"\subcaptionbox{\label{fig:plot_0}}{\labcentred{\lableft}}",
        r"\caption{Two plots of \(\sigma\), best \emph{mycnn}.}",
        r"\caption{\label{tab:table_0}One table in two lines. \mbox{[demo scale]}}",
        r"\section{Start}\label{sec:start}",
        r"\section*{Notes}",
        r"84.6\,\%",
        r"\texttt{a\_\allowbreak{}b\%} of air\_plane, car: 1\_0 apart",
    ):
        assert piece in text, piece
    assert text.index(r"\appendix") < text.index(r"\section{Keys}")
    assert not re.search(r"\\(label|ref\*?){fig:plot_0}.*\\label{fig:plot_0}", text, re.DOTALL)


def test_an_equation_belongs_to_its_paragraph(rendered):
    text = rendered("latex")
    assert re.search(r"costs \\\$5\.\s*\n\\\[\s*x = 1,\s*\\\]\s*\n?where", text)
    closed = rendered("latex", "a\n\n$$\nx = 1.\n$$\n\nb\n", figures=0, tables=0)
    assert re.search(r"x = 1\.\s*\\\]\n\nb", closed)


@pytest.mark.parametrize("form", ["latex", "markdown"])
@pytest.mark.parametrize(("scale", "marked"), [("demo", True), ("lite", True), ("full", False)])
def test_what_is_not_full_says_so(rendered, form, scale, marked):
    text = rendered(form, scale=scale)
    assert (f"{scale} scale" in text) is marked
    assert (f"{scale.capitalize()} scale" in text) is marked


def test_chinese_words(rendered):
    text = rendered("markdown", lang="zh")
    for piece in (
        "**图\u00a01** Two",
        "〔演示规模〕",
        "[第\u00a01.1\u00a0节](#sec-more)",
        "[附录\u00a0A](#sec-keys)",
        "84.6%",
    ):
        assert piece in text, piece
    latex = rendered("latex", "见@sec:a的@fig:plot_0中\n\n# 一 {#sec:a}\n\n"
                     "![说明](figure:plot_0)", "zh", figures=1, tables=0)  # fmt: skip
    assert r"见\hyperref[sec:a]{第~\ref*{sec:a}~节}的\hyperref[fig:plot_0]{图~\ref*{fig:plot_0}} 中" in latex


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_the_state_it_was_written_from(rendered, form):
    text = rendered(form)
    assert "2026-01-02" in text
    assert "abc1234+" in text
    assert ("% SOURCE_DATE_EPOCH=1767312000\n" in text) is (form == "latex")


FIGURE = "![x](figure:plot_0)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{FIGURE}\n\n{FIGURE}", r"fig:plot_0 names two things"),
        ("![](figure:plot_0)", r"needs a caption"),
        ("![x](figure:plot0)", r"there is no figure 'plot0'; did you mean \"plot_0\""),
        ("![x](table:plot_0)", r"there is no table 'plot_0'.*table_0"),
        ("![x](figur:plot_0)", r"'figur:plot_0': a picture is .*did you mean \"figure\""),
        ("![x](figure:plot_0){#tab:a}", r"is a figure; its name begins with fig:, found 'tab:a'"),
        ("![x](figure:plot_0){width=50%}", r"other figures are as wide as declared"),
        (f"words {FIGURE}", r"stands among words; give it a paragraph of its own"),
        ("::: {layout-ncol=2}\n![](figure:plot_0)\n:::", r"two figures, then one paragraph"),
        ("@sec:b\n\n# A {#sec:a}", r"@sec:b.*sec:a"),
        ("@sec:a\n\n# A {#sec:a .unnumbered}", r"no number to refer to"),
        ("[@fih:b]", r"'fih' is no kind of target; did you mean \"fig\""),
        ("[@fig:a; @new]\n", r"stands among citations"),
        ("![x](/etc/x.png)", r"lies outside of"),
        ("# A {#sec:a}\n\n# B {#sec:a}", r"two headings"),
        ("``` {.algorithm}\nx\n```", r"an algorithm begins with"),
        ('``` {#alg:a .algorithm caption="x"}\n- y\n```', r"'a': a statement is one line of text"),
        ("[@newer]", r"no entry in references\.bib 'newer'; did you mean \"new\""),
    ],
)
def test_what_is_refused(rendered, text, words):
    with pytest.raises(TemplateError, match=words):
        rendered("markdown", text, figures=1, works="@misc{new, title={A}}")


def test_a_pair_takes_half_widths_only(small_report):
    spec = small_report("::: {layout-ncol=2}\n![](figure:plot_0)\n![](figure:plot_1)\n\nx\n:::", tables=0)
    spec["figures"]["plot_1"]["width"] = "full"
    with pytest.raises(TemplateError, match="plot_1' is not half as wide"):
        render(Path(spec["template"]), "latex", "en", spec, STATE)


def test_a_missing_file_names_itself(small_report):
    spec = small_report(TEXT)
    Path(spec["figures"]["plot_0"]["path"] + ".txt").unlink()
    with pytest.raises(ResultsError, match=r"plot_0\.txt"):
        render(Path(spec["template"]), "markdown", "en", spec, STATE)


def test_raw_tex_and_marks_from_data_are_text(rendered):
    hostile = "\\input{/etc/passwd} \\newpage @fig:x \ue0007\ue001x\ue002"
    text = rendered("latex", "{{ report.title }}", figures=0, tables=0, title=hostile).partition(r"\begin{document}")[2]
    assert text.count(r"\textbackslash{}input\{/etc/passwd\}") == 2
    assert r"\newpage" not in text
    assert text.count("@fig:x") == 2


def test_markdown_code_algorithms_and_references(rendered):
    text = rendered("markdown", CODE, works=WORKS, figures=0, tables=0)
    nbsp = "\u00a0"
    assert rf"By{nbsp}[\[1\]](#ref-old), then{nbsp}[\[1\]](#ref-old), [\[2\]](#ref-new):" in text
    assert f"**Listing{nbsp}1.** `Literal.__init__` (`src/labreport/documents/text.py`, lines " in text
    assert "``` python\ndef __init__(self, raw: str) -> None:\n    self.raw = str(raw)\n```" in text
    assert f"**Algorithm{nbsp}1.** Back to $t = 1$" in text
    statements = [line.rstrip("\\") for line in text.splitlines() if line.startswith("> ") and "**Demo" not in line]
    assert statements == [
        "> **Require:** $`x_1`$",
        r"> 1&emsp; **for** $t = T, \dots, 1$ **do**",
        "> &numsp;&emsp;&emsp;&emsp;▷ 50 % of *it*",
        rf"> 2&emsp;&emsp;&emsp; add $`\delta_t`${nbsp}[\[2\]](#ref-new)",
        "> 3&emsp; **return**",
    ]
    references = text.index("## References")
    assert references < text.index(r"\[1\] O. Old, “C.” 1999") < text.index(r"\[2\] 王明, “A_b.” 2020")
    assert text.index("王明") < text.index("## A Keys")
    assert "[10.1000/a_b](https://doi.org/10.1000/a_b)" in text
    anchors = re.findall(r'<a id="([^"]+)"></a>', text)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)


def test_latex_code_algorithms_and_references(rendered):
    text = rendered("latex", CODE, "zh", works=WORKS, figures=0, tables=0)
    for piece in (
        r"\hyperref[alg:bptt]{算法~\ref*{alg:bptt}}",
        r"\begin{lablisting}{\label{lst:Literal.__init__}\texttt{Literal.\_\allowbreak{}\_\allowbreak{}init\_\allowbreak{}\_\allowbreak{}}",
        r"{0}{\labkeyword{def}\ \_\_init\_\_(self,\ raw:\ str)\ {-}\textgreater{}\ \labkeyword{None}:}\nobreak",
        r"\begin{algorithm}[!htbp]" + "\n" + r"\caption{\label{alg:bptt}Back to \(t = 1\)}",
        r"\labline{}{0}{\textbf{输入：}\(x_1\)}",
        r"\labline{1}{0}{\textbf{for} \(t = T, \dots, 1\) \textbf{do}}",
        r"\labline{}{1}{\labremark{50 \% of \emph{it}}}",
        r"\hyperref[ref-new]{2}",
        r"\textsuperscript{",
        r"\section*{参考文献}",
        r"\begin{labreferences}{{[}2{]}}",
        r"\item[{{[}1{]}}]\phantomsection\label{ref-old}OLD O. C",
        r"\item[{{[}2{]}}]\phantomsection\label{ref-new}王明. A\_b",
    ):
        assert piece in text, piece
    assert text.index(r"\end{labreferences}") < text.index(r"\appendix")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("latex", r"\textbackslash{}@x \&lt; {,}{,} {-}{-}\textgreater{}"),
        ("markdown", r"\\@x \&lt; ,, --\>"),
    ],
)
def test_what_pandoc_or_the_font_would_alter_is_written_as_it_is(rendered, form, written):
    assert written in rendered(form, r"\\\@x \&lt; ,, \-\-\>", figures=0, tables=0)


@pytest.mark.parametrize(
    ("lang", "form", "line"),
    [
        ("en", "markdown", "Student\\_number: 12 \\& 3\n\nSupervisor: \\<b\n\n"),
        ("zh", "markdown", "Student\\_number：12 \\& 3\n\nSupervisor：\\<b\n\n"),
        ("en", "latex", r"\vspace{0.3em}{\small Student\_number: 12 \& 3\par}"),
        ("zh", "latex", r"\vspace{0.3em}{\small Student\_number：12 \& 3\par}"),
    ],
)
def test_the_title_page_has_its_own_fields_as_they_are(rendered, lang, form, line):
    fields = {"Student_number": "12 & 3", "Supervisor": "<b"}
    text = rendered(form, "x", lang, figures=0, tables=0, fields=fields)
    assert line in text
    assert text.index("An Author") < text.index(line) < text.index("2026-01-02", text.index(line))
    assert "Supervisor" not in rendered(form, "x", lang, figures=0, tables=0)


def test_a_chinese_list_of_works_says_et_al_of_authors_in_latin_letters(rendered):
    names = {
        "latin": [f"{name}, A." for name in ("Ash", "Birch", "Cedar", "Elm")],
        "chinese": ["王一", "李二", "张三", "赵四"],
    }
    works = "".join(
        f"@misc{{{key}, title={{{key}}}, author={{{' and '.join(value)}}}}}\n" for key, value in names.items()
    )
    text = rendered("markdown", "x [@latin; @chinese]\n", "zh", works=works, figures=0, tables=0)
    assert "CEDAR A, et al" in text
    assert "张三, 等" in text.replace("，", ", ")
