from __future__ import annotations

import pytest
import torch
from torch import nn

from labreport.models.siamese_padded import PaddedSiameseLSTM

WORDS, VECTOR, LENGTH = 12, 6, 10


def model(pooling: str, layers: int = 1, bidirectional: bool = True) -> PaddedSiameseLSTM:
    torch.manual_seed(0)
    vectors = torch.randn(WORDS, VECTOR)
    vectors[0] = 0
    made = PaddedSiameseLSTM(vectors, LENGTH, 5, layers, bidirectional, pooling=pooling)  # type: ignore[arg-type]
    return made.eval()


def sentence(*words: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor([words]), torch.tensor([len(words)])


@pytest.mark.parametrize(("layers", "bidirectional"), [(1, True), (1, False), (2, True), (3, False)])
def test_it_is_a_packaged_lstm_over_sentences_padded_to_one_length(layers: int, bidirectional: bool) -> None:
    siamese = model("last", layers, bidirectional)
    tokens, lengths = sentence(3, 7, 2)
    padded = torch.zeros(1, LENGTH, dtype=torch.int64)
    padded[0, :3] = tokens
    lstm = nn.LSTM(VECTOR, 5, layers, batch_first=True, bidirectional=bidirectional)
    lstm.load_state_dict(siamese.lstm.state_dict())
    states, _ = lstm(siamese.embedding.weight[padded])
    torch.testing.assert_close(siamese.encode(tokens, lengths), states[:, -1])
    torch.testing.assert_close(model("max", layers, bidirectional).encode(tokens, lengths), states.amax(1))


def test_behind_the_padding_the_backward_half_is_the_same_for_every_sentence() -> None:
    siamese = model("last")
    one, other = siamese.encode(*sentence(3, 7, 2)), siamese.encode(*sentence(9, 1))
    assert torch.equal(one[:, 5:], other[:, 5:])
    assert not torch.equal(one[:, :5], other[:, :5])


def test_the_forward_half_forgets_over_the_padding() -> None:
    """The same two sentences come to lie closer together the more padding is read after them."""
    apart = []
    for length in (2, 10, 60):
        siamese = model("last")
        siamese.length = length
        apart.append((siamese.encode(*sentence(3, 7)) - siamese.encode(*sentence(9, 1))).abs().sum().item())
    assert apart[0] > apart[1] > apart[2]
