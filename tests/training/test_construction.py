from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from labreport.errors import TrainingError
from labreport.training.construction import build_model, build_optimizer, build_schedule, build_task

FACTS = {"classes": 4, "vocabulary": 9}


def test_facts_go_where_the_constructor_takes_them() -> None:
    image = build_model("labreport.models.resnet:ResNet34", {"width": 2}, FACTS)
    text = build_model("labreport.models.own_lstm:OwnLSTM", {"embedding": 3, "hidden": 2}, FACTS)
    assert image.fc.weight.shape == (4, 16)
    assert text.embedding.weight.shape == (9, 3)


@pytest.mark.parametrize(
    ("target", "parameters", "message"),
    [
        ("torch.nn:Linear", {}, "allowed is a class of this package"),
        ("labreport.models.resnet:ResNet35", {}, "ResNet35"),
        ("labreport.models.nothing:Net", {}, r"No module named 'labreport\.models\.nothing'"),
        ("labreport.models.resnet:ResNet34", {"wdith": 8}, "wdith.*it takes classes, width"),
        ("labreport.models.resnet:ResNet34", {"width": -8}, "negative dimension.*it takes classes, width"),
    ],
)
def test_wrong_models_are_refused(target: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        build_model(target, parameters, FACTS)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("SGD", {"momentum": 0.9, "weight_decay": 5e-4}), ("Adam", {}), ("AdamW", {}), ("RMSprop", {})],
)
def test_optimizers_step_as_their_plain_loops(name: str, parameters: dict[str, Any]) -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(5, 3), nn.Linear(5, 3)]
    layers[1].load_state_dict(layers[0].state_dict())
    x = torch.randn(8, 5)
    fast = build_optimizer({"name": name, "parameters": parameters}, 0.01, layers[0].parameters())
    plain = getattr(torch.optim, name)(layers[1].parameters(), lr=0.01, foreach=False, **parameters)
    for _ in range(5):
        for layer, optimizer in zip(layers, (fast, plain), strict=True):
            optimizer.zero_grad()
            layer(x).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(layers[0].weight, layers[1].weight)
    assert (fast.defaults.get("fused"), fast.defaults["foreach"]) == (
        (None, True) if name == "RMSprop" else (True, None)
    )


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"name": "Adan"}, "found 'Adan', allowed are Adam, AdamW, RMSprop, SGD"),
        ({"name": "SGD", "parameters": {"momentun": 0.9}}, "optimizer SGD: .*momentun"),
        ({"name": "SGD", "parameters": {"momentum": -1}}, "optimizer SGD: .*momentum"),
        ({"name": "Adam", "parameters": {"foreach": True}}, "optimizer Adam: .*foreach.*fused|fused.*foreach"),
    ],
)
def test_wrong_optimizers_are_refused(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        build_optimizer(declared, 0.01, nn.Linear(1, 1).parameters())


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"name": "Plateau"}, "found 'Plateau', allowed are CosineAnnealingLR, MultiStepLR, ReduceLROnPlateau, StepLR"),
        ({"name": "StepLR"}, "schedule StepLR: .*step_size"),
        ({"name": "ReduceLROnPlateau", "parameters": {"factor": 1.5}}, "schedule ReduceLROnPlateau: Factor"),
    ],
)
def test_wrong_schedules_are_refused(declared: dict[str, Any], message: str) -> None:
    optimizer = build_optimizer({"name": "SGD"}, 0.01, nn.Linear(1, 1).parameters())
    with pytest.raises(TrainingError, match=message):
        build_schedule(declared, optimizer)


def test_a_task_that_is_none_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"task: labreport\.training\.classification:Ranking"):
        build_task("labreport.training.classification:Ranking", ["a"], {"name": "cross_entropy"})
