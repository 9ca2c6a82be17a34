"""A Siamese LSTM that reads the padding, too: what happens without a word about lengths."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from labreport.models.siamese import SiameseLSTM, real_steps
from labreport.models.text import PADDING


class PaddedSiameseLSTM(SiameseLSTM):
    """As `SiameseLSTM`, but every sentence is as long as the padding makes it.

    The LSTM runs on over the zero vectors behind the words; "last" takes the states of the last time step, so the
    forward direction has read all the padding after the words, and the backward direction, which begins there, one zero
    vector: its half of the features is the same for every sentence that is shorter than `length`, and takes no part.
    "max" takes the largest values over all time steps.

    Args:
        vectors: float (vocabulary, d), the word vectors to begin with.
        length: time steps of every sentence, at least those of the longest one.
        hidden: units per layer and direction.
        layers: depth of the LSTM.
        bidirectional: every layer also reads the sentences backwards.
        frozen: the word vectors stay as they are.
        layer_norm: normalise the state of each time step over its features.
        graph_convolution: let the states of neighbouring time steps flow together, those of the padding, too.
        pooling: how the states become one vector.
    """

    def __init__(
        self,
        vectors: Tensor,
        length: int,
        hidden: int = 64,
        layers: int = 1,
        bidirectional: bool = True,
        frozen: bool = False,
        layer_norm: bool = False,
        graph_convolution: bool = False,
        pooling: Literal["last", "max"] = "last",
    ) -> None:
        super().__init__(vectors, hidden, layers, bidirectional, frozen, layer_norm, graph_convolution, pooling)
        self.lstm = nn.LSTM(vectors.shape[1], hidden, layers, batch_first=True, bidirectional=bidirectional)
        self.length = length

    def encode(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Token indices (sentences, t) and real lengths (sentences,) -> (sentences, features)."""
        tokens = tokens.masked_fill(~real_steps(lengths, tokens.shape[1]), PADDING)
        x = self.embedding(pad(tokens, (0, self.length - tokens.shape[1]), value=PADDING))  # (sentences, length, d)
        h: Tensor = self.lstm(x)[0]  # (sentences, length, features)
        if self.norm is not None:
            h = self.norm(h)
        if self.graph is not None:
            h = self.graph(h, torch.full_like(lengths, self.length))
        return torch.amax(h, 1) if self.pooling == "max" else h[:, -1]
