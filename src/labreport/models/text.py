"""What every text classifier here shares: embedding, readout, and what becomes of padding."""

from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

PADDING = 0


class TextClassifier(nn.Module):
    """Embedding -> `states` (a subclass) -> one vector per text -> dropout -> linear.

    Args:
        classes: length of the output.
        vocabulary: number of token indices; index 0 is padding, whose embedding is and stays zero.
        embedding: length of a token's vector, initialised N(0, 1).
        features: length of a step's state.
        dropout: probability, before the linear layer.
        pooling: how the states become one vector: "last" takes the one after a text's last real token, whatever padding
            there is; "max" the largest value of each feature over `length` steps, those of the padding included, as a
            network does that knows of no lengths.
        length: tokens that every text is filled up to, for "max".

    Raises:
        ValueError: another pooling, or "max" without a length.
    """

    def __init__(
        self,
        classes: int,
        vocabulary: int,
        embedding: int,
        features: int,
        dropout: float,
        pooling: Literal["last", "max"] = "last",
        length: int | None = None,
    ) -> None:
        super().__init__()
        if pooling not in ("last", "max"):
            raise ValueError(f"pooling: found {pooling!r}, allowed are 'last' and 'max'")
        if pooling == "max" and length is None:
            raise ValueError("pooling: 'max' reads padding, too, and needs the length that it fills texts up to")
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(features, classes)
        self.filled = length if pooling == "max" else None

    def states(self, x: Tensor) -> Tensor:
        """(batch, t, embedding) -> the state of every step (batch, t, features)."""
        raise NotImplementedError

    def last(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, embedding), int64 (batch,) -> the state in which reading ends (batch, features)."""
        return at_last_step(self.states(x), lengths)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Token indices (batch, t) with padding at the end, and real lengths (batch,) -> logits (batch, classes)."""
        if self.filled is None:
            return self.readout(self.dropout(self.last(self.embedding(tokens), lengths)))
        filled = pad(tokens, (0, self.filled - tokens.shape[1]), value=PADDING)
        return self.readout(self.dropout(self.states(self.embedding(filled)).amax(1)))


def at_last_step(states: Tensor, lengths: Tensor) -> Tensor:
    """The state after each text's last real token: (batch, t, hidden), int64 (batch,) -> (batch, hidden)."""
    index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, states.shape[2])
    return states.gather(1, index).squeeze(1)


def reversal(lengths: Tensor, steps: int) -> Tensor:
    """The permutation that turns each text round within its length and leaves its padding at the end.

    Args:
        lengths: int64 (batch,), real tokens per text.
        steps: padded length.

    Returns:
        int64 (batch * steps,), for `reverse`; it is its own inverse.
    """
    step = torch.arange(steps, device=lengths.device)
    last = lengths.unsqueeze(1) - 1
    within = torch.where(step <= last, last - step, step)  # (batch, steps)
    text = torch.arange(len(lengths), device=lengths.device).unsqueeze(1)
    return (text * steps + within).reshape(-1)


class _Reverse(torch.autograd.Function):
    """A row permutation that is its own inverse, so that its gradient is a second lookup instead of a scatter."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, permutation: Tensor) -> Tensor:
        ctx.save_for_backward(permutation)
        return x.reshape(-1, x.shape[2]).index_select(0, permutation).view(x.shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (permutation,) = ctx.saved_tensors
        (gradient,) = gradients
        return gradient.reshape(-1, gradient.shape[2]).index_select(0, permutation).view(gradient.shape), None


def reverse(x: Tensor, permutation: Tensor) -> Tensor:
    """Turn the real steps of (batch, t, features) round with a permutation from `reversal`."""
    reversed_x: Tensor = _Reverse.apply(x, permutation)
    return reversed_x
