"""What the training benchmark divides by what."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import training
from labreport.models.resnet import ResNet34


def test_operations_are_those_that_torch_counts() -> None:
    model = ResNet34(10, width=8)
    images = torch.randn(2, 3, 32, 32)
    with FlopCounterMode(display=False) as counter:
        nn.functional.cross_entropy(model(images), torch.tensor([1, 2])).backward()
    assert training.training_flops(model, images) == counter.get_total_flops()


def test_the_projects_own_loop_is_timed(monkeypatch) -> None:
    monkeypatch.setattr(training, "STEPS", 2)
    monkeypatch.setattr(training, "PRODUCTS", 1)
    monkeypatch.setattr(training, "PAIRS", 1)
    monkeypatch.setattr(training, "BATCH", 2)
    monkeypatch.setattr(training, "MATRIX", 32)
    monkeypatch.setattr(training, "LENGTH", 4)
    for row in (training.resnet(), training.lstm()):
        assert row.ratio > 0
        assert row.what.endswith("median of 1 pairs")
