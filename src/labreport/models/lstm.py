"""LSTM classifiers on the packaged layer: a stack, in one or both directions, and a stack with residual connections.

Padding stands at the end, so the forward direction has read nothing but text when it reaches a text's last real
token, and that state can be read out. The backward direction would begin inside the padding. Where padding is to be
kept out it therefore gets each text turned round within its own length: it too begins at a real token, keeps the
padding at its end, and its state after its last real token (the text's first) is read out beside the forward one.
`nn.LSTM(bidirectional=True)` cannot do this without PackedSequence, so each layer of such a stack is two packaged
layers, one per direction.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Literal

import torch
from torch import Tensor, nn

from labreport.models.replay import Replayed
from labreport.models.text import TextClassifier, at_last_step, reversal, reverse


class StackedLSTM(TextClassifier):
    """Packaged LSTM layers on top of each other (Hochreiter & Schmidhuber 1997; `torch.nn.LSTM`).

    Args:
        classes: length of the output.
        vocabulary: number of token indices.
        embedding: length of a token's vector.
        hidden: units per layer and direction.
        layers: depth of the stack.
        bidirectional: every layer also reads the texts backwards; the next one sees both directions.
        dropout: probability, between the layers and before the readout.
        dropout_between: whether it is between the layers at all.
        pooling: see `TextClassifier`.
        length: of every text with its padding, for pooling "max".
    """

    def __init__(
        self,
        classes: int,
        vocabulary: int,
        embedding: int = 200,
        hidden: int = 256,
        layers: int = 2,
        bidirectional: bool = False,
        dropout: float = 0.5,
        pooling: Literal["last", "max"] = "last",
        length: int | None = None,
        dropout_between: bool = True,
    ) -> None:
        features = hidden * (2 if bidirectional else 1)
        super().__init__(classes, vocabulary, embedding, features, dropout, pooling, length)
        self.lstm: BidirectionalLSTM | nn.LSTM
        between = dropout if layers > 1 and dropout_between else 0.0
        if bidirectional and pooling == "last":
            self.lstm = BidirectionalLSTM(embedding, hidden, layers, between)
        else:
            self.lstm = nn.LSTM(
                embedding, hidden, layers, batch_first=True, dropout=between, bidirectional=bidirectional
            )
        self._replayed = Replayed(self._stack, self.lstm.parameters)

    def states(self, x: Tensor) -> Tensor:
        """(batch, t, embedding) -> (batch, t, hidden), or (batch, t, 2 hidden) in both directions."""
        return self._replayed(x)

    def _stack(self, x: Tensor) -> Tensor:
        states: Tensor = self.lstm(x)[0]
        return states

    def last(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, embedding), int64 (batch,) -> (batch, hidden), or (batch, 2 hidden) in both directions."""
        return self.lstm(x, lengths) if isinstance(self.lstm, BidirectionalLSTM) else super().last(x, lengths)


class BidirectionalLSTM(nn.Module):
    """A stack of packaged layers in pairs, whose backward ones begin at the last real token (see the module)."""

    def __init__(self, features: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        sizes = [features] + [2 * hidden] * (layers - 1)
        self.forwards = nn.ModuleList(nn.LSTM(size, hidden, batch_first=True) for size in sizes)
        self.backwards = nn.ModuleList(nn.LSTM(size, hidden, batch_first=True) for size in sizes)
        self.between = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, features), int64 (batch,) -> final states (batch, 2 hidden): forward, then backward."""
        forward, backward = self._top(x, reversal(lengths, x.shape[1]))
        return torch.cat((at_last_step(forward, lengths), at_last_step(backward, lengths)), 1)

    def states(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, features), int64 (batch,) -> states at every step (batch, t, 2 hidden): forward, then backward."""
        permutation = reversal(lengths, x.shape[1])
        forward, backward = self._top(x, permutation)
        return torch.cat((forward, reverse(backward, permutation)), 2)

    def _top(self, x: Tensor, permutation: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, t, features) -> (batch, t, hidden) of the top layer, the backward one still turned round."""
        forward, backward = self._layer(0, x, permutation)
        for depth in range(1, len(self.forwards)):
            both = torch.cat((forward, reverse(backward, permutation)), 2)  # (batch, t, 2 hidden)
            forward, backward = self._layer(depth, self.between(both), permutation)
        return forward, backward

    def _layer(self, depth: int, x: Tensor, permutation: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, t, features) -> (batch, t, hidden) of both directions, the backward one still turned round."""
        return self.forwards[depth](x)[0], self.backwards[depth](reverse(x, permutation))[0]


class ResidualLSTM(TextClassifier):
    """Packaged LSTM layers with a residual connection round each: h <- h + dropout(LSTM(h)).

    The idea is He et al. 2015 (arXiv:1512.03385), on LSTM layers as in Wu et al. 2016 (arXiv:1609.08144, section 3.1).
    Where embedding and hidden differ, the first layer's connection is a linear map without bias.

    Args:
        classes: length of the output.
        vocabulary: number of token indices.
        embedding: length of a token's vector.
        hidden: units per layer.
        layers: depth of the stack.
        dropout: probability, on each layer's output before it is added and before the readout.
        pooling: see `TextClassifier`.
        length: of every text with its padding, for pooling "max".
    """

    def __init__(
        self,
        classes: int,
        vocabulary: int,
        embedding: int = 200,
        hidden: int = 256,
        layers: int = 8,
        dropout: float = 0.5,
        pooling: Literal["last", "max"] = "last",
        length: int | None = None,
    ) -> None:
        super().__init__(classes, vocabulary, embedding, hidden, dropout, pooling, length)
        sizes = [embedding] + [hidden] * (layers - 1)
        self.layers = nn.ModuleList(nn.LSTM(size, hidden, batch_first=True) for size in sizes)
        self.shortcut = nn.Identity() if embedding == hidden else nn.Linear(embedding, hidden, bias=False)
        self._replayed = Replayed(self._stack, self._weights)

    def states(self, x: Tensor) -> Tensor:
        """(batch, t, embedding) -> (batch, t, hidden)."""
        return self._replayed(x)

    def _weights(self) -> Iterator[nn.Parameter]:
        return chain(self.layers.parameters(), self.shortcut.parameters())

    def _stack(self, x: Tensor) -> Tensor:
        for depth, layer in enumerate(self.layers):
            residual = self.dropout(layer(x)[0])  # (batch, t, hidden)
            x = residual + (x if depth else self.shortcut(x))
        return x
