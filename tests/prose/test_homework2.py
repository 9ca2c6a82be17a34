"""The prose of homework2: whole stories, and the numbers that it derives from the network and the data set."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
import yaml

from labreport.models.torchvision_resnet import TorchvisionResNet50
from tests.prose.results import at_once, fabricate, outcomes_of, report_of, rising
from tests.prose.text import LANGUAGES, REFUTED, ROOT, SLIPS, SUPPORTED, UNDECIDED, source, told_by

REPORT = "homework2"
AS_PUBLISHED: dict[str, Any] = {
    "curves": {
        "cnn4": rising(0.719),
        "rnn_rows": [[0.3, 0.53, 0.528, 0.528]],
        "cnn4_longtail": rising(0.534),
        "rnn_rows_longtail": rising(0.42),
        "resnet50_balanced": rising(0.674),
        "rnn_rows_balanced": rising(0.454),
    },
    "train": {"cnn4": 0.864, "rnn_rows": 0.999, "cnn4_longtail": 0.999, "rnn_rows_longtail": 0.973,
              "resnet50_balanced": 0.982, "rnn_rows_balanced": 0.949},
    "groups": {
        "cnn4": (0.70, 0.738),
        "cnn4_longtail": (0.25, 0.818),
        "rnn_rows": (0.50, 0.556),
        "rnn_rows_longtail": (0.15, 0.69),
        "rnn_rows_balanced": (0.31, 0.598),
    },
}  # fmt: skip
UNMOVED: dict[str, Any] = {
    "curves": {name: rising(0.5) for name in AS_PUBLISHED["curves"]},
    "groups": dict.fromkeys(AS_PUBLISHED["curves"], (0.5, 0.5)),
}
SCATTERED: dict[str, Any] = {  # two seeds that agree on nothing
    "curves": {
        "cnn4": at_once(0.5, 0.9),
        "rnn_rows": at_once(0.4, 0.7),
        "cnn4_longtail": at_once(0.4, 0.75),
        "rnn_rows_longtail": at_once(0.35, 0.65),
        "resnet50_balanced": at_once(0.4, 0.85),
        "rnn_rows_balanced": at_once(0.35, 0.7),
    },
    "train": 0.7,
    "groups": {
        "cnn4": [(0.4, 0.6), (0.9, 0.9)],
        "rnn_rows": [(0.3, 0.5), (0.7, 0.7)],
        "cnn4_longtail": [(0.4, 0.4), (0.5, 1.0)],
        "rnn_rows_longtail": [(0.3, 0.3), (0.4, 0.9)],
        "rnn_rows_balanced": [(0.3, 0.4), (0.6, 0.8)],
    },
}
PHRASES: dict[str, tuple[dict[str, Any], dict[str, tuple[str, ...]]]] = {
    "as published": (
        AS_PUBLISHED,
        {
            "zh": ("第 2 轮最高，此后学到的", "不降反升", "样本少的类得到的", "难处不在拟合", "两者相差在"),
            "en": ("in epoch 2 of 4", "did not lose but gained", "What the short classes gain", "not in the fitting"),
        },
    ),
    "unmoved": (
        UNMOVED,
        {
            "zh": ("没有达到预想的", "没有出现预想的分化", "没有变化", "显而易见", "连训练集都远没有学会"),
            "en": (
                "less than the 20 points",
                "not divided as expected",
                "stays where it was",
                "far from having learned",
            ),
        },
    ),
}


def told(story: dict[str, Any], scale: str, lang: str) -> str:
    return told_by(fabricate(REPORT, story, scale, lang))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", PHRASES)
def test_a_story_is_told_with_its_own_phrases(story: str, lang: str) -> None:
    text = told(PHRASES[story][0], "full", lang)
    assert not SLIPS.search(text), SLIPS.search(text)
    for name, (_, phrases) in PHRASES.items():
        for phrase in phrases[lang]:
            assert (phrase in text) is (name == story), (name, phrase)


def test_the_published_figures_bear_the_claims_out() -> None:
    outcomes = outcomes_of(fabricate(REPORT, AS_PUBLISHED, "full", "en"))
    assert set(outcomes.values()) == {SUPPORTED}, outcomes


@pytest.mark.parametrize(("story", "outcome"), [(UNMOVED, REFUTED), (SCATTERED, UNDECIDED)])
def test_other_figures_do_not(story: dict[str, Any], outcome: str) -> None:
    outcomes = outcomes_of(fabricate(REPORT, story, "full", "en"))
    own = {name: found for name, found in outcomes.items() if not name.startswith("agrees")}
    assert set(own.values()) == {outcome}, own


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_wider_gap_tempts_and_no_other(lang: str) -> None:
    tempting, neutral = {
        "zh": ("很容易把它读成过拟合加重", "不能直接与此前相比"),
        "en": ("tempting to read this", "cannot simply be compared with before"),
    }[lang]
    wide = told(AS_PUBLISHED, "full", lang)
    narrow = told(
        {**AS_PUBLISHED, "train": AS_PUBLISHED["train"] | {"cnn4": 1.0, "cnn4_longtail": 0.6}},
        "full",
        lang,
    )
    assert tempting in wide
    assert neutral not in wide
    assert neutral in narrow
    assert tempting not in narrow


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_scatter_of_single_runs_is_named_where_figures_differ(lang: str) -> None:
    phrase = {"zh": "训练本身的波动没有计入误差", "en": "the scatter of training is not in the error"}[lang]
    assert phrase in told(UNMOVED, "full", lang)
    assert phrase not in told(AS_PUBLISHED, "full", lang)
    assert phrase not in told(SCATTERED, "full", lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", [AS_PUBLISHED, UNMOVED, SCATTERED])
def test_no_word_of_direction_stands_before_a_sign(story: dict[str, Any], lang: str) -> None:
    text = told(story, "full", lang)
    assert not re.search(r"(?:高|低|降|升|领先|相差|变化|至少) ?[−-]\d|(?:by|of at least|differ by) [−-]\d", text)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_samples_are_not_described_as_photographs(lang: str) -> None:
    made, seen = {"zh": ("程序生成的样本图片", "姿态和背景"), "en": ("generated samples", "pose and background")}[lang]
    for scale, phrase, other in (("demo", made, seen), ("full", seen, made)):
        text = told(UNMOVED, scale, lang)
        assert phrase in text
        assert other not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pretrained_weights_are_named_as_a_suspicion(lang: str) -> None:
    text = told(AS_PUBLISHED, "demo", lang)
    said = {
        "zh": ("预训练的权重", "没有这份权重，因此没有训练"),
        "en": ("weights pretrained", "not at hand when this report was made"),
    }
    assert all(phrase in text for phrase in said[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_noise_is_the_declared_one(lang: str) -> None:
    declared = yaml.safe_load((ROOT / "config/datasets.yaml").read_text(encoding="utf-8"))
    assert re.findall(r"\\sigma = ([\d.]+)", source(REPORT, lang)) == [
        str(declared["cifar10_balanced"]["balance"]["noise_sigma"])
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_weights_of_a_bottleneck_are_counted_right(lang: str) -> None:
    with torch.device("meta"):
        block = TorchvisionResNet50(10).layer1[1]
    convolutions = [part for part in block.modules() if isinstance(part, torch.nn.Conv2d)]
    text = source(REPORT, lang).replace(r"\,", "")
    assert f"= {sum(part.weight.numel() for part in convolutions)}" in text
    wide = torch.nn.Conv2d(256, 256, 3, device="meta").weight.numel()
    assert f"= {2 * wide}$" in text


def test_nothing_is_augmented_while_training() -> None:
    """The text gives this as a reason for overfitting."""
    experiments = report_of(REPORT).experiments
    assert all(not experiments[name].settings.augment for name in AS_PUBLISHED["curves"])
