"""One narrative, two formats: numbers, references, captions, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.errors import ResultsError, TemplateError

STATE = Provenance("abc1234+", "2026-01-02", 1767312000)
TEXT = r"""# Start {#sec:start}

See {{ ref("fig:plot_1") }} and {{ ref("tab:table_0") }}, later {{ ref("sec:more") }} and {{ ref("sec:keys") }}.
Accuracy {{ 0.8459|percent }}, $a_i$, ($b$), costs \$5.

$$
x = 1,
$$

where $x$ is one.

## More {#sec:more}

{% call figures("plot_0", "plot_1") %}Two plots of $\sigma$, best *{{ claim("close").best }}*.{% endcall %}

{% call table("table_0") %}
  One table
  in two lines.
{% endcall %}

# Notes {.unnumbered}

# Keys {#sec:keys .appendix}

## Deep {#sec:deep}

`a_b%` of {{ dataset("cifar10").classes|join(", ") }}: {{ claim("close").reason }}
"""


@pytest.fixture
def rendered(small_report):
    def call(form, text=TEXT, lang="en", **kwargs):
        spec = small_report(text, lang=lang, **kwargs)
        return render(Path(spec["template"]), form, lang, spec, STATE)

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
    assert f"| ![{alt}](small/en/plot_0.svg) | ![" in text
    caption = re.search(r"\*\*Figure\u00a01\.\*\* Two plots of (.*)", text)
    assert caption[1] == "$\\sigma$, best *mycnn*."
    table = text.index("**Table\u00a01.** One table in two lines. \\[demo scale\\]")
    assert text.index("(small/en/plot_1.svg)") < caption.start() < table < text.index("| Model | Accuracy (%) |")


def test_markdown_mathematics_is_what_github_reads(rendered):
    text = rendered("markdown")
    assert "84.6\u202f%, $`a_i`$, ($`b`$), costs <span>$</span>5." in text
    assert "\n\n$$\nx = 1,\n$$\n\nwhere $x$ is one." in text
    chinese = rendered("markdown", "变量$x$是一，$\\{y\\}$。\n\n$$\na \\\\\nb\n$$\n", "zh", figures=0, tables=0)
    assert "变量 $x$ 是一，$`\\{y\\}`$。" in chinese
    assert "```math\na \\\\\nb\n```" in chinese


def test_latex_figures_tables_and_references(rendered):
    text = rendered("latex")
    for piece in (
        r"\hyperref[fig:plot_1]{Figure~\ref*{fig:plot_1}}",
        r"\hyperref[sec:keys]{Appendix~\ref*{sec:keys}}",
        r"\sbox{\lableft}{\includegraphics{figures/plot_0.pdf}}",
        r"\subcaptionbox{\label{fig:plot_0}}{\labcentred{\lableft}}",
        r"\caption{Two plots of \(\sigma\), best \emph{mycnn}.}",
        r"\caption{\label{tab:table_0}One table in two lines. {[}demo scale{]}}",
        r"\section{Start}\label{sec:start}",
        r"\section*{Notes}",
        r"84.6\,\%",
        r"\texttt{a\_b\%} of air\_plane, car: 1\_0 apart",
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
    latex = rendered("latex", "见{{ ref('sec:a') }}的{{ ref('fig:plot_0') }}中\n\n# 一 {#sec:a}\n\n"
                     "{% call figure('plot_0') %}说明{% endcall %}", "zh", figures=1, tables=0)  # fmt: skip
    assert r"见\hyperref[sec:a]{第~\ref*{sec:a}~节}的\hyperref[fig:plot_0]{图~\ref*{fig:plot_0}} 中" in latex


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_the_state_it_was_written_from(rendered, form):
    text = rendered(form)
    assert "2026-01-02" in text
    assert "abc1234+" in text
    assert ("% SOURCE_DATE_EPOCH=1767312000\n" in text) is (form == "latex")


FIGURE = '{% call figure("plot_0") %}x{% endcall %}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nothing shown", r"never shown: fig:plot_0, tab:table_0"),
        ('\n{{ ref("fig:plot0") }}', r':2: there is no figure .*mean "plot_0"'),
        ('{{ ref("plot_0") }}', r"fig:NAME"),
        (f"{FIGURE}\n{FIGURE}", r":2: the figure 'plot_0' is shown twice"),
        ('{% call figure("plot_0") %} {% endcall %}', r":1: .*needs a caption"),
        ('{% call figure("plot_0") %}a\n\nb{% endcall %}', r"one paragraph"),
        ('{% call figure("plot_0") %}- a{% endcall %}{% call table("table_0") %}x{% endcall %}', r"without lists"),
        ('{% call figures("plot_0") %}x{% endcall %}', r"two names; found 1"),
        ('{{ figure("plot_0") }}', r"needs a caption"),
        ('\n{% call table("plot_0") %}x{% endcall %}', r":2: there is no table 'plot_0'.*table_0"),
        (
            f'{FIGURE}{{% call table("table_0") %}}x{{% endcall %}} {{{{ ref("sec:b") }}}} \n\n# A {{#sec:a}}',
            r"sec:b.*sec:a",
        ),
        (f'{FIGURE}{{% call table("table_0") %}}x{{% endcall %}}\n\n![x](/etc/x.png)', r"use figure\(\)"),
        (f'{FIGURE}{{% call table("table_0") %}}x{{% endcall %}}\n\n# A {{#sec:a}}\n\n# B {{#sec:a}}', r"two headings"),
    ],
)
def test_what_is_refused(rendered, text, words):
    with pytest.raises(TemplateError, match=words):
        rendered("markdown", text, figures=1)


def test_a_pair_takes_half_widths_only(small_report):
    spec = small_report('{% call figures("plot_0", "plot_1") %}x{% endcall %}', tables=0)
    spec["figures"]["plot_1"]["width"] = "full"
    with pytest.raises(TemplateError, match="plot_1 is not half as wide"):
        render(Path(spec["template"]), "latex", "en", spec, STATE)


def test_a_missing_file_names_itself(small_report):
    spec = small_report(TEXT)
    Path(spec["figures"]["plot_0"]["path"] + ".txt").unlink()
    with pytest.raises(ResultsError, match=r"plot_0\.txt"):
        render(Path(spec["template"]), "markdown", "en", spec, STATE)


def test_raw_tex_in_prose_is_text(rendered):
    text = rendered("latex", r"\input{/etc/passwd} \newpage", figures=0, tables=0)
    assert r"\textbackslash input\{/etc/passwd\}" in text
    assert r"\newpage" not in text
