"""The Siamese encoder, against packed LSTMs and a graph convolution written with dense matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from labreport.models.lstm import BidirectionalLSTM
from labreport.models.siamese import SiameseLSTM, StepGraphConvolution
from labreport.models.siamese_padded import PaddedSiameseLSTM

LENGTHS = torch.tensor([6, 3, 1, 5])
VECTORS = torch.randn(20, 7, generator=torch.Generator().manual_seed(0)) * (torch.arange(20) > 0).unsqueeze(1)
TOLERANCE = {"rtol": 1e-5, "atol": 1e-6}


@pytest.fixture
def tokens() -> Tensor:
    """(4, 6) word indices, padded with 0 at the end."""
    torch.manual_seed(1)
    return torch.randint(1, 20, (4, 6)) * (torch.arange(6) < LENGTHS.unsqueeze(1))


def packaged(model: SiameseLSTM) -> nn.LSTM:
    """A packaged bidirectional layer with the weights of a model's own pair."""
    assert isinstance(model.lstm, BidirectionalLSTM)
    layer = nn.LSTM(7, 5, batch_first=True, bidirectional=True)
    forward, backward = model.lstm.forwards[0], model.lstm.backwards[0]
    state = {**forward.state_dict(), **{f"{name}_reverse": value for name, value in backward.state_dict().items()}}
    layer.load_state_dict(state)
    return layer


def packed_states(model: SiameseLSTM, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """States of every step (4, 6, 10), zero in padding, and final states (4, 10) of the packaged layer."""
    pack = nn.utils.rnn.pack_padded_sequence(VECTORS[tokens], LENGTHS, batch_first=True, enforce_sorted=False)
    states, (final, _) = packaged(model)(pack)
    return nn.utils.rnn.pad_packed_sequence(states, batch_first=True)[0], torch.cat((final[0], final[1]), 1)


def test_last_is_the_final_state_of_both_directions(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = SiameseLSTM(VECTORS, hidden=5)
    torch.testing.assert_close(model.encode(tokens, LENGTHS), packed_states(model, tokens)[1], **TOLERANCE)


def test_in_one_direction_last_is_the_final_state_of_the_packaged_stack(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = SiameseLSTM(VECTORS, hidden=5, layers=2, bidirectional=False)
    stack = nn.LSTM(7, 5, 2, batch_first=True)
    stack.load_state_dict(model.lstm.state_dict())
    pack = nn.utils.rnn.pack_padded_sequence(VECTORS[tokens], LENGTHS, batch_first=True, enforce_sorted=False)
    torch.testing.assert_close(model.encode(tokens, LENGTHS), stack(pack)[1][0][-1], **TOLERANCE)


def test_states_of_every_step_are_those_of_packed_sentences(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = SiameseLSTM(VECTORS, hidden=5)
    real = (torch.arange(6) < LENGTHS.unsqueeze(1)).unsqueeze(2)
    states = model.lstm.states(VECTORS[tokens], LENGTHS)
    torch.testing.assert_close(states * real, packed_states(model, tokens)[0], **TOLERANCE)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_nothing_is_dropped_while_it_is_trained(bidirectional: bool, tokens: Tensor) -> None:
    model = SiameseLSTM(VECTORS, hidden=5, layers=2, bidirectional=bidirectional)
    trained, evaluated = (model.train(mode).encode(tokens, LENGTHS) for mode in (True, False))
    torch.testing.assert_close(trained, evaluated, **TOLERANCE)


def test_norm_and_maximum_are_taken_step_by_step_and_over_real_steps(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = SiameseLSTM(VECTORS, hidden=5, layer_norm=True, pooling="max")
    states = packed_states(model, tokens)[0]
    for sentence, length in enumerate(LENGTHS.tolist()):
        real = states[sentence, :length]
        deviation = (real - real.mean(1, keepdim=True)) / (real.var(1, unbiased=False, keepdim=True) + 1e-5).sqrt()
        encoded = model.encode(tokens[sentence : sentence + 1], LENGTHS[sentence : sentence + 1])
        torch.testing.assert_close(encoded[0], deviation.max(0).values, **TOLERANCE)


def test_graph_convolution_is_its_equation_on_each_sentence_alone() -> None:
    torch.manual_seed(0)
    layer = StepGraphConvolution(5)
    h = torch.randn(4, 6, 5)
    found = layer(h, LENGTHS).detach().numpy()
    weights = layer.linear.weight.detach().numpy().T
    for sentence, length in enumerate(LENGTHS.tolist()):
        linked = np.eye(length) + np.eye(length, k=1) + np.eye(length, k=-1)  # A + I
        scale = np.diag(linked.sum(1) ** -0.5)
        expected = np.maximum(scale @ linked @ scale @ h[sentence, :length].numpy() @ weights, 0)
        np.testing.assert_allclose(found[sentence, :length], expected, rtol=1e-5, atol=1e-6)
        assert not found[sentence, length:].any()


def test_similarity_is_the_exponential_of_the_manhattan_distance(tokens: Tensor) -> None:
    torch.manual_seed(0)
    model = SiameseLSTM(VECTORS, hidden=5, bidirectional=False, layers=2)
    others = tokens.flip(0)
    distance = np.abs(
        (model.encode(tokens, LENGTHS) - model.encode(others, LENGTHS.flip(0))).detach().numpy().astype(np.float64)
    ).sum(1)
    found = model(tokens, LENGTHS, others, LENGTHS.flip(0)).detach().numpy()
    np.testing.assert_allclose(found, np.exp(-distance), rtol=1e-5)


def test_the_given_vectors_are_copied() -> None:
    given = VECTORS.clone()
    model = SiameseLSTM(given, hidden=5)
    with torch.no_grad():
        model.embedding.weight[1:] += 1
    assert torch.equal(given, VECTORS)


def test_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="'last' and 'max'"):
        SiameseLSTM(VECTORS, pooling="mean")  # type: ignore[arg-type]


def test_unless_something_else_is_said_it_is_one_layer_of_64_units_in_both_directions_that_trains_its_words() -> None:
    vectors = torch.randn(9, 20)
    expected = vectors.numel() + sum(value.numel() for value in nn.LSTM(20, 64, bidirectional=True).parameters())
    for model in (SiameseLSTM(vectors), PaddedSiameseLSTM(vectors, 7)):
        assert sum(value.numel() for value in model.parameters() if value.requires_grad) == expected
        assert model.pooling == "last"
