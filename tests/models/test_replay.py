from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from labreport.models.own_lstm import LSTMLayer
from labreport.models.replay import SHAPES, Replayed


def answered(call: Replayed | nn.Module, layer: nn.Module, x: Tensor) -> list[Tensor]:
    """The answer, and the gradients of its sum of squares."""
    layer.zero_grad()
    x = x.clone().requires_grad_()
    states = call(x)
    states.square().sum().backward()
    assert x.grad is not None
    gradients = [parameter.grad for parameter in layer.parameters()]
    return [states.detach().clone(), x.grad, *(gradient.clone() for gradient in gradients if gradient is not None)]


def test_on_a_cpu_it_is_the_module() -> None:
    layer = LSTMLayer(3, 4)
    for shape in ((2, 5, 3), (1, 7, 3)):
        x = torch.randn(shape)
        for own, plain in zip(answered(Replayed(layer), layer, x), answered(layer, layer, x), strict=True):
            assert torch.equal(own, plain)


def test_it_adds_nothing_to_a_model() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = LSTMLayer(3, 4)
            self.replayed = Replayed(self.lstm)

    assert list(Model().state_dict()) == [f"lstm.{name}" for name in LSTMLayer(3, 4).state_dict()]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="graphs are CUDA's")
def test_a_graph_answers_as_the_module_does() -> None:
    torch.manual_seed(0)
    layer = LSTMLayer(3, 4).cuda()
    replayed = Replayed(layer)
    for batch in (*range(1, SHAPES + 3), 1):
        x = torch.randn(batch, 5, 3, device="cuda")
        for own, plain in zip(answered(replayed, layer, x), answered(layer, layer, x), strict=True):
            torch.testing.assert_close(own, plain)
        with torch.no_grad():  # weights change between calls
            for parameter in layer.parameters():
                parameter.add_(0.1)
            torch.testing.assert_close(replayed(x), layer(x))
