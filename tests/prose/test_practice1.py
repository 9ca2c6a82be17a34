"""The prose of practice1: what it says of each outcome of its claims, and what it doubts.

Results are fabricated; the project's own claims judge them and its own documents render them.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.prose.marks import MARKS
from tests.prose.results import fabricate, outcomes_of
from tests.prose.stories import CLAIMS, STORIES
from tests.prose.text import (
    ABSTRACT,
    ANALYSIS,
    CONCLUSION,
    LANGUAGES,
    REFUTED,
    SLIPS,
    SUPPORTED,
    UNDECIDED,
    VERDICTS,
    sections,
    told_by,
)

REPORT = "practice1"


def told(story: dict[str, Any], scale: str, lang: str) -> str:
    """The prose of a story."""
    return told_by(fabricate(REPORT, story, scale, lang))


def check_marks(text: str, lang: str, outcomes: dict[str, str]) -> None:
    """Abstract and analysis say of every claim what it came out as, and nothing else."""
    both = {outcomes["depth_stuck"], outcomes["depth_leaves"]}
    outcomes = {**outcomes, "depth": next(one for one in (REFUTED, UNDECIDED, SUPPORTED) if one in both)}
    abstract, analysis = (sections(text)[heading] for heading in (ABSTRACT[lang], ANALYSIS[lang]))
    for claim, marks in MARKS[lang].items():
        for outcome, (in_abstract, in_analysis) in marks.items():
            right = outcome == outcomes[claim]
            assert (in_analysis in analysis) is right, (claim, outcome, in_analysis)
            assert in_abstract is None or (in_abstract in abstract) is right, (claim, outcome, in_abstract)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_text_follows_every_outcome(story: str, lang: str) -> None:
    expected = STORIES[story]["outcomes"]
    for scale in ("full", "demo"):
        spec = fabricate(REPORT, STORIES[story], scale, lang)
        assert outcomes_of(spec) == dict(zip(CLAIMS, expected, strict=True))
        text = told_by(spec)
        said = re.findall("|".join(VERDICTS[lang].values()), sections(text)[CONCLUSION[lang]])
        assert said == [VERDICTS[lang][outcome] for outcome in expected]
        check_marks(text, lang, dict(zip(CLAIMS, expected, strict=True)))
        assert not SLIPS.search(text), SLIPS.search(text)


def test_every_claim_comes_out_in_every_way() -> None:
    seen = {pair for story in STORIES.values() for pair in zip(CLAIMS, story["outcomes"], strict=True)}
    assert seen == {(claim, outcome) for claim in CLAIMS for outcome in (SUPPORTED, REFUTED, UNDECIDED)}


QUALIFIED = {
    "zh": {
        "nothing_learned": (
            None,
            "随机猜测（10%）附近，这样的相近没有意义",
            "；但有的还没有离开随机水平",
            "不过这次的数据",
        ),
        "as_published": (None, "有意安排的差别只有残差连接", None, "两部分其实说的是同一件事"),
    },
    "en": {
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
def test_what_the_analysis_doubts_is_doubted_everywhere(lang: str) -> None:
    texts = {story: told(STORIES[story], "full", lang)
             for story in QUALIFIED[lang]}  # fmt: skip
    for story, (abstract, analysis, bullet, closing) in QUALIFIED[lang].items():
        for phrase, heading in (
            (abstract, ABSTRACT),
            (analysis, ANALYSIS),
            (bullet, CONCLUSION),
            (closing, CONCLUSION),
        ):
            saying = {name for name, text in texts.items() if phrase and phrase in sections(text)[heading[lang]]}
            assert phrase is None or story in saying, (story, phrase)
            assert phrase is None or phrase == closing or saying == {story}, (story, phrase)


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
    train: float, last: float, zh: tuple[str, str | None], en: tuple[str, str | None]
) -> None:
    curves = STORIES["as_published"]["curves"] | {"myresnet34": [[0.846, 0.85, 0.85, last]]}
    story = {**STORIES["as_published"], "train": train, "curves": curves}
    for lang, (of_images, of_texts) in (("zh", zh), ("en", en)):
        text = told(story, "full", lang)
        images, texts = re.split(r"^# (?:Text classification|文本分类)\s*$", text, flags=re.MULTILINE)
        assert of_images in sections(images)[ANALYSIS[lang]]
        said = sections(texts)[ANALYSIS[lang]]
        assert of_texts in said if of_texts else not re.search("过拟合(?:同样|十分)明显|: overfitting", said)
