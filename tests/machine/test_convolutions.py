from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from labreport.machine.convolutions import take_strides_first


@pytest.mark.parametrize("channels", [1, 2, 4, 7, 8, 15])
def test_the_gradient_of_a_narrow_strided_convolution_is_right_on_a_cpu(channels: int) -> None:
    torch.manual_seed(0)
    images = torch.randn(8, channels, 16, 16)
    model = nn.Sequential(nn.Conv2d(channels, 16, 1, stride=2), nn.ReLU())
    exact = copy.deepcopy(model).double()
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    take_strides_first(model)
    answers = model(images.contiguous(memory_format=torch.channels_last))
    wanted = exact(images.double())
    answers.square().sum().backward()
    wanted.square().sum().backward()
    torch.testing.assert_close(answers.double(), wanted, rtol=1e-4, atol=1e-4)
    for own, one in zip(model.parameters(), exact.parameters(), strict=True):
        assert own.grad is not None
        assert one.grad is not None
        torch.testing.assert_close(own.grad.double(), one.grad, rtol=1e-4, atol=1e-3)


def test_other_convolutions_stay_as_they_are() -> None:
    model = nn.Sequential(nn.Conv2d(16, 4, 1, stride=2), nn.Conv2d(4, 4, 3, stride=2), nn.Conv2d(4, 4, 1))
    take_strides_first(model)
    assert [layer.stride for layer in model] == [(2, 2), (2, 2), (1, 1)]
    assert not any(layer._forward_pre_hooks for layer in model)
