"""Mistakes of templates that show before there is any result."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from labreport.documents import check, document
from labreport.documents.bibliography import FILE, load
from labreport.documents.check import template_mistakes
from labreport.documents.provenance import Provenance

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").glob("*/*.md.j2") if path.parent.name != "markdown")
NAMES = {
    "figures": {"loss", "cost"},
    "tables": {"runs"},
    "claims": {"close"},
    "experiments": {"mycnn", "lstm8"},
    "datasets": {"imdb"},
    "measurements": {"lstm_cost"},
    "citations": {"he2016deep"},
    "parts": {"images"},
}
SHOWN = (
    '{% call figures("loss", "cost") %}x{% endcall %}{% call table("runs") %}x{% endcall %}{{ cite("he2016deep") }}\n'
)


@pytest.mark.parametrize(
    "text",
    [
        '{{ ref("sec:references") }}',
        '# A {#sec:a}\n{{ ref("sec:a") }} {{ ref("fig:loss") }} {{ ref("lst:BasicBlock") }}',
        '{{ source("labreport.models.resnet:BasicBlock") }}{% set r = run("mycnn") %}{{ r.val_accuracy|percent(1) }}',
        '{% for name in experiments("images") %}{{ run(name).epochs }}{{ loop.last }}{% endfor %}',
        '{% call algorithm("bptt", "c") %}x{% endcall %}{{ ref("alg:bptt") }}',
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m(scale.full) %}{{ lang }}{% endcall %}",
        "{% if lang == 'zh' %}{% set x = 1 %}{% endif %}{{ x }}{% set n = namespace(y=1) %}{{ n.y is number }}",
        '{{ claim("cl" ~ "ose").spread }}{{ measurement("lstm_cost").own }}{{ dataset("imdb").title }}{{ command }}',
    ],
)
def test_what_is_right_passes(text):
    extra = '{{ source("labreport.models.resnet:BasicBlock") }}' if "lst:" in text else ""
    assert template_mistakes(SHOWN + text + extra, NAMES) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{% call figure("los") %}x{% endcall %}', 'figure "los": is not declared; declared are cost, loss; did you'),
        ('{% call figures("loss", "cots") %}x{% endcall %}', 'figure "cots": is not declared'),
        ('{% call table("run") %}x{% endcall %}', 'table "run"'),
        ('{{ claim("closer").spread }}', 'claim "closer": is not declared; declared are close; did you mean "close"?'),
        ('{% set r = run("mycn") %}', 'experiment "mycn"'),
        ('{{ dataset("imbd").title }}', 'data set "imbd"'),
        ('{{ measurement("cost").own }}', 'measurement "cost"'),
        ('{{ cite("he2016deep", "he") }}', 'reference "he"'),
        ('{{ experiments("image") }}', 'part "image"'),
        ('{{ source("labreport.models.resnet:Basic") }}', "no class or function"),
        ('{{ source("os:path") }}', "a source is"),
        ("{{ source(1) }}", "a source is"),
        ('{{ ref("fig:los") }}', 'figure "los"'),
        ('{{ ref("sec:b") }}', 'section "b": is not declared; declared are a, references'),
        ('{{ ref("lst:CNN4") }}', 'listing "CNN4": is not declared; declared are none'),
        ('{{ ref("alg:x") }}', 'algorithm "x"'),
        ('{{ ref("x") }}', "a target is"),
        ("{{ rn('mycnn') }}", 'name "rn": is not declared'),
        ("{{ 1|percents }}", 'filter "percents": is not declared'),
        ("{% if lang is chinese %}{% endif %}", 'test "chinese"'),
    ],
)
def test_a_mistake_has_its_line(text, message):
    (found,) = template_mistakes(f"# A {{#sec:a}}\n{SHOWN}\n{text}\n", NAMES)
    assert found.startswith(
        f"line 4: {message}" if "no class" not in message and "a " not in message[:2] else "line 4: "
    )
    assert message in found


def test_a_wrong_source_is_the_one_mistake_that_its_references_make():
    wrong = '{{ source("labreport.models.cnn:CNN9") }}'
    right = '{{ source("labreport.models.cnn:CNN3") }}'
    references = '{{ ref("lst:CNN4") }}{{ ref("lst:CNN9") }}'
    (found,) = template_mistakes(SHOWN + wrong + references, NAMES)
    assert "CNN9" in found
    assert 'listing "' not in found
    found = template_mistakes(SHOWN + right + references, NAMES)
    assert [message.partition(":")[2].split(": is")[0] for message in found] == [' listing "CNN4"', ' listing "CNN9"']


def test_mistakes_come_in_the_order_of_lines():
    text = SHOWN + '{{ ref("sec:b") }}\n{{ nothing }}\n{{ run("x") }}'
    assert [message.partition(":")[0] for message in template_mistakes(text, NAMES)] == ["line 2", "line 3", "line 4"]


def test_malformed_text_has_its_line():
    assert template_mistakes("\n{% if %}", NAMES)[0].startswith("line 2: ")


def test_what_is_never_shown_is_told_unless_a_name_is_computed():
    assert template_mistakes("", NAMES) == [
        *(f'figure "{name}": declared, but never shown; show it or undeclare it' for name in NAMES["figures"]),
        'table "runs": declared, but never shown; show it or undeclare it',
        'reference "he2016deep": declared, but never cited; cite it or remove the entry',
    ]
    computed = "{% for n in 'ab' %}{{ figure(n) }}{{ table(n) }}{{ cite(n) }}{{ ref('lst:' ~ n) }}{% endfor %}"
    assert template_mistakes(computed, NAMES) == []


def test_what_another_template_may_hold_is_not_asked_for():
    assert template_mistakes("{% include 'x.j2' %}{{ ref('sec:there') }}{{ given }}", NAMES) == []


@pytest.mark.parametrize("name", ["part", '"part" ~ lang', '["a.j2", part]', '"a.j2" if lang == "en" else part'])
def test_a_name_that_planning_cannot_read_is_refused(name):
    message = "line 2: include: found a name that is computed, allowed is one in quotes; write it out"
    assert template_mistakes(f"\n{{% include {name} %}}", {}) == [message]


def test_one_of_several_templates_may_be_included():
    assert template_mistakes("""{% include "a.j2" if lang == "en" else ("b.j2", "c.j2") %}""", {}) == []


def test_groups_that_are_not_given_are_not_checked():
    assert template_mistakes('{{ run("x") }}{{ cite("y") }}{% call figure("z") %}{% endcall %}', {}) == []


def test_every_name_of_a_template_is_known(small_report, monkeypatch):
    seen = {}
    monkeypatch.setattr(document.templating, "fill", lambda template, names, *known: seen.update(names) or "x")
    spec = small_report("x", figures=0, tables=0)
    document.render(Path(spec["template"]), "latex", "en", spec, Provenance("", "2026-01-02", 1))
    assert set(seen) == set(check.VARIABLES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}.{path.name}")
def test_the_templates_of_this_project_have_no_mistakes(template):
    declared = yaml.safe_load((ROOT / "config" / "reports" / f"{template.parent.name}.yaml").read_text("utf-8"))
    names = {group: set(declared.get(group) or {}) for group in ("figures", "tables", "claims")}
    names["citations"] = set(load(template.parent / FILE))
    assert template_mistakes(template.read_text(encoding="utf-8"), names) == []
