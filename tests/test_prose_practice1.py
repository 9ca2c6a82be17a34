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
from tests.prose_marks import MARKS
from tests.prose_stories import CLAIMS, REFUTED, ROOT, STORIES, SUPPORTED, UNDECIDED, fabricate

LANGUAGES = ("zh", "en")
TEMPLATES = {lang: ROOT / f"templates/practice1/{lang}.md.j2" for lang in LANGUAGES}
PROVENANCE = Provenance("0123456", "2026-01-01", 1767225600)
VERDICTS = {
    "zh": {SUPPORTED: "：数据支持", REFUTED: "：数据不支持", UNDECIDED: "：数据不足以判断"},
    "en": {SUPPORTED: ": supported", REFUTED: ": not supported", UNDECIDED: ": undecided"},
}
ABSTRACT = {"zh": "摘要", "en": "Abstract"}
ANALYSIS = {"zh": "分析", "en": "Analysis"}
CONCLUSION = {"zh": "结论", "en": "Conclusion"}
SLIPS = re.compile(r"None|\bnan\b|\{\{|\{%|\?\?|[，、；：][，。、；：]|。。|[,;:] ?[,.;:]|\.\.| [,.;:]|\S  \S")

JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
NOT_PROSE = (
    re.compile(r"^# [^\n]*\{#sec:references.*?(?=^# )", re.DOTALL | re.MULTILINE),
    re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE),
    JINJA,
    re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", re.DOTALL),
    re.compile(r"\[\d\]"),  # a citation
    re.compile(r"\{#sec:\w+[^}]*\}"),
    re.compile(r"CIFAR-10|ResNet-34|RTX 3090"),
    re.compile(r"(?<!\d)(?:224×224|32×32|8×8|7×7|3×3|1×1)(?!\d)"),  # pictures and kernels
)
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:\s*[%％])?")
FACTS = re.compile(  # of the networks' design, each with the words that make it one
    r"(?<!\d)34(?: layers| 层)|have 3, 4, 6 and 3 residual blocks|依次有 3、4、6、3 个"
    r"|sides of 32, 16, 8 and 4 pixels|在 32、16、8、4 的边长上|stride [12](?![.\d])|步长为 [12] 的"
)
THRESHOLDS = {"0", "0.05", "0.95", "1", "2", "64"}  # what sentences are chosen by, and units; never shown


def source(lang: str) -> str:
    return TEMPLATES[lang].read_text(encoding="utf-8")


def typed_numbers(text: str) -> list[str]:
    """Numbers in the prose of a template that are not facts of the networks' design."""
    for pattern in (*NOT_PROSE, FACTS):
        text = pattern.sub(" ", text)
    return NUMBER.findall(text)


def calls(text: str, *functions: str) -> list[str]:
    """Calls of `functions` in a template, as they are written, in order."""
    pattern = rf"\b(?:{'|'.join(functions)})\(([^()]*)\)"
    return [match[0] for code in JINJA.findall(text) for match in re.finditer(pattern, code)]


def text_of(spec: dict[str, Any], form: str) -> str:
    return render(TEMPLATES[spec["lang"]], form, spec["lang"], spec, PROVENANCE)


def prose_of(markdown: str) -> str:
    """Rendered Markdown without fenced code, tables and display mathematics."""
    return re.sub(r"^```.*?^```|^\|.*?$|^\$\$.*?\$\$", "", markdown, flags=re.DOTALL | re.MULTILINE)


def sections(markdown: str) -> dict[str, str]:
    """Text by its heading, with the bodies of equal headings joined."""
    found: dict[str, str] = {}
    parts = re.split(r"^#+ (?:[\d.]+\s+)?(.*?)\s*$", markdown, flags=re.MULTILINE)
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        found[heading] = found.get(heading, "") + body
    return found


def check_marks(text: str, lang: str, outcomes: dict[str, str]) -> None:
    """Abstract and analysis say of every claim what it came out as, and nothing else."""
    abstract, analysis = (sections(text)[heading] for heading in (ABSTRACT[lang], ANALYSIS[lang]))
    for claim, marks in MARKS[lang].items():
        for outcome, (in_abstract, in_analysis) in marks.items():
            right = outcome == outcomes[claim]
            assert (in_analysis in analysis) is right, (claim, outcome, in_analysis)
            assert in_abstract is None or (in_abstract in abstract) is right, (claim, outcome, in_abstract)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_text_follows_every_outcome(tmp_path: Path, story: str, lang: str) -> None:
    expected = STORIES[story]["outcomes"]
    for scale in ("full", "demo"):
        spec = fabricate(tmp_path / scale, STORIES[story], scale, lang)
        found = [json.loads(Path(spec["claims"][name]).read_text(encoding="utf-8"))["outcome"] for name in CLAIMS]
        assert dict(zip(CLAIMS, found, strict=True)) == dict(zip(CLAIMS, expected, strict=True))
        text = prose_of(text_of(spec, "markdown"))
        said = re.findall("|".join(VERDICTS[lang].values()), sections(text)[CONCLUSION[lang]])
        assert said == [VERDICTS[lang][outcome] for outcome in expected]
        check_marks(text, lang, dict(zip(CLAIMS, expected, strict=True)))
        assert not SLIPS.search(text), SLIPS.search(text)


