"""What the training benchmark divides by what."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import training
from labreport.models.resnet import ResNet34


def test_operations_are_those_that_torch_counts():
    model = ResNet34(10, width=8)
    images = torch.randn(2, 3, 32, 32)
    with FlopCounterMode(display=False) as counter:
        nn.functional.cross_entropy(model(images), torch.tensor([1, 2])).backward()
    assert training.training_flops(model, images) == counter.get_total_flops()


def test_ratio_is_the_median_of_pairs():
    """A machine that slows down for both leaves the ratio alone."""
    comparison = training.compare("x", [2.0, 20.0, 2.2], [1.0, 10.0, 1.0], "ms", "bare", "at most 3")
    assert comparison.ratio == pytest.approx(2.0)
    assert comparison.aim == "at most 3 (pairs from 2.00 to 2.20)"


def test_the_first_time_does_not_count(monkeypatch):
    monkeypatch.setattr(training, "PAIRS", 2)
    ours, theirs = iter([9.0, 1.0, 2.0]), iter([9.0, 3.0, 4.0])
    assert training.pairs(lambda: next(ours), lambda: next(theirs)) == ([1.0, 2.0], [3.0, 4.0])
