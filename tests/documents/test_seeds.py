"""Seeds that are missing: said at the top of a report and in captions, in both languages and formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.documents import seeds
from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.results import Results

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
FAILURES = {"mycnn": {"1": "epoch 2:\n  the loss is nan_$ "}, "resnet34": {"0": "out of memory.", "20": "too"}}
TEXT = """# Start {#sec:start}

::: {layout-ncol=2}
![](figure:plot_0)
![](figure:plot_1)

Two plots.
:::

![A third plot](figure:plot_2)

![A fourth plot](figure:plot_3)
"""


def test_an_experiment_without_its_pretrained_weights_is_told(small_report):
    for lang, words in (
        ("en", "resnet50 was not trained: its pretrained weights r.pth are not here"),
        ("zh", "resnet50 未训练：没有预训练权重 r.pth"),
    ):
        results = Results({"name": "own", **small_report("# A", lang=lang)})
        assert words in seeds.notice(results, {}, lang, {"resnet50": "r.pth"})
        assert seeds.notice(results, {}, lang) == ""


@pytest.fixture
def spec(small_report):
    """A report whose figures show mycnn, resnet34, both and nothing; of one and of two experiments runs failed."""

    def make(lang="en", failures=FAILURES, titles=None):
        told = {name: {"failures": failures[name]} if name in failures else {} for name in FAILURES}
        for name, title in (titles or {}).items():
            told[name]["title"] = title
        seeds = small_report(TEXT, lang=lang, figures=4, tables=0, seeds=2, scale="full", experiments=told)
        shown = {"plot_0": ["mycnn"], "plot_1": ["resnet34"], "plot_2": ["resnet34", "mycnn"]}
        for name, experiments in shown.items():
            seeds["figures"][name]["experiments"] = experiments
        return seeds | {"order": ["resnet34", "mycnn"]}

    return make


def written(spec, form, lang):
    return render(Path(spec["template"]), form, lang, spec, STATE).text


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            "Some runs have no result. resnet34: 2 of 4 seeds (seed 0 failed: out of memory; seed 20 failed: too); "
            "mycnn: 2 of 3 seeds (seed 1 failed: epoch 2: the loss is nan_$).",
        ),
        (
            "zh",
            "部分训练没有结果。resnet34：4 个种子中的 2 个（种子 0 失败：out of memory；种子 20 失败：too）；"
            "mycnn：3 个种子中的 2 个（种子 1 失败：epoch 2: the loss is nan_$）。",
        ),
    ],
)
def test_the_notice_names_experiments_and_reasons(spec, lang, expected):
    made = spec(lang)
    results = Results(made)
    assert seeds.notice(results, seeds.short(results, made["order"], lang), lang) == expected


@pytest.mark.parametrize("form", ["latex", "markdown"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_said_where_nothing_is_missing(spec, form, lang):
    text = written(spec(lang, failures={}), form, lang)
    assert "of 2 seeds" not in text
    assert "种子" not in text


def test_the_notice_comes_before_the_text_and_shows_its_reasons_as_they_are(spec):
    markdown = written(spec(), "markdown", "en")
    notice = r"> **Some runs have no result. resnet34: 2 of 4 seeds (seed 0 failed: out of memory"
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
            r"\[mycnn: 2 of 3 seeds\] \[resnet34: 2 of 4 seeds\]",
            r"\[resnet34: 2 of 4 seeds; mycnn: 2 of 3 seeds\]",
        ),
        (
            "zh",
            "〔mycnn：3 个种子中的 2 个〕〔resnet34：4 个种子中的 2 个〕",
            "〔resnet34：4 个种子中的 2 个；mycnn：3 个种子中的 2 个〕",
        ),
    ],
)
def test_captions_say_which_of_their_experiments_lack_seeds(spec, lang, both, shown_with_another):
    text = written(spec(lang), "markdown", lang)
    captions = [line for line in text.splitlines() if "plot" in line and line.startswith("**")]
    assert [line.partition("plot")[2].lstrip("s.").strip() for line in captions] == [both, shown_with_another, ""]
    latex = written(spec(lang), "latex", lang)
    assert latex.count("mycnn: 2 of 3 seeds" if lang == "en" else "mycnn：3 个种子中的 2 个") == 3


def test_experiments_go_by_their_titles(spec):
    made = spec(titles={"mycnn": {"zh": "小网络", "en": "Small net"}})
    text = written(made, "markdown", "en")
    assert "Small net: 2 of 3 seeds (seed 1 failed" in text
    assert text.count("Small net: 2 of 3 seeds") == 3
    assert "mycnn" not in text


def test_figures_of_a_spec_that_does_not_say_what_they_show_have_no_mark(spec):
    made = spec()
    for figure in made["figures"].values():
        figure.pop("experiments", None)
    assert "[mycnn" not in written(made, "markdown", "en")


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_captions_say_once_what_bands_and_whiskers_are(spec, form):
    made = spec(failures={})
    for name in ("plot_0", "plot_1", "plot_2"):
        Path(made["figures"][name]["path"] + ".note").write_text("mean of 3 seeds", encoding="utf-8")
    text = written(made, form, "en")
    assert text.count("mean of 3 seeds") == 2, "two pictures under one caption share the words"
    assert "[mean of 3 seeds" in text.replace("\\[", "[").replace("{[}", "[")
