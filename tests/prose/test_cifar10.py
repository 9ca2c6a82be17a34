"""The prose of cifar10: whole stories, and the arithmetic that it does about the two networks."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import nn

from labreport.models.cnn import CNN3
from labreport.models.resnet import ResNetSmall
from tests.prose.results import at_once, fabricate, outcomes_of, report_of, rising
from tests.prose.text import LANGUAGES, REFUTED, SLIPS, SUPPORTED, UNDECIDED, source, told_by

REPORT = "cifar10"
CLAIMS = ("residual_better", "level_sooner", "settles_sooner", "epoch_dearer", "cnn_overfits")
EARLY = [[0.5, 0.6, 0.7, 0.7672, 0.766, 0.766, 0.766, 0.766]]
LATE = [[0.75, 0.78, 0.8, 0.81, 0.82, 0.83, 0.84, 0.8513]]
STORIES: dict[str, dict[str, Any]] = {
    "as published": {
        "curves": {"cnn3": EARLY, "resnet_small": LATE},
        "train": {"cnn3": 0.98, "resnet_small": 0.9},
        "seconds": {"cnn3": 2.0, "resnet_small": 8.0},
        "outcomes": (SUPPORTED, SUPPORTED, REFUTED, SUPPORTED, SUPPORTED),
        "phrases": {
            "zh": (
                "准确率高的原因，这一比较分不清",
                "从那里继续往前",
                "它拟合训练集比推广到新图片做得好",
                "长处在于走得更远",
            ),
            "en": (
                "Where its accuracy comes from, this comparison cannot tell",
                "goes on from there",
                "better than it generalises",
                "is that it goes farther",
            ),
        },
    },
    "the other way round": {
        "curves": {"cnn3": at_once(0.8), "resnet_small": rising(0.7)},
        "train": {"cnn3": 0.82, "resnet_small": 0.75},
        "seconds": {"cnn3": 2.0, "resnet_small": 2.0},
        "outcomes": (REFUTED, REFUTED, REFUTED, REFUTED, REFUTED),
        "phrases": {
            "zh": ("残差网络并不更快", "快慢主要不取决于乘法的多少", "限制它的是拟合", "没有达到预想的 1.5 倍"),
            "en": (
                "is not the faster one",
                "other things than multiplications",
                "it is the fit that limits it",
                "less than the expected 1.5",
            ),
        },
    },
    "seeds disagree": {
        "curves": {"cnn3": [*rising(0.7), *at_once(0.8)], "resnet_small": [*rising(0.9), *at_once(0.7)]},
        "train": 0.85,
        "seconds": {"cnn3": 2.0, "resnet_small": 8.0},
        "outcomes": (UNDECIDED, UNDECIDED, UNDECIDED, SUPPORTED, UNDECIDED),
        "phrases": {
            "zh": ("是否达到 5 个百分点不能断定", "谁先稳定下来无从分辨"),
            "en": ("whether 5 points are reached", "no telling which settles sooner"),
        },
    },
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_told_with_its_own_phrases(story: str, lang: str) -> None:
    spec = fabricate(REPORT, STORIES[story], "full", lang)
    outcomes = outcomes_of(spec)
    assert tuple(outcomes[claim] for claim in CLAIMS) == STORIES[story]["outcomes"]
    text = told_by(spec)
    assert not SLIPS.search(text), SLIPS.search(text)
    for name, other in STORIES.items():
        for phrase in other["phrases"][lang]:
            assert (phrase in text) is (name == story), (name, phrase)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_vanishing_gradients_are_discussed_of_networks_that_learned(lang: str) -> None:
    phrase = {"zh": "梯度若真的消失了", "en": "whose gradients vanished"}[lang]
    for name, final in (("learned", 0.7), ("guessing", 0.1)):
        story = {"curves": dict.fromkeys(("cnn3", "resnet_small"), at_once(final))}
        text = told_by(fabricate(REPORT, story, "full", lang))
        assert (phrase in text) is (name == "learned")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_published_figures_that_differ_are_told_with_their_direction(lang: str) -> None:
    single = {"zh": "训练本身的波动没有计入误差", "en": "the scatter of training is not in the error"}[lang]
    apart = {"zh": ("低 6.7 个百分点", "低 5.1 个百分点"), "en": ("6.7 points below", "5.1 points below")}[lang]
    low = {"curves": {"cnn3": at_once(0.7), "resnet_small": at_once(0.8)}}
    for story, differs in ((low, True), (STORIES["as published"], False)):
        spec = fabricate(REPORT, story, "full", lang)
        text = told_by(spec).replace("\u00a0", " ")
        assert all((phrase in text) is differs for phrase in (single, *apart))
        assert {"zh": "第 28 轮和第 30 轮", "en": "epochs 28 and 30"}[lang] in text
        assert not re.search(r"[−-]\d[\d.]* (?:个百分点，超出|points that)", text)


def multiplications(model: nn.Module) -> dict[str, int]:
    """Multiplications of one 32 x 32 picture by the name of each convolution and linear layer."""
    found: dict[str, int] = {}

    def count(name: str, layer: nn.Conv2d | nn.Linear, output: torch.Tensor) -> None:
        places = output.shape[2] * output.shape[3] if isinstance(layer, nn.Conv2d) else 1
        found[name] = layer.weight.numel() * places

    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(lambda layer, _, output, name=name: count(name, layer, output))
    model.eval()(torch.empty(1, 3, 32, 32, device="meta"))
    return found


def reach(layers: list[nn.Module]) -> int:
    """How many pixels one value behind `layers` sees, by the recursion over kernels and strides."""
    seen, step = 1, 1
    for layer in layers:
        assert isinstance(layer, nn.Conv2d | nn.MaxPool2d)
        size, stride = (value if isinstance(value, int) else value[0] for value in (layer.kernel_size, layer.stride))
        seen, step = seen + (size - 1) * step, step * stride
    return seen


@pytest.fixture
def networks() -> tuple[nn.Module, nn.Module]:
    with torch.device("meta"):
        return CNN3(10), ResNetSmall(10)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_multiplications_are_counted_right(networks: tuple[nn.Module, nn.Module], lang: str) -> None:
    plain, residual = map(multiplications, networks)
    text = source(REPORT, lang)
    linear = sum(count for name, count in plain.items() if name.startswith("fc"))
    stages = sum(count for name, count in residual.items() if name.startswith("layer"))
    written = {float(number) for number in re.findall(r"([\d.]+) \\cdot 10\^6", text)}
    counted = (sum(plain.values()) - linear, linear, residual["conv1"], stages)
    assert written == {round(count / 1e6, 1) for count in counted}
    assert round(sum(residual.values()) / sum(plain.values())) == 8  # "eight times"
    shortcuts = sum(count for name, count in residual.items() if "downsample" in name)
    assert round(shortcuts / stages, 3) == 0.01  # "one hundredth"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reach_is_counted_right(networks: tuple[nn.Module, nn.Module], lang: str) -> None:
    names_of_path = [name for name in multiplications(networks[1]) if name != "fc" and "downsample" not in name]
    residual = [networks[1].get_submodule(name) for name in names_of_path]
    plain = [networks[0].get_submodule(name) for name in ("conv1", "pool1", "conv2", "pool2", "conv3", "pool3")]
    assert [int(found) for found in re.findall(r"\$r = (\d+)\$", source(REPORT, lang))] == [
        reach(plain),
        reach(residual),
    ]


def test_the_smaller_network_is_the_residual_one(networks: tuple[nn.Module, nn.Module]) -> None:
    plain, residual = (sum(part.numel() for part in network.parameters()) for network in networks)
    assert residual < plain
    assert networks[0].get_submodule("fc1").weight.numel() > plain / 2  # "most of its weights"
    last = sum(part.numel() for part in networks[1].get_submodule("layer3").parameters())
    assert last > residual / 2  # "Most parameters belong to the last stage"


def test_the_augmentation_is_the_declared_one() -> None:
    """The text speaks of shifted and mirrored pictures, by a few pixels."""
    for name in ("cnn3", "resnet_small"):
        steps = {step.name: step for step in report_of(REPORT).experiments[name].settings.augment}
        assert set(steps) == {"crop", "flip"}
        assert 1 <= steps["crop"].padding <= 6
