"""Siamese LSTM encoders: two sentences go through the same network, and their distance says how similar they are."""

from typing import Literal

import torch
from torch import Tensor, nn

from labreport.models.lstm import BidirectionalLSTM
from labreport.models.text import PADDING, at_last_step


class SiameseLSTM(nn.Module):
    """Word vectors -> LSTM -> states of every time step -> one vector per sentence -> exp(-||a - b||_1).

    The similarity is that of the Manhattan LSTM (Mueller & Thyagarajan 2016, doi:10.1609/aaai.v30i1.10350). Row 0 of
    the word vectors is padding: its vector is zero and stays so, and no result depends on how much padding there is.

    Args:
        vectors: float (vocabulary, d), the word vectors to begin with.
        hidden: units per layer and direction.
        layers: depth of the LSTM.
        bidirectional: every layer also reads the sentences backwards.
        frozen: the word vectors stay as they are.
        layer_norm: normalise the state of each time step over its features (Ba et al. 2016, arXiv:1607.06450).
        graph_convolution: let the states of neighbouring time steps flow together, see `StepGraphConvolution`.
        pooling: how the states become one vector: "last" takes the state in which each direction ended (the first half
            of the features at the last token, the second half at the first one; the graph convolution mixes both, and
            is read at the same places), "max" the largest value of each feature over the time steps.

    Raises:
        ValueError: another pooling.
    """

    def __init__(
        self,
        vectors: Tensor,
        hidden: int = 64,
        layers: int = 1,
        bidirectional: bool = True,
        frozen: bool = False,
        layer_norm: bool = False,
        graph_convolution: bool = False,
        pooling: Literal["last", "max"] = "last",
    ) -> None:
        super().__init__()
        if pooling not in ("last", "max"):
            raise ValueError(f"pooling: found {pooling!r}, allowed are 'last' and 'max'")
        self.embedding = nn.Embedding.from_pretrained(vectors.clone(), freeze=frozen, padding_idx=PADDING)
        self.lstm: BidirectionalLSTM | nn.LSTM
        if bidirectional:
            self.lstm = BidirectionalLSTM(vectors.shape[1], hidden, layers, dropout=0.0)
        else:
            self.lstm = nn.LSTM(vectors.shape[1], hidden, layers, batch_first=True)
        features = 2 * hidden if bidirectional else hidden
        self.norm = nn.LayerNorm(features) if layer_norm else None
        self.graph = StepGraphConvolution(features) if graph_convolution else None
        self.pooling = pooling

    def forward(self, tokens_a: Tensor, lengths_a: Tensor, tokens_b: Tensor, lengths_b: Tensor) -> Tensor:
        """Token indices (batch, t) and real lengths (batch,) of both sentences -> similarity (batch,) in (0, 1]."""
        tokens, lengths = torch.cat((tokens_a, tokens_b)), torch.cat((lengths_a, lengths_b))
        a, b = self.encode(tokens, lengths).chunk(2)
        return torch.exp(-(a - b).abs().sum(1))

    def encode(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Token indices (sentences, t) and real lengths (sentences,) -> (sentences, features)."""
        x = self.embedding(tokens)  # (sentences, t, d)
        h = self.lstm.states(x, lengths) if isinstance(self.lstm, BidirectionalLSTM) else self.lstm(x)[0]
        if self.norm is not None:
            h = self.norm(h)  # (sentences, t, features)
        if self.graph is not None:
            h = self.graph(h, lengths)  # (sentences, t, features)
        if self.pooling == "max":
            return h.masked_fill(~real_steps(lengths, h.shape[1]).unsqueeze(2), -torch.inf).amax(1)
        if not isinstance(self.lstm, BidirectionalLSTM):
            return at_last_step(h, lengths)
        forward, backward = h.chunk(2, 2)  # the backward direction ends at the first token
        return torch.cat((at_last_step(forward, lengths), backward[:, 0]), 1)


class StepGraphConvolution(nn.Module):
    """A graph convolution over time steps (Kipf & Welling 2017, arXiv:1609.02907, equation 2).

        H' = ReLU(D^(-1/2) (A + I) D^(-1/2) H W)

    The real time steps of a sentence are the nodes; A_st = 1 where |s - t| = 1, else 0, so that each step is linked
    with its neighbours; D is the diagonal matrix of the row sums of A + I; W is trained. Padding is no node: its rows
    come out zero.

    Args:
        features: length of a step's state, before and after.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, features, bias=False)

    def forward(self, h: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, features), int64 (batch,) -> (batch, t, features)."""
        return torch.relu(self.adjacency(lengths, h.shape[1]) @ self.linear(h))

    @staticmethod
    def adjacency(lengths: Tensor, steps: int) -> Tensor:
        """D^(-1/2) (A + I) D^(-1/2) of each sentence: int64 (batch,) -> (batch, steps, steps)."""
        real = real_steps(lengths, steps)
        step = torch.arange(steps, device=lengths.device)
        near = (step.unsqueeze(1) - step).abs() <= 1  # (steps, steps)
        linked = (near & real.unsqueeze(1) & real.unsqueeze(2)).float()  # (batch, steps, steps)
        scale = linked.sum(2).clamp(min=1).rsqrt()  # padding has no links, and 0 ** -0.5 is infinite
        return scale.unsqueeze(2) * linked * scale.unsqueeze(1)


def real_steps(lengths: Tensor, steps: int) -> Tensor:
    """Which steps of a padded batch are no padding: int64 (batch,) -> bool (batch, steps)."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)
