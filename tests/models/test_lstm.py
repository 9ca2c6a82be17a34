from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from labreport.models.lstm import BidirectionalLSTM, ResidualLSTM, StackedLSTM
from labreport.models.own_lstm import OwnLSTM
from labreport.models.text import TextClassifier

LENGTHS = torch.tensor([9, 4, 1, 6])
VOCABULARY = 30
SIZES = {"classes": 2, "vocabulary": VOCABULARY, "embedding": 7, "hidden": 5}
MODELS = {
    "stacked": lambda: StackedLSTM(**SIZES, layers=3),
    "single": lambda: StackedLSTM(**SIZES, layers=1),
    "bidirectional": lambda: StackedLSTM(**SIZES, layers=3, bidirectional=True),
    "residual": lambda: ResidualLSTM(**SIZES, layers=3),
    "residual_same_size": lambda: ResidualLSTM(**(SIZES | {"embedding": 5}), layers=3),
    "own": lambda: OwnLSTM(**SIZES),
    "own_shared": lambda: OwnLSTM(**SIZES, shared_input_product=True),
}


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> TextClassifier:
    torch.manual_seed(0)
    return MODELS[request.param]().eval()


@pytest.fixture
def tokens() -> Tensor:
    """(4, 9) token indices, padded with 0 at the end."""
    torch.manual_seed(1)
    words = torch.randint(1, VOCABULARY, (len(LENGTHS), 9))
    return words * (torch.arange(9) < LENGTHS.unsqueeze(1))


