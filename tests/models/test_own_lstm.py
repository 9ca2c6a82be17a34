from __future__ import annotations

import pytest
import torch
from torch import nn

from labreport.models.own_lstm import LSTMLayer, OwnLSTM

BATCH, STEPS, FEATURES, HIDDEN = 3, 20, 7, 5


@pytest.fixture(params=[False, True], ids=["by_step", "shared_input_product"])
def pair(request: pytest.FixtureRequest) -> tuple[LSTMLayer, nn.LSTM]:
    """The own layer with the packaged one's weights."""
    torch.manual_seed(0)
    packaged = nn.LSTM(FEATURES, HIDDEN, batch_first=True)
    own = LSTMLayer(FEATURES, HIDDEN, request.param)
    own.load_state_dict(packaged.state_dict())
    return own, packaged


def test_outputs_and_gradients_are_those_of_the_packaged_layer(pair: tuple[LSTMLayer, nn.LSTM]) -> None:
    own, packaged = pair
    x = torch.randn(BATCH, STEPS, FEATURES)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    weights = torch.randn(BATCH, STEPS, HIDDEN)
    outputs = [own(inputs[0]), packaged(inputs[1])[0]]
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-5, atol=1e-5)
    for output in outputs:
        (output * weights).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=1e-5, atol=1e-5)
    for name, parameter in packaged.named_parameters():
        torch.testing.assert_close(getattr(own, name).grad, parameter.grad, rtol=1e-5, atol=1e-5, msg=name)


def test_initialisation_is_that_of_the_packaged_layer() -> None:
    own, packaged = LSTMLayer(50, 64), nn.LSTM(50, 64)
    for name, parameter in packaged.named_parameters():
        found = getattr(own, name)
        assert found.shape == parameter.shape
        assert found.abs().max() <= 64**-0.5
        assert found.std().item() == pytest.approx(parameter.std().item(), rel=0.15), name


def test_unless_something_else_is_said_inputs_are_multiplied_step_by_step() -> None:
    assert [layer.shared_input_product for layer in (LSTMLayer(3, 4), OwnLSTM(2, 9).lstm)] == [False, False]
