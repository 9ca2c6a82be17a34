"""Mistakes of templates that show before there is any result."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.artifacts.prose import fields, mistakes_of
from labreport.declarations.project import Project
from labreport.documents import check, document, naming
from labreport.documents.check import template_mistakes
from labreport.documents.provenance import Provenance
from labreport.quantities.registry import numbers

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").glob("*/*.md.j2") if path.parent.name != "markdown")
NAMES = {
    "figures": {"loss": {"width": "half"}, "cost": {"width": "half"}, "wide": {}},
    "tables": {"runs": {}},
    "claims": {"close": naming.of_claim("equivalence"), "own": naming.of_claim("own")},
    "experiments": {"mycnn": ["val_accuracy", "epochs"], "lstm8": []},
    "datasets": {"imdb"},
    "measurements": {"lstm_cost"},
    "parts": {"images"},
    "works": ["he2016deep"],
}
SHOWN = "::: {layout-ncol=2}\n![](figure:loss)\n![](figure:cost)\n\nx\n:::\n\n![x](table:runs)\n"


@pytest.fixture
def mistakes(tmp_path):
    (tmp_path / "x.j2").write_text("words", encoding="utf-8")
    return lambda text, names=NAMES: template_mistakes(text, names, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[@he2016deep] as @he2016deep said, @sec:references",
        "# A {#sec:a}\n\n@sec:a @fig:loss [@tab:runs; @fig:cost] [words](#sec:a)",
        "![](code:labreport.models.resnet:BasicBlock)\n\n@lst:BasicBlock",
        '{% set r = run("mycnn") %}{{ r.val_accuracy|percent(1) }}',
        '{% for name in experiments("images") %}{{ run(name).epochs }}{{ loop.last }}{% endfor %}',
        '``` {#alg:bptt .algorithm caption="c"}\nx\n```\n\n@alg:bptt',
        "$$\nx = {{ scale.full }}\n$$ {#eq:x}\n\n@eq:x",
        "{% if scale.full %}![a](figure:wide){% else %}![b](figure:wide){% endif %}",
        "{% if lang %}{% if lang %}a{% endif %}\n\n![a](figure:wide)\n\n{% endif %}\n\n![b](figure:wide)",
        "{% for name in 'ab' %}\n![{{ name }}](table:log_{{ name }})\n{% endfor %}\n\n@tab:log_a [@{{ lang }}]",
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(scale.full) %}{{ lang }}{% endcall %}",
        "{% if lang == 'zh' %}{% set x = 1 %}{% endif %}{{ x }}{% set n = namespace(y=1) %}{{ n.y is number }}",
        "{{ claims.own.anything }}{{ claim('ow' ~ lang).anything }}{{ claims.close.widest }}",
        "{% macro m(report) %}{{ report.own }}{% endmacro %}{% for scale in () %}{{ scale.imag }}{% endfor %}",
        '{{ claim("cl" ~ "ose").estimate }}{{ measurement("lstm_cost").own }}{{ dataset("imdb").title }}{{ command }}',
        "costs $5, (US$5.50), 5$ or \\$x, in `$HOME` or at <https://a.b/$x>",
        "a < b, x <y> z, <https://a.b>, `<br>`, $a<b$, 1<2",
        "`@fig:none` and `\\cite{x}` are code, $\\alpha$ is a formula",
        "$\\{x\\} \\left\\{\\begin {matrix} \\frac{a}{b} \\\\ \\leftarrow \\end {matrix}\\right.$",
        "{## a note on \\cite{x}\nand \\ref{y} ##}{% set x =\n'\\\\cite{x}' %}{{ x\n}}",
        "{% if lang == 'zh' %}see @fig:loss{% else %}as in @fig:loss{% endif %}below",
        "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{% block b %}{{ super }}{% endblock %}{{ self.b() }}",
    ],
)
def test_what_is_right_passes(mistakes, text):
    assert mistakes(f"{SHOWN}\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("![x](figure:los)", "there is no figure 'los'; did you mean \"loss\"? There are: loss, cost, wide"),
        ("![x](table:run)", "there is no table 'run'"),
        (
            '{{ claim("closer").estimate }}',
            'claim "closer": is not declared; declared are close, own; did you mean "close"?',
        ),
        ('{% set r = run("mycn") %}', 'experiment "mycn"'),
        ('{{ dataset("imbd").title }}', 'data set "imbd"'),
        ('{{ measurement("cost").own }}', 'measurement "cost"'),
        ('{{ experiments("image") }}', 'part "image"'),
        ("[@he2016deeep]", '@he2016deeep: references.bib has no such entry; did you mean "he2016deep"?'),
        ("![](code:labreport.models.resnet:Basic)", "no class or function"),
        ("![](code:os:path)", "a source is"),
        ("![x](bench.png)", "there is no picture 'bench.png'"),
        ("::: {layout-ncol=2}\nwords\n:::", "layout-ncol holds two figures, then one paragraph, their caption"),
        ("![x](bench.png){#fig:bench}\n\n@fig:bench", "there is no picture 'bench.png'"),
        ("![x](figure:los){#fig:main}\n\n@fig:main", "there is no figure 'los'"),
        ("![x](bench.svg)", "is neither PNG nor JPEG"),
        (
            "{% if lang %}@fig:los{% else %}x{% endif %}",
            '@fig:los: the text has no such target; did you mean "fig:loss"?',
        ),
        ("@sec:b", "@sec:b: the text has no such target"),
        ("@lst:CNN4", "@lst:CNN4: the text has no such target. There are: none"),
        ("[words](#sec:b)", "@sec:b: the text has no such target"),
        ("{% if lang %}\\cite{x}{% endif %}", "\\cite is LaTeX's; write [@key]"),
        ("$y = \\frac{1}{n$", "the formula $y = \\frac{1}{n$: { is not closed"),
        ("$y = a}$", "the formula $y = a}$: } has no {"),
        ("$\\left( x_{{ mycnn.epochs }}$", "\\left is not closed"),
        ("$\\left( {x$", "the formula $\\left( {x$: { is not closed"),
        ("$\\left( {x \\right)}$", "\\right has no \\left, but { is open"),
        (
            "$$\n\\begin{aligned} a \\end{matrix}\n$$",
            "$\\begin{aligned} a \\end{matrix}$: \\end{matrix} has no \\begin{matrix}, but \\begin{aligned} is open",
        ),
        ("$$\nx \\label{a}\n$$", "\\label is LaTeX's; write {#fig:name} behind what it names"),
        ("in \\eqref{a}", "\\eqref is LaTeX's; write @eq:name"),
        ("in \\autoref{a}", "\\autoref is LaTeX's; write @fig:name"),
        ("\\subsection*{a}", "\\subsection* is LaTeX's; write ## words"),
        ("$y_i + 1", "$y_i: this $ begins or ends a formula that lacks the other; write it, or \\$ for the sign"),
        (
            "$10^{-3} to $x$",
            "$10^{-3}: this $ begins or ends a formula that lacks the other; write it, or \\$ for the sign",
        ),
        ("b $$y + 1", "$$y: this $ begins or ends a formula that lacks the other; write it, or \\$ for the sign"),
        ("\\newpage", "\\newpage is LaTeX's; LaTeX is read within formulas only; write Markdown, or $ on both"),
        ("![x](figure: loss)", "there is no figure ' loss'; did you mean \"loss\"?"),
        ("![x](../my bench.png)", "lies outside of"),
        ("{{ rn('mycnn') }}{{ rn('lstm8') }}", 'name "rn": is not declared'),
        ("@tab:run", '@tab:run: the text has no such target; did you mean "tab:runs"? There are: tab:runs'),
        ("@fig:los\n\n![x](figure:wide){#fig:{{ lang }}}", '"fig:loss"? There are: fig:loss, fig:cost'),
        (
            "@fig:los\n\n{% for name in 'ab' %}\n![x](table:log_{{ name }})\n{% endfor %}",
            '@fig:los: the text has no such target; did you mean "fig:loss"?',
        ),
        ("{% include 'y.j2' %}", "include: there is no 'y.j2' in "),
        (
            "![x](figure:wide)\n\n{% if lang %}words{% endif %}\n\n![y](figure:wide)",
            "fig:wide names two things; give one of them another name, such as {#fig:wide_2}",
        ),
        (
            "# B {#sec:b}\n\n# D {#sec:b}\n\n{% if lang %}\n# C {#sec:c}\n\n{% else %}\n# C {#sec:c}\n\n{% endif %}",
            "sec:b names two things; give one of them another name, such as {#sec:b_2}",
        ),
        ('{{ claim("close").p }}{{ claim("a") }}', 'claim "a": is not declared; declared are close'),
        ("a line<br>", "<br is HTML's, which is printed as it stands; write a backslash at the end of the line, or `<"),
        ('<img src="x.png" width=50%>', "<img is HTML's, which is printed as it stands; write ![caption](file.png)"),
        ("H<SUB>2O", "<SUB is HTML's, which is printed as it stands; write H~2~O"),
        ("a comment <!-- of HTML", "<!-- is HTML's, which is printed as it stands; write {## words ##}"),
        ("{{ mycn.epochs }}", 'name "mycn": is not declared'),
        ("{{ mycnn.val_acuracy }}", "mycnn has no 'val_acuracy'; did you mean \"val_accuracy\"?"),
        ("{{ claims.closer }}", 'claim "closer": is not declared; declared are close, own; did you mean "close"?'),
        ("{{ datasets.imbd.title }}", 'data set "imbd"'),
        ("{{ claims.close.suported }}", "claims.close has no 'suported'; did you mean \"supported\"? There are: "),
        ("{{ claims.close.rival }}", "claims.close has no 'rival'"),
        ('{{ claim("close").verdit }}', "claim(...) has no 'verdit'; did you mean \"verdict\"?"),
        ("{{ datasets.imdb.vocabluary }}", "datasets.imdb has no 'vocabluary'; did you mean \"vocabulary\"?"),
        ("{{ report.afiliation }}", "report has no 'afiliation'; did you mean \"affiliation\"?"),
        ("{% if scale.ful %}{% endif %}", "scale has no 'ful'; did you mean \"full\"? There are: name, notice"),
        ("{{ 1|percents }}", 'filter "percents": is not declared'),
        ("{% if lang is chinese %}{% endif %}", 'test "chinese"'),
    ],
)
def test_a_mistake_has_its_line(mistakes, text, message):
    (found,) = mistakes(f"# A {{#sec:a}}\n\n{text}\n\n{SHOWN}")
    assert found.startswith(f"line {4 if text.startswith('$$') else 3}: ")
    assert message in found


def test_mistakes_come_in_the_order_of_lines(mistakes):
    text = '@sec:b\n\n{{ nothing }}\n\n![x](figure:none)\n\n{{ run("x") }}'
    assert [one.partition(":")[0] for one in mistakes(text)] == ["line 1", "line 3", "line 5", "line 7"]


def test_malformed_text_has_its_line(mistakes):
    assert mistakes("\n{% if %}")[0].startswith("line 2: ")


def test_what_another_template_may_hold_is_not_asked_for(mistakes):
    assert mistakes("{% include 'x.j2' %} @sec:there {{ given }}") == []


@pytest.mark.parametrize("name", ["part", '"part" ~ lang', '["a.j2", part]', '"a.j2" if lang == "en" else part'])
def test_a_name_that_planning_cannot_read_is_refused(name):
    message = "line 2: include: found a name that is computed, allowed is one in quotes; write it out"
    assert template_mistakes(f"\n{{% include {name} %}}", {}) == [message]


def test_one_of_several_templates_may_be_included():
    assert template_mistakes("""{% include "a.j2" if lang == "en" else ("b.j2", "c.j2") %}""", {}) == []


def test_marks_of_numbers_that_somebody_typed_are_words():
    assert template_mistakes("a \ue0000\ue0019.9\ue002 b", {}) == []


def test_groups_that_are_not_given_are_not_checked():
    assert template_mistakes('{{ run("x") }}{{ claims.y }}\n\n![x](figure:z)', {}) == []


def test_every_name_of_a_template_is_known(small_report, monkeypatch):
    seen = {}
    monkeypatch.setattr(document.templating, "fill", lambda template, names, *known: seen.update(names) or "x")
    spec = small_report("x", figures=0, tables=0)
    document.render(Path(spec["template"]), "latex", "en", spec, Provenance("", "2026-01-02", 1))
    assert set(seen) == {*check.VARIABLES, *spec["experiments"]}
    assert {name: set(seen[name]) for name in ("report", "scale")} == {
        name: set(naming.FIELDS[name]) for name in ("report", "scale")
    }


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}.{path.name}")
def test_the_templates_of_this_project_have_no_mistakes(template):
    project = Project(ROOT, {})
    assert mistakes_of(project, template.parent.name, template.name.partition(".")[0]) == []


def test_a_setting_that_stands_in_several_places_is_no_name_of_its_own():
    """The check knows the numbers that rendering knows, by the same names."""
    augmented = fields(Project(ROOT, {}).experiment("lenet5"))
    assert {"learning_rate", "momentum", "padding", "p"} <= set(augmented)
    assert numbers({"a": {"name": "x", "p": 0.5}, "b": {"name": "y", "p": 0.1}}) == {"a.x.p": 0.5, "b.y.p": 0.1}
    assert "noise_sigma" in fields(Project(ROOT, {}).experiment("rnn_rows_balanced"))
