"""The own LSTM: its equations written out, one time step after the other."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from labreport.models.replay import Replayed
from labreport.models.text import TextClassifier


class LSTMLayer(nn.Module):
    """One LSTM layer (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000).

    With sigma the logistic function and * the product by elements:

        i = sigma(W_ii x + b_ii + W_hi h + b_hi)    input gate
        f = sigma(W_if x + b_if + W_hf h + b_hf)    forget gate
        g =  tanh(W_ig x + b_ig + W_hg h + b_hg)    candidate
        o = sigma(W_io x + b_io + W_ho h + b_ho)    output gate
        c <- f * c + i * g                          cell
        h <- o * tanh(c)                            hidden state

    The four gates' parameters stand under each other in this order, named and initialised as in `torch.nn.LSTM`.

    Args:
        features: length of x.
        hidden: length of h.
        shared_input_product: multiply the inputs of all steps by W_i at once instead of step by step. The result is
            the same; it exists to measure what the shared product saves.
    """

    def __init__(self, features: int, hidden: int, shared_input_product: bool = False) -> None:
        super().__init__()
        self.hidden = hidden
        self.shared_input_product = shared_input_product
        self.weight_ih_l0 = nn.Parameter(torch.empty(4 * hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.empty(4 * hidden))
        self.bias_hh_l0 = nn.Parameter(torch.empty(4 * hidden))
        bound = hidden**-0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def from_input(self, x: Tensor) -> Tensor:
        """The input's share of the gates: (..., features) -> (..., 4 hidden)."""
        return linear(x, self.weight_ih_l0, self.bias_ih_l0)

    def step(self, from_input: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """One time step: (batch, 4 hidden), (batch, hidden), (batch, hidden) -> next h and c."""
        gates = from_input + linear(h, self.weight_hh_l0, self.bias_hh_l0)
        i, f, g, o = gates.chunk(4, 1)  # (batch, hidden) each
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c

    def forward(self, x: Tensor) -> Tensor:
        """(batch, t, features) -> h of every step, (batch, t, hidden); h and c begin at zero."""
        h = c = x.new_zeros(len(x), self.hidden)
        shares = self.from_input(x.transpose(0, 1)).unbind(0) if self.shared_input_product else None
        states = []
        for t, x_t in enumerate(x.unbind(1)):
            h, c = self.step(self.from_input(x_t) if shares is None else shares[t], h, c)
            states.append(h)
        return torch.stack(states, 1)


class OwnLSTM(TextClassifier):
    """A text classifier on one own LSTM layer.

    Args:
        classes: length of the output.
        vocabulary: number of token indices.
        embedding: length of a token's vector.
        hidden: units of the layer.
        dropout: probability, before the readout.
        shared_input_product: see `LSTMLayer`.
        pooling: see `TextClassifier`.
        length: of every text with its padding, for pooling "max".
    """

    def __init__(
        self,
        classes: int,
        vocabulary: int,
        embedding: int = 200,
        hidden: int = 256,
        dropout: float = 0.5,
        shared_input_product: bool = False,
        pooling: Literal["last", "max"] = "last",
        length: int | None = None,
    ) -> None:
        super().__init__(classes, vocabulary, embedding, hidden, dropout, pooling, length)
        self.lstm = LSTMLayer(embedding, hidden, shared_input_product)
        self._replayed = Replayed(self.lstm, self.lstm.parameters)

    def states(self, x: Tensor) -> Tensor:
        """(batch, t, embedding) -> (batch, t, hidden)."""
        return self._replayed(x)
