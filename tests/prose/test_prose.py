"""The prose of every report: it follows each claim, says the same in both languages, and types no number.

Results are fabricated; the project's own claims judge them and its own documents render them. What one report alone
says is tested beside this, in test_prose_REPORT.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from labreport.declarations.items import Item
from labreport.documents.citations import keys
from tests.prose.results import at_once, fabricate, report_of, rising
from tests.prose.text import (
    CONCLUSION,
    JINJA,
    LANGUAGES,
    OUTCOMES,
    REFUTED,
    REPORTS,
    SLIPS,
    SUPPORTED,
    UNDECIDED,
    Filled,
    calls,
    sections,
    source,
    template_of,
    text_of,
)

AGREEMENT = "labreport.claims.consistency"  # whose verdicts the end of the analysis tells, not the conclusion

SHOWN = re.compile(r"\]\((figure|table|code):((?:[^(){}]|\{\{.*?\}\})+)\)")
REFERENCE = re.compile(r"(?a:@((?:fig|tab|lst|alg|sec|eq):\w+))")
NOT_PROSE = (
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),
    JINJA,
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", re.DOTALL),
    re.compile(r"(?a:@[\w:]+)"),  # a citation or reference
    re.compile(r"\{#\w+:\w+[^}]*\}|\{layout-ncol=2\}"),
    re.compile(r"\]\((?:figure|table|code):[^)]*\)"),
    re.compile(r"CIFAR-10|ResNet-(?:18|34|50)|LeNet-5|RTX 3090|word2vec"),
    re.compile(r"(?<![\d×])(?:3×32×32|224×224|32×32|8×8|7×7|5×5|3×3|2×2|1×1)(?![\d×])"),  # pictures and kernels
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:\s*[%％])?")
FACTS = re.compile(  # of the networks' design, each with the words that make it one
    r"(?<!\d)34(?: layers| 层)|have 3, 4, 6 and 3 (?:residual )?blocks|依次有 3、4、6、3 个"
    r"|sides of (?:32, 16, 8 and 4|32, 16 and 8) pixels|在 32、16、8、4 的边长上|边长依次为 32、16、8；"
    r"|stride [12](?![.\d])|步长为 [12] 的|from 16 to 64 while|从 16 增到 64|from 32 to 4;|从 32 减到 4；"
    r"|with 16, 32 and 64 channels|通道数依次为 16、32、64，"
    r"|256 channels outside and 64 inside|on 256 channels|块外有 256 个通道、块内有 64 个通道|256 个通道上"
)
THRESHOLDS = {"0", "0.05", "0.1", "0.9", "0.95", "1", "2", "64"}  # what sentences are chosen by, and units; never shown

cases = pytest.mark.parametrize(("report", "lang"), [(report, lang) for report in REPORTS for lang in LANGUAGES])
# Everything as published, nothing, and of one report some of it.
at_scales = pytest.mark.parametrize(
    ("report", "lang", "scale"),
    [(report, lang, scale) for report in REPORTS for lang in LANGUAGES for scale in ("full", "demo")]
    + [("midterm", lang, "cpu") for lang in LANGUAGES],
)


def typed_numbers(text: str) -> list[str]:
    """Numbers in the prose of a template that are not facts of the networks' design."""
    for pattern in (*NOT_PROSE, FACTS):
        text = pattern.sub(" ", text)
    return NUMBER.findall(text)


def possible(claim: Item, experiments: Mapping[str, Any]) -> tuple[str, ...]:
    """The outcomes that a claim can have: arithmetic decides, and what is not as published agrees with nothing."""
    if claim.options.get("against"):
        return (SUPPORTED, REFUTED)
    if claim.kind.target == AGREEMENT and not experiments[claim.options["experiment"]]["as_published"]:
        return (UNDECIDED,)
    return OUTCOMES


@at_scales
def test_the_text_tells_the_outcome_of_every_claim(report: str, lang: str, scale: str) -> None:
    spec = fabricate(report, {}, scale, lang)
    filled = Filled(spec)
    for name, claim in report_of(report, scale).claims.items():
        told = {}
        for outcome in possible(claim, spec["experiments"]):
            text = filled.text({name: outcome})
            assert not SLIPS.search(text), (name, outcome, SLIPS.search(text))
            told[outcome] = "".join(body for title, body in sections(text).items() if title != CONCLUSION[lang])
        assert len(set(told.values())) == len(told), (name, "the text is the same for two outcomes")


@cases
def test_the_conclusion_lists_every_claim_but_those_about_published_figures(report: str, lang: str) -> None:
    text = source(report, lang)
    start = re.search(rf"^# {CONCLUSION[lang]}", text, re.MULTILINE)
    assert start is not None
    conclusion = text[start.start() :].partition("\n# ")[0]
    for name, claim in report_of(report).claims.items():
        if claim.kind.target != AGREEMENT:
            assert f"claims.{name}" in conclusion, name