def test_padded_batch_gives_what_each_text_gives_alone(model: TextClassifier, tokens: Tensor) -> None:
    together = model(tokens, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = model(tokens[row : row + 1, :length], LENGTHS[row : row + 1])
        torch.testing.assert_close(together[row : row + 1], alone, rtol=1e-5, atol=1e-6)


def test_more_padding_changes_nothing_whatever_stands_there(model: TextClassifier, tokens: Tensor) -> None:
    longer = torch.cat((tokens, torch.zeros(len(LENGTHS), 3, dtype=torch.int64)), 1)
    garbage = torch.where(torch.arange(12) < LENGTHS.unsqueeze(1), longer, 7)
    expected = model(tokens, LENGTHS)
    torch.testing.assert_close(model(longer, LENGTHS), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(model(garbage, LENGTHS), expected, rtol=1e-5, atol=1e-6)


def test_padding_gets_no_gradient_and_every_word_gets_one(model: TextClassifier, tokens: Tensor) -> None:
    model(tokens, LENGTHS).square().sum().backward()
    gradient = model.embedding.weight.grad
    assert gradient is not None
    assert not gradient[0].any()
    assert not model.embedding.weight[0].any()
    for word in tokens.unique().tolist():
        assert gradient[word].any() or word == 0


def test_no_real_token_reads_padding(model: TextClassifier, tokens: Tensor) -> None:
    x = model.embedding(tokens).detach().requires_grad_()
    model.last(x, LENGTHS).square().sum().backward()
    assert x.grad is not None
    reached = x.grad.abs().sum(2) > 0
    assert torch.equal(reached, torch.arange(9) < LENGTHS.unsqueeze(1))


def test_bidirectional_stack_is_the_packaged_one_on_packed_texts(tokens: Tensor) -> None:
    torch.manual_seed(0)
    own = BidirectionalLSTM(7, 5, 3, 0.0)
    packaged = nn.LSTM(7, 5, 3, batch_first=True, bidirectional=True)
    state = {}
    for name, value in own.state_dict().items():
        direction, layer, parameter = name.split(".")
        suffix = "_reverse" if direction == "backwards" else ""
        state[f"{parameter.removesuffix('_l0')}_l{layer}{suffix}"] = value
    packaged.load_state_dict(state)
    x = torch.randn(len(LENGTHS), 9, 7)
    inputs = [x.clone().requires_grad_() for _ in range(2)]
    packed = nn.utils.rnn.pack_padded_sequence(inputs[1], LENGTHS, batch_first=True, enforce_sorted=False)
    expected = packaged(packed)[1][0][-2:].transpose(0, 1).reshape(len(LENGTHS), 10)
    found = own(inputs[0], LENGTHS)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    weights = torch.randn_like(found)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=1e-5, atol=1e-6)


def test_stacked_encodes_to_the_packed_final_state(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = StackedLSTM(**SIZES, layers=4).eval()
    assert isinstance(model.lstm, nn.LSTM)
    x = model.embedding(tokens)
    packed = nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
    torch.testing.assert_close(model.last(x, LENGTHS), model.lstm(packed)[1][0][-1], rtol=1e-5, atol=1e-6)


def test_residual_adds_each_layers_input() -> None:
    torch.manual_seed(0)
    model = ResidualLSTM(**SIZES, layers=3).eval()
    x = torch.randn(2, 6, 7)
    h = x @ model.shortcut.weight.T + model.layers[0](x)[0]
    for layer in list(model.layers)[1:]:
        h = h + layer(h)[0]
    torch.testing.assert_close(model.states(x), h, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("layers", "expected"), [(1, 0.0), (2, 0.5)])
def test_dropout_stands_between_layers_only(layers: int, expected: float) -> None:
    model = StackedLSTM(**SIZES, layers=layers)
    assert isinstance(model.lstm, nn.LSTM)
    assert model.lstm.dropout == expected
    assert model.dropout.p == 0.5


@pytest.mark.parametrize(
    ("name", "more"), [("stacked", {"layers": 2, "bidirectional": True}), ("residual", {}), ("own", {})]
)
def test_the_maximum_is_taken_over_all_steps_of_the_filled_text(
    name: str, more: dict[str, Any], tokens: Tensor
) -> None:
    torch.manual_seed(0)
    kind = {"stacked": StackedLSTM, "residual": ResidualLSTM, "own": OwnLSTM}[name]
    model = kind(**SIZES, **more, pooling="max", length=12).eval()
    filled = torch.cat((tokens, torch.zeros(len(LENGTHS), 3, dtype=torch.int64)), 1)
    states = torch.stack([model.states(model.embedding(one[None]))[0] for one in filled])
    assert states.shape[1] == 12
    expected = model.readout(states.max(1).values)
    torch.testing.assert_close(model(tokens, LENGTHS), expected, rtol=1e-5, atol=1e-6)


def test_a_bidirectional_stack_that_reads_padding_is_the_packaged_one() -> None:
    model = StackedLSTM(**SIZES, layers=2, bidirectional=True, pooling="max", length=12)
    assert isinstance(model.lstm, nn.LSTM)
    assert model.lstm.bidirectional


def test_reading_padding_needs_to_know_how_much_there_is() -> None:
    with pytest.raises(ValueError, match="needs the length"):
        OwnLSTM(**SIZES, pooling="max")
    with pytest.raises(ValueError, match="pooling: found 'mean', allowed are 'last' and 'max'"):
        OwnLSTM(**SIZES, pooling="mean")  # type: ignore[arg-type]


def size(*modules: nn.Module) -> int:
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


@pytest.mark.parametrize(
    ("model", "layers"),
    [
        (StackedLSTM(3, 50), [nn.LSTM(200, 256, 2)]),
        (StackedLSTM(3, 50, layers=1), [nn.LSTM(200, 256)]),
        (ResidualLSTM(3, 50), [nn.LSTM(200, 256), nn.Linear(200, 256, bias=False), *[nn.LSTM(256, 256)] * 7]),
        (ResidualLSTM(3, 50, embedding=256, layers=3), [nn.LSTM(256, 256)] * 3),
        (OwnLSTM(3, 50), [nn.LSTM(200, 256)]),
    ],
)
def test_unless_something_else_is_said_they_have_their_declared_size(
    model: TextClassifier, layers: list[nn.Module]
) -> None:
    embedding, readout = nn.Embedding(50, model.embedding.embedding_dim), nn.Linear(256, 3)
    assert size(model) == size(embedding, readout, *layers)
    assert model.dropout.p == 0.5