def test_every_claim_comes_out_in_every_way() -> None:
    seen = {pair for story in STORIES.values() for pair in zip(CLAIMS, story["outcomes"], strict=True)}
    assert seen == {(claim, outcome) for claim in CLAIMS for outcome in (SUPPORTED, REFUTED, UNDECIDED)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_formats_say_the_same_numbers(tmp_path: Path, lang: str) -> None:
    spec = fabricate(tmp_path, STORIES["as_published"], "lite", lang)
    markdown, latex = (text_of(spec, form) for form in ("markdown", "latex"))
    percentages = [re.findall(r"(\d+\.\d)(?:\s|\\,|\\labcharacter\{202F\})*\\?%", text) for text in (markdown, latex)]
    assert len(percentages[0]) > 20
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
    "sentence",
    [
        *("It ends at 84.6 %.", "准确率为 84.6%。", "慢了 2.1 倍", "after 17 epochs", "12,345 张图片", "约 90％"),
        *("after 34 epochs", "在第 16 轮", "4 times as long", "慢了 2 倍", "8 points apart", "it has 134 layers"),
        *("stride 2.5", "a gap of 32, 16 and 4 points", "64×64 pixels", "相差 1 个百分点", "3 层"),
    ],
)
def test_a_typed_number_is_found(sentence: str) -> None:
    assert typed_numbers(f"{{{{ run }}}} $x_{{1.5}}$ {sentence}")


@pytest.mark.parametrize(
    "sentence", ["networks of 34 layers", "这一 34 层网络", "a 3×3 convolution of stride 1", "步长为 2 的"]
)
def test_a_fact_of_the_design_is_no_typed_number(sentence: str) -> None:
    assert typed_numbers(sentence) == []


QUALIFIED = {
    "zh": {
        "chance_is_larger": ("不能归功于残差连接", "不能当作定论", "；但结构相同的两个网络", "不过这次的数据"),
        "nothing_learned": (
            None,
            "随机猜测（10%）附近，这样的相近没有意义",
            "；但有的还没有离开随机水平",
            "不过这次的数据",
        ),
        "as_published": (None, "有意安排的差别只有残差连接", None, "两部分其实说的是同一件事"),
    },
    "en": {
        "chance_is_larger": (
            "cannot be put down to",
            "should not be trusted",
            "; but two networks of equal",
            "do not show all",
        ),
        "nothing_learned": (
            None,
            "still near the level of guessing, 10",
            "; not all of them have left",
            "do not show all",
        ),
        "as_published": (None, "only intended difference is the", None, "Both parts tell one story."),
    },
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_analysis_doubts_is_doubted_everywhere(tmp_path: Path, lang: str) -> None:
    texts = {story: prose_of(text_of(fabricate(tmp_path / story, STORIES[story], "full", lang), "markdown"))
             for story in QUALIFIED[lang]}  # fmt: skip
    for story, (abstract, analysis, bullet, closing) in QUALIFIED[lang].items():
        for phrase, heading in (
            (abstract, ABSTRACT),
            (analysis, ANALYSIS),
            (bullet, CONCLUSION),
            (closing, CONCLUSION),
        ):
            told = {name for name, text in texts.items() if phrase and phrase in sections(text)[heading[lang]]}
            assert phrase is None or story in told, (story, phrase)
            assert phrase is None or phrase == closing or told == {story}, (story, phrase)


@pytest.mark.parametrize(
    ("train", "last", "zh", "en"),
    [
        (0.99, 0.846, ("过拟合十分明显", "过拟合同样明显"), ("a clear case of overfitting", ": overfitting here too.")),
        (0.99, 0.86, ("还算不上明显的过拟合", "过拟合十分明显"), ("no clear case of overfitting", ": overfitting.")),
        (0.93, 0.846, ("还算不上明显的过拟合", None), ("no clear case of overfitting", None)),
        (0.86, 0.846, ("看不出过拟合", None), ("no sign of overfitting", None)),
    ],
)
def test_overfitting_is_said_where_the_numbers_show_it(
    tmp_path: Path, train: float, last: float, zh: tuple[str, str | None], en: tuple[str, str | None]
) -> None:
    curves = STORIES["as_published"]["curves"] | {"myresnet34": [[0.846, 0.85, 0.85, last]]}
    story = {**STORIES["as_published"], "train": train, "curves": curves}
    for lang, (of_images, of_texts) in (("zh", zh), ("en", en)):
        text = prose_of(text_of(fabricate(tmp_path / lang, story, "full", lang), "markdown"))
        images, texts = re.split(r"^## .*(?:Text classification|文本分类)$", text, flags=re.MULTILINE)
        assert of_images in sections(images)[ANALYSIS[lang]]
        said = sections(texts)[ANALYSIS[lang]]
        assert of_texts in said if of_texts else not re.search("过拟合(?:同样|十分)明显|: overfitting", said)