@cases
def test_prose_reads_like_prose(report: str, lang: str) -> None:
    """At most a sixth of a template is Jinja, it has no macros, and no paragraph has more than one branch."""
    text = source(report, lang)
    tags = JINJA.findall(text)
    assert sum(map(len, tags)) <= 0.17 * len(text)
    assert not [tag for tag in tags if re.match(r"\{%-?\s*macro", tag)]
    for paragraph in re.split(r"\n\s*\n", text):
        branches = re.findall(r"\{%-?\s*(?:if|elif|else)\b", paragraph)
        assert len([one for one in branches if "if" in one and "elif" not in one]) <= 1, paragraph


@at_scales
def test_several_seeds_and_every_scale_can_be_told(report: str, lang: str, scale: str) -> None:
    names = report_of(report, scale).experiments
    stories = {
        "two seeds": {name: [*rising(0.7), *at_once(0.5)] for name in names},
        "all alike": {name: at_once(0.5) for name in names},
        "guessing": {name: at_once(0.1) for name in names},
        "falling": {name: [[0.5, 0.4, 0.3, 0.2]] for name in names},
    }
    for story, curves in stories.items():
        text = Filled(fabricate(report, {"curves": curves}, scale, lang)).text({})
        assert not SLIPS.search(text), (story, SLIPS.search(text))
        assert ("±" in text) is (story == "two seeds")


@cases
def test_both_formats_say_the_same_numbers(report: str, lang: str) -> None:
    spec = fabricate(report, {}, "lite", lang)
    markdown, latex = (text_of(spec, form) for form in ("markdown", "latex"))
    percentages = [re.findall(r"(\d+\.\d)(?:\s|\\,|\\labcharacter\{202F\})*\\?%", text) for text in (markdown, latex)]
    assert len(percentages[0]) > 10
    assert Counter(percentages[0]) == Counter(percentages[1])


@cases
def test_everything_shown_is_mentioned(report: str, lang: str) -> None:
    text = source(report, lang)
    kinds = {"figure": "fig", "table": "tab", "code": "lst"}
    shown = {f"{kinds[kind]}:{name.split(':')[-1]}" for kind, name in SHOWN.findall(text) if "{" not in name}
    shown |= set(re.findall(r"\{#((?:alg|eq):\w+)", text))
    named = {name for name in REFERENCE.findall(text) if not name.endswith("_")}
    assert shown == {name for name in named if not name.startswith("sec:")}


@cases
def test_everything_declared_is_shown_and_every_work_cited(report: str, lang: str) -> None:
    text, item = source(report, lang), report_of(report)
    shown = {name.partition("{")[0] for _, name in SHOWN.findall(text)}
    for name in (*item.figures, *item.tables):
        assert name in shown or any(one and name.startswith(one) for one in shown if one.endswith("_")), name
    assert set(keys(template_of(report, lang).parent)) == set(re.findall(r"@(\w+)(?![\w:])", text))


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_are_one_report(report: str) -> None:
    zh, en = source(report, "zh"), source(report, "en")
    assert re.findall(r"^(#+) .*\{(.*)\}$", zh, re.MULTILINE) == re.findall(r"^(#+) .*\{(.*)\}$", en, re.MULTILINE)
    assert SHOWN.findall(zh) == SHOWN.findall(en)
    assert set(REFERENCE.findall(zh)) == set(REFERENCE.findall(en))
    names = ("run", "claim", "dataset", "measurement", "experiments")
    assert set(calls(zh, *names)) == set(calls(en, *names))


@pytest.mark.parametrize("report", REPORTS)
def test_both_languages_use_the_same_values(report: str) -> None:
    zh, en = ({value for code in JINJA.findall(source(report, lang))
               for value in re.findall(r"\b[a-z]\w+(?:\.\w+)+", code)} - {"loop.last", "loop.first", "called.get"}
              for lang in LANGUAGES)  # fmt: skip
    assert zh == en


@cases
def test_no_number_is_typed(report: str, lang: str) -> None:
    text = source(report, lang)
    assert typed_numbers(text) == []
    code = " ".join(re.sub(r"\|\w+\(\d+\)|\"[^\"]*\"", "", part) for part in JINJA.findall(text))
    assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", code)) <= THRESHOLDS


@pytest.mark.parametrize(
    "sentence",
    [
        *("It ends at 84.6 %.", "准确率为 84.6%。", "慢了 2.1 倍", "after 17 epochs", "12,345 张图片", "约 90％"),
        *("after 34 epochs", "在第 16 轮", "4 times as long", "慢了 2 倍", "8 points apart", "it has 134 layers"),
        *("stride 2.5", "a gap of 32, 16 and 4 points", "64×64 pixels", "相差 1 个百分点", "3 层"),
        *("from 16 to 64 points", "256 pictures", "64 个样本", "ResNet-101 在 3×3×3 上", "相关系数 0.57"),
    ],
)
def test_a_typed_number_is_found(sentence: str) -> None:
    assert typed_numbers(f"{{{{ run }}}} $x_{{1.5}}$ {sentence}")


@pytest.mark.parametrize(
    "sentence", ["networks of 34 layers", "这一 34 层网络", "a 3×3 convolution of stride 1", "步长为 2 的"]
)
def test_a_fact_of_the_design_is_no_typed_number(sentence: str) -> None:
    assert typed_numbers(sentence) == []
