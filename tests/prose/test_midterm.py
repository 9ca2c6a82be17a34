"""The prose of midterm: a scale that leaves some experiments as published, clocks, and empty words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.prose.results import at_once, fabricate
from tests.prose.text import (
    CONCLUSION,
    LANGUAGES,
    REFUTED,
    SLIPS,
    SUPPORTED,
    UNDECIDED,
    Filled,
    sections,
    told_by,
)

REPORT = "midterm"
IMAGES = ("lenet5", "resnet18", "resnet18_celu", "resnet18_ls", "resnet18_celu_ls")
Words = dict[str, str]


def told(spec: dict[str, Any]) -> str:
    text = told_by(spec)
    assert not SLIPS.search(text), SLIPS.search(text)
    return text


@pytest.fixture(scope="module", params=LANGUAGES)
def some_reduced(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Results at a scale that reduces ResNet-18 only; nothing comes close to what was published."""
    curves = {name: at_once(0.3) for name in IMAGES}
    return fabricate(REPORT, {"curves": curves}, "cpu", request.param)


NOT_COMPARED: Words = {
    "zh": "`resnet18`、`resnet18_celu`、`resnet18_ls` 和 `resnet18_celu_ls` 没有按完整规模训练，不作比较。",
    "en": "`resnet18`, `resnet18_celu`, `resnet18_ls` and `resnet18_celu_ls` were not trained at full scale",
}
COMPARED: Words = {"zh": "`lenet5` 测得 30.0", "en": "`lenet5` reaches 30.0"}
STATED: Words = {"zh": "可以排除的是写明了的设置", "en": "What was stated can be ruled out"}
SHORTENED: Words = {"zh": "轮（当前规模缩短了后者）", "en": "variants (the latter fewer than published"}
CAPACITY: Words = {"zh": "限制它的是容量，而不是泛化", "en": "capacity limits it, not generalisation"}
LAST_EPOCH: Words = {"zh": "恰好是最后一轮", "en": "this is the very last epoch"}
ALL_REDUCED: Words = {"zh": "这些实验都没有按完整规模训练", "en": "None of these experiments was trained"}


def test_what_a_scale_leaves_as_published_is_compared_and_the_rest_is_not(some_reduced: dict[str, Any]) -> None:
    lang, kept = some_reduced["lang"], {name for name, it in some_reduced["experiments"].items() if it["as_published"]}
    assert kept & set(IMAGES) == {"lenet5"}
    text = told(some_reduced)
    for words in (NOT_COMPARED, COMPARED, STATED, SHORTENED, CAPACITY):
        assert words[lang] in text, words[lang]
    for words in (LAST_EPOCH, ALL_REDUCED):
        assert words[lang] not in text, words[lang]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_everything_is_reduced_nothing_is_compared(lang: str) -> None:
    text = told(fabricate(REPORT, {}, "lite", lang))
    assert text.count(ALL_REDUCED[lang]) == 2
    for words in (STATED, SHORTENED, COMPARED):
        assert words[lang] not in text


ANOTHER: Words = {"zh": "两者不是在同一台没有别的训练的机器上计时的", "en": "not timed on one machine of their own"}
VARYING: Words = {"zh": "这些轮次还不能断定", "en": "these epochs do not settle"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("same", [True, False])
def test_times_are_undecided_for_the_reason_there_is(tmp_path: Path, lang: str, same: bool) -> None:
    spec = fabricate(REPORT, {}, "full", lang)
    verdict = json.loads(Path(spec["claims"]["resnet_dearer"]).read_text(encoding="utf-8"))
    verdict["values"]["comparable"] = same
    path = tmp_path / "resnet_dearer.json"
    spec["claims"]["resnet_dearer"] = str(path)
    path.write_text(json.dumps({**verdict, "outcome": UNDECIDED}), encoding="utf-8")
    text = told(spec)
    assert (VARYING[lang] in text, ANOTHER[lang] in text) == (same, not same)


READING = {
    SUPPORTED: {"zh": "怎样读出与怎样编码同样要紧", "en": "How a model is read out thus matters"},
    REFUTED: {"zh": "这个模型能把信息带过空词", "en": "this model finds its way past the empty words"},
    UNDECIDED: {"zh": "提高是否达到预期的", "en": "it remains open whether this is the expected rise"},
}


@pytest.mark.parametrize("outcome", READING)
def test_what_reading_empty_words_costs_follows_its_claim(some_reduced: dict[str, Any], outcome: str) -> None:
    text = Filled(some_reduced).text({"empty_words": outcome})
    for other, words in READING.items():
        assert (words[some_reduced["lang"]] in text) is (other == outcome), words


LAST: dict[str, Words] = {
    SUPPORTED: {"zh": "的改动则明显大于误差", "en": "does far more than the error"},
    REFUTED: {"zh": "原报告看好的改动没有带来最大的提高", "en": "favours does not bring the largest gain"},
    UNDECIDED: {"zh": "各项改动的先后还不能完全确定", "en": "the order of the changes is not fully settled"},
}


@pytest.mark.parametrize("outcome", LAST)
def test_the_last_word_on_sentences_follows_the_claim(some_reduced: dict[str, Any], outcome: str) -> None:
    lang = some_reduced["lang"]
    end = sections(Filled(some_reduced).text({"norm_and_pooling": outcome}))[CONCLUSION[lang]]
    for other, words in LAST.items():
        assert (words[lang] in end) is (other == outcome), words
