"""Seeds that are missing: said at the top of a report and in captions, in both languages and formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.documents import seeds
from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.jobs.outcome import write_outcome
from labreport.results import Results

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
FAILURES = {"mycnn": {"1": "epoch 2:\n  the loss is nan_$ "}, "resnet34": {"0": "out of memory.", "2": "too"}}
TEXT = """# Start {#sec:start}

{% call figures("plot_0", "plot_1") %}Two plots.{% endcall %}

{% call figure("plot_2") %}A third plot{% endcall %}

{% call figure("plot_3") %}A fourth plot{% endcall %}
"""


@pytest.fixture
def spec(small_report):
    """A report whose figures show mycnn, resnet34, both and nothing; the runs that failed are not there."""

    def make(lang="en", failures=FAILURES, absent=FAILURES):
        spec = small_report(TEXT, lang=lang, figures=4, tables=0, seeds=3, scale="full")
        for name, failed in absent.items():
            for seed in failed:
                run = spec["experiments"][name]["runs"][int(seed)]
                run["path"] += "-absent"
                if message := failures.get(name, {}).get(seed):
                    write_outcome(run["outcome"], "failed", message)
        shown = {"plot_0": ["mycnn"], "plot_1": ["resnet34"], "plot_2": ["resnet34", "mycnn"]}
        for name, experiments in shown.items():
            spec["figures"][name]["experiments"] = experiments
        return spec | {"order": ["resnet34", "mycnn"]}

    return make


def written(spec, form, lang):
    return render(Path(spec["template"]), form, lang, spec, STATE)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            "Some runs have no result. resnet34: 1 of 3 seeds (seed 0 failed: out of memory; seed 2 failed: too); "
            "mycnn: 2 of 3 seeds (seed 1 failed: epoch 2: the loss is nan_$).",
        ),
        (
            "zh",
            "部分训练没有结果。resnet34：3 个种子中的 1 个（种子 0 失败：out of memory；种子 2 失败：too）；"
            "mycnn：3 个种子中的 2 个（种子 1 失败：epoch 2: the loss is nan_$）。",
        ),
    ],
)
def test_the_notice_names_experiments_and_reasons(spec, lang, expected):
    made = spec(lang)
    results = Results(made)
    assert seeds.notice(results, seeds.short(results, made["order"], lang), lang) == expected


@pytest.mark.parametrize(("lang", "said"), [("en", "(seed 1 is not there)"), ("zh", "（没有种子 1）")])
def test_a_run_that_is_not_there_for_no_known_reason_is_said_too(spec, lang, said):
    made = spec(lang, failures={}, absent={"mycnn": {"1": ""}})
    results = Results(made)
    found = seeds.short(results, results.experiments, lang)
    assert list(found) == ["mycnn"]
    assert said in seeds.notice(results, found, lang)


@pytest.mark.parametrize("form", ["latex", "markdown"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_said_where_nothing_is_missing(spec, form, lang):
    text = written(spec(lang, failures={}, absent={}), form, lang)
    assert "of 3 seeds" not in text
    assert "种子" not in text


def test_the_notice_comes_before_the_text_and_shows_its_reasons_as_they_are(spec):
    markdown = written(spec(), "markdown", "en")
    notice = r"> **Some runs have no result. resnet34: 1 of 3 seeds (seed 0 failed: out of memory"
    assert 0 < markdown.index(notice) < markdown.index("## 1 Start")
    assert r"the loss is nan\_<span>$</span>).**" in markdown
    latex = written(spec(), "latex", "en")
    start, body = latex.index("Some runs have no result."), latex.index(r"\section{Start}")
    assert latex.index(r"\begin{document}") < start < body
    assert r"the loss is nan\_\$)." in latex[start:body]


@pytest.mark.parametrize(
    ("lang", "both", "shown_with_another"),
    [
        (
            "en",
            r"\[mycnn: 2 of 3 seeds\] \[resnet34: 1 of 3 seeds\]",
            r"\[resnet34: 1 of 3 seeds; mycnn: 2 of 3 seeds\]",
        ),
        (
            "zh",
            "〔mycnn：3 个种子中的 2 个〕 〔resnet34：3 个种子中的 1 个〕",
            "〔resnet34：3 个种子中的 1 个；mycnn：3 个种子中的 2 个〕",
        ),
    ],
)
def test_captions_say_which_of_their_experiments_lack_seeds(spec, lang, both, shown_with_another):
    text = written(spec(lang), "markdown", lang)
    captions = [line for line in text.splitlines() if "plot" in line and line.startswith("**")]
    assert [line.partition("plot")[2].lstrip("s.").strip() for line in captions] == [both, shown_with_another, ""]
    latex = written(spec(lang), "latex", lang)
    assert latex.count("mycnn: 2 of 3 seeds" if lang == "en" else "mycnn：3 个种子中的 2 个") == 3


def test_figures_of_a_spec_that_does_not_say_what_they_show_have_no_mark(spec):
    made = spec()
    for figure in made["figures"].values():
        figure.pop("experiments", None)
    assert "[mycnn" not in written(made, "markdown", "en")
