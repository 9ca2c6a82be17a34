"""Mistakes in templates are one message with their line."""

from __future__ import annotations

import resource
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from labreport.documents import naming, templating, views
from labreport.errors import ResultsError, TemplateError

SUMMARY = views.Namespace('run("mycnn")', {"val_accuracy": 0.8, "epochs": 30})


def missing_run(name):
    raise ResultsError(f"{name}: no finished run")


@pytest.fixture
def fill(tmp_path):
    def call(text):
        (tmp_path / "report").mkdir(exist_ok=True)
        path = tmp_path / "report" / "en.md.j2"
        path.write_text(text, encoding="utf-8")
        claims = views.Namespace("claims", naming.Lazy(["close"], lambda name: {}["estimate"]))
        names = {"run": lambda name: SUMMARY, "missing_run": missing_run, "lang": "en", "claims": claims}
        return templating.fill(path, names, {"shout": lambda value: f"{value}!"})

    return call


def test_names_filters_and_heading_identifiers(fill):
    assert (
        fill('# A {#sec:a}\n{{ run("mycnn").epochs|shout }} {{ lang }}{## a comment ##}\n') == "# A {#sec:a}\n30! en\n"
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n{{ rn('x') }}", 2, ['"rn"', 'did you mean "run"', "lang"]),
        ("a\n\n{{ run('mycnn').val_acuracy }}", 3, ['run("mycnn")', "val_acuracy", 'mean "val_accuracy"', "epochs"]),
        ("{% if run('mycnn').x %}{% endif %}", 1, ['"x"']),
        ("{{ run('mycnn').val_accuracy.x.y }}", 1, ["a float"]),
        ("\n\n\n{{ run('mycnn') }}", 4, ["is not text", "val_accuracy, epochs"]),
        ("\n{% if %}", 2, []),
        ("{{ 1|shuot }}", 1, ["shuot"]),
        ("\n{{ 1 / 0 }}", 2, ["ZeroDivisionError"]),
        ("{{ claims.close }}", 1, ["KeyError: 'estimate'"]),
        ("{{ claims.far }}", 1, ['claims has no "far"', "close"]),
        ("\n{{ ''.__class__.__mro__ }}", 2, ["__class__"]),
        ("{% for i in range(10 ** 9) %}{% endfor %}", 1, ["Range too big"]),
        ("\n{% include 'absent.j2' %}", 2, ["absent.j2"]),
        ("{% macro m(x) %}\n{{ x.nothing }}\n{% endmacro %}\n{{ m(run('a')) }}", 2, ["nothing"]),
    ],
)
def test_a_mistake_has_its_line(fill, tmp_path, text, line, words):
    with pytest.raises(TemplateError) as raised:
        fill(text)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'report' / 'en.md.j2'}:{line}: "), message
    assert all(word in message for word in words), message


def test_a_missing_result_keeps_its_class(fill):
    with pytest.raises(ResultsError, match=r"en\.md\.j2:2: lstm8: no finished run"):
        fill("\n{{ missing_run('lstm8') }}")


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(TemplateError, match=r"zh\.md\.j2"):
        templating.fill(tmp_path / "zh.md.j2", {}, {})


def test_what_the_plan_does_not_know_is_not_included(tmp_path):
    template, part = tmp_path / "report/en.md.j2", tmp_path / "report/part.j2"
    template.parent.mkdir()
    part.write_text("A part.")
    template.write_text("{% set name = 'part' %}\n{% include name ~ '.j2' ignore missing %}")
    known = [str(template)]
    assert templating.fill(template, {}, {}, [*known, str(part)]) == "\nA part."
    with pytest.raises(TemplateError) as raised:
        templating.fill(template, {}, {}, known)
    message = str(raised.value)
    assert message.startswith(f"{template}:2: {part} is included under a computed name")
    assert message.endswith('write its name into the statement: {% include "part.j2" %}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "took more than 0.2 s"),
        ("{{ lipsum(n=100000) }}", "took more than 0.2 s"),
        ("{{ 10 ** 10000000000 }}", "a number beyond all that reports count"),
        ("{{ 'a' * 10000000000 }}", "needs more memory"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "does it include or call itself"),
        ("{{ ''.__class__ }}", "has no .__class__"),
    ],
)
def test_what_would_not_end_is_ended_with_its_line(fill, monkeypatch, text, words):
    monkeypatch.setattr(templating, "MOST_SECONDS", 0.2)
    before = signal.getsignal(signal.SIGVTALRM), resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(TemplateError, match=f":1: .*{words}"):
        fill(text)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert (signal.getsignal(signal.SIGVTALRM), resource.getrlimit(resource.RLIMIT_AS)) == before
    assert fill("{{ 3 * 2 ** 10 }}") == "3072"


@pytest.mark.parametrize("error", [OSError("no /proc"), ValueError("no such limit")])
def test_where_a_system_has_no_limits_templates_are_filled_all_the_same(fill, monkeypatch, error):
    def refuse(*_):
        raise error

    monkeypatch.setattr(templating.resource, "setrlimit", refuse)
    assert fill("{{ lang }}") == "en"


def test_a_template_can_be_filled_beside_the_main_thread(fill):
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(fill, "{{ lang }}").result() == "en"


def test_templates_beside_and_above_are_included(fill, tmp_path):
    (tmp_path / "above.j2").write_text("above")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "part.j2").write_text("{{ lang }}\n{{ run('x').nothing }}")
    assert fill("{% include 'above.j2' %}") == "above"
    with pytest.raises(TemplateError, match=r"report/part\.j2:2: run\(\"mycnn\"\) has no \"nothing\""):
        fill("\n\n\n{% include 'part.j2' %}")
    with pytest.raises(TemplateError, match=rf"en\.md\.j2:1: there is no 'absent\.j2' in {tmp_path}/report$"):
        fill("{% include 'absent.j2' %}")
