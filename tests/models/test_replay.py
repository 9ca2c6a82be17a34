from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from labreport.models.lstm import ResidualLSTM, StackedLSTM
from labreport.models.own_lstm import LSTMLayer, OwnLSTM
from labreport.models.replay import SHAPES, Replayed
from labreport.models.text import TextClassifier


def answered(call: Callable[[Tensor], Tensor], layer: nn.Module, x: Tensor) -> list[Tensor]:
    """The answer, and the gradients of its sum of squares."""
    layer.zero_grad()
    x = x.clone().requires_grad_()
    states = call(x)
    states.square().sum().backward()
    assert x.grad is not None
    gradients = [parameter.grad for parameter in layer.parameters()]
    return [states.detach().clone(), x.grad, *(gradient.clone() for gradient in gradients if gradient is not None)]


def test_on_a_cpu_it_is_the_function() -> None:
    layer = LSTMLayer(3, 4)
    for shape in ((2, 5, 3), (1, 7, 3)):
        x = torch.randn(shape)
        replayed = answered(Replayed(layer, layer.parameters), layer, x)
        for own, plain in zip(replayed, answered(layer, layer, x), strict=True):
            assert torch.equal(own, plain)


def test_it_adds_nothing_to_a_model() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = LSTMLayer(3, 4)
            self.replayed = Replayed(self.lstm, self.lstm.parameters)

    assert list(Model().state_dict()) == [f"lstm.{name}" for name in LSTMLayer(3, 4).state_dict()]


class OnCuda(Tensor):
    """A tensor on the CPU that says otherwise."""

    is_cuda = True


def test_what_is_trained_gets_a_graph_for_each_of_its_first_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    captured, states = [], []

    def negative(function: Callable[..., Tensor], sample: tuple[Tensor, ...]) -> Callable[..., Tensor]:
        captured.append((*function(*sample).shape, [one.requires_grad for one in sample]))
        return lambda x, *parameters: -linear(x, *parameters)

    monkeypatch.setattr(torch.cuda, "make_graphed_callables", negative)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: f"of {device}")
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda *state: states.append(state))
    layer = nn.Linear(3, 4)
    replayed = Replayed(layer, layer.parameters)
    for batch in (*range(1, SHAPES + 3), 1):
        x = torch.randn(batch, 3).as_subclass(OnCuda)
        assert torch.equal(replayed(x), layer(x))
        x.requires_grad_()
        assert torch.equal(replayed(x), -layer(x) if batch <= SHAPES else layer(x))
    assert captured == [(batch, 4, [True] * 3) for batch in range(1, SHAPES + 1)]
    assert states == [("of cpu", torch.device("cpu"))] * SHAPES


SMALL = {"classes": 2, "vocabulary": 9, "embedding": 3, "hidden": 4}
MODELS = [
    pytest.param(lambda: OwnLSTM(**SMALL), id="own_lstm"),
    pytest.param(lambda: StackedLSTM(**SMALL, layers=3, dropout=0.0), id="lstm"),
    pytest.param(lambda: StackedLSTM(**SMALL, bidirectional=True, pooling="max", length=5, dropout=0.0), id="bilstm"),
    pytest.param(lambda: ResidualLSTM(**SMALL, layers=3, dropout=0.0), id="residual_lstm"),
]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="graphs are CUDA's")
@pytest.mark.parametrize("make", MODELS)
def test_a_graph_answers_as_the_function_does(make: Callable[[], TextClassifier]) -> None:
    torch.manual_seed(0)
    model = make().cuda()
    replayed = model._replayed
    stack = nn.ModuleDict(
        {name: child for name, child in model.named_children() if name not in ("embedding", "readout")}
    )
    for batch in (*range(1, SHAPES + 3), 1):
        x = torch.randn(batch, 5, 3, device="cuda")
        for own, plain in zip(answered(replayed, stack, x), answered(replayed._function, stack, x), strict=True):
            torch.testing.assert_close(own, plain)
        with torch.no_grad():  # weights change between calls
            for parameter in stack.parameters():
                parameter.add_(0.1)
            torch.testing.assert_close(replayed(x), replayed._function(x))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="graphs are CUDA's")
def test_each_replay_drops_other_values_and_capturing_takes_no_random_numbers() -> None:
    model = ResidualLSTM(**SMALL, layers=2, dropout=0.5).cuda()
    x = torch.ones(2, 5, 3, device="cuda", requires_grad=True)
    state = torch.cuda.get_rng_state()
    model._replayed._captured(x)
    assert torch.equal(torch.cuda.get_rng_state(), state)
    first = model.states(x).detach().clone()
    assert not torch.equal(model.states(x), first)
