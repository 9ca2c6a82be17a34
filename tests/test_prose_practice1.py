"""The prose of practice1: it follows every outcome of its claims, says the same in both languages, types no number.

Results are fabricated; the project's own claims judge them and its own documents render them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from tests.prose_stories import CLAIMS, REFUTED, ROOT, STORIES, SUPPORTED, UNDECIDED, fabricate

LANGUAGES = ("zh", "en")
TEMPLATES = {lang: ROOT / f"templates/practice1/{lang}.md.j2" for lang in LANGUAGES}
PROVENANCE = Provenance("0123456", "2026-01-01", 1767225600)
VERDICTS = {
    "zh": {SUPPORTED: "：数据支持", REFUTED: "：数据不支持", UNDECIDED: "：数据不足以判断"},
    "en": {SUPPORTED: ": supported", REFUTED: ": not supported", UNDECIDED: ": undecided"},
}
SLIPS = re.compile(r"None|\bnan\b|\{\{|\{%|\?\?|[，、；：][，。、；：]|。。|[,;:] ?[,.;:]|\.\.| [,.;:]|\S  \S")

JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
NOT_PROSE = (
    re.compile(r"^# [^\n]*\{#sec:references.*?(?=^# )", re.DOTALL | re.MULTILINE),
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),
    JINJA,
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", re.DOTALL),
    re.compile(r"\[\d\]"),  # a citation
    re.compile(r"CIFAR-10|ResNet-34|RTX 3090|\d+×\d+"),  # names, and shapes of pictures and kernels
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:\s*[%％])?")
STRUCTURE = {"34", "3", "4", "6", "32", "16", "8", "1", "2"}  # layers, blocks, pixels, strides: facts of the design
THRESHOLDS = {"0", "0.05", "0.5", "1", "20", "64", "1000"}  # what sentences are chosen by, and units; never shown


def source(lang: str) -> str:
    return TEMPLATES[lang].read_text(encoding="utf-8")


def typed_numbers(text: str) -> list[str]:
    """Numbers in the prose of a template that are not facts of the networks' design."""
    for pattern in NOT_PROSE:
        text = pattern.sub(" ", text)
    return [number for number in NUMBER.findall(text) if number not in STRUCTURE]


def calls(text: str, *functions: str) -> list[str]:
    """Calls of `functions` in a template, as they are written, in order."""
    pattern = rf"\b(?:{'|'.join(functions)})\(([^()]*)\)"
    return [match[0] for code in JINJA.findall(text) for match in re.finditer(pattern, code)]


def text_of(spec: dict[str, Any], form: str) -> str:
    return render(TEMPLATES[spec["lang"]], form, spec["lang"], spec, PROVENANCE)


def prose_of(markdown: str) -> str:
    """Rendered Markdown without fenced code, tables and display mathematics."""
    return re.sub(r"^```.*?^```|^\|.*?$|^\$\$.*?\$\$", "", markdown, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_text_follows_every_outcome(tmp_path: Path, story: str, lang: str) -> None:
    expected = STORIES[story]["outcomes"]
    for scale in ("full", "demo"):
        spec = fabricate(tmp_path / scale, STORIES[story], scale, lang)
        found = [json.loads(Path(spec["claims"][name]).read_text(encoding="utf-8"))["outcome"] for name in CLAIMS]
        assert dict(zip(CLAIMS, found, strict=True)) == dict(zip(CLAIMS, expected, strict=True))
        text = prose_of(text_of(spec, "markdown"))
        said = re.findall("|".join(VERDICTS[lang].values()), text)
        assert Counter(said) == Counter(VERDICTS[lang][outcome] for outcome in expected)
        assert not SLIPS.search(text), SLIPS.search(text)


def test_every_claim_comes_out_in_every_way() -> None:
    seen = {pair for story in STORIES.values() for pair in zip(CLAIMS, story["outcomes"], strict=True)}
    assert seen == {(claim, outcome) for claim in CLAIMS for outcome in (SUPPORTED, REFUTED, UNDECIDED)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_formats_say_the_same_numbers(tmp_path: Path, lang: str) -> None:
    spec = fabricate(tmp_path, STORIES["as_published"], "lite", lang)
    markdown, latex = (text_of(spec, form) for form in ("markdown", "latex"))
    percentages = [re.findall(r"(\d+\.\d)(?:\s|\\,)*\\?%", text) for text in (markdown, latex)]
    assert len(percentages[0]) > 30
    assert Counter(percentages[0]) == Counter(percentages[1])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_shown_is_mentioned(lang: str) -> None:
    text = source(lang)
    shown = {f"fig:{name}" for call in calls(text, "figure", "figures") for name in re.findall(r'"(\w+)"', call)}
    shown |= {f"tab:{name}" for call in calls(text, "table") for name in re.findall(r'"(\w+)"', call)}
    mentioned = {name for call in calls(text, "ref") for name in re.findall(r'"((?:fig|tab):\w+)"', call)}
    assert shown == mentioned


def test_both_languages_are_one_report() -> None:
    zh, en = source("zh"), source("en")
    assert re.findall(r"^(#+) .*\{(.*)\}$", zh, re.MULTILINE) == re.findall(r"^(#+) .*\{(.*)\}$", en, re.MULTILINE)
    shows = ("figure", "figures", "table")
    assert calls(zh, *shows) == calls(en, *shows)
    assert set(calls(zh, "ref")) == set(calls(en, "ref"))
    sources = ("run", "claim", "dataset", "measurement", "experiments")
    assert set(calls(zh, *sources)) == set(calls(en, *sources))


def test_both_languages_use_the_same_values() -> None:
    zh, en = ({value for code in JINJA.findall(source(lang)) for value in re.findall(r"\b[a-z]\w+(?:\.\w+)+", code)}
              for lang in LANGUAGES)  # fmt: skip
    assert zh == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_number_is_typed(lang: str) -> None:
    text = source(lang)
    assert typed_numbers(text) == []
    code = " ".join(re.sub(r"\|\w+\(\d+\)|\"[^\"]*\"", "", part) for part in JINJA.findall(text))
    assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", code)) <= THRESHOLDS


@pytest.mark.parametrize(
    "sentence", ["It ends at 84.6 %.", "准确率为 84.6%。", "慢了 2.1 倍", "after 17 epochs", "12,345 张图片", "约 90％"]
)
def test_a_typed_number_is_found(sentence: str) -> None:
    assert typed_numbers(f"{{{{ run }}}} $x_{{1.5}}$ {sentence}")
