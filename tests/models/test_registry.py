from __future__ import annotations

import importlib

import pytest
import torch

from labreport.models.registry import MODELS
from labreport.training.construction import build_model

SMALL = {
    "plain34": {"width": 4},
    "resnet34": {"width": 4},
    "torchvision_resnet34": {"width": 4},
    "lstm": {"embedding": 6, "hidden": 5},
    "residual_lstm": {"embedding": 6, "hidden": 5},
    "own_lstm": {"embedding": 6, "hidden": 5},
}


@pytest.mark.parametrize("name", MODELS)
def test_every_model_gives_logits_and_gradients_to_all_parameters(name: str) -> None:
    torch.manual_seed(0)
    model = build_model(MODELS[name], SMALL.get(name, {}), {"classes": 3, "vocabulary": 20})
    if hasattr(model, "embedding"):
        out = model(torch.randint(1, 20, (4, 7)), torch.tensor([7, 3, 1, 5]))
    else:
        out = model(torch.randn(4, 3, 32, 32))
    assert out.shape == (4, 3)
    out.square().sum().backward()
    without = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    assert not without


@pytest.mark.parametrize("target", MODELS.values())
def test_every_class_says_what_it_is(target: str) -> None:
    module, _, name = target.partition(":")
    assert getattr(importlib.import_module(module), name).__doc__
