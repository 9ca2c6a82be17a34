"""What every text classifier here shares: embedding, readout, and how padding is kept out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

PADDING = 0


class TextClassifier(nn.Module):
    """Embedding -> `encode` (a subclass) -> dropout -> linear.

    Args:
        classes: length of the output.
        vocabulary: number of token indices; index 0 is padding, whose embedding is and stays zero.
        embedding: length of a token's vector, initialised N(0, 1).
        encoded: length of the vector that `encode` returns for a text.
        dropout: probability, before the linear layer.
    """

    def __init__(self, classes: int, vocabulary: int, embedding: int, encoded: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=PADDING)
        self.dropout = nn.Dropout(dropout)
        self.readout = nn.Linear(encoded, classes)

    def encode(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, t, embedding), int64 (batch,) -> (batch, encoded)."""
        raise NotImplementedError

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Token indices (batch, t) with padding at the end, and real lengths (batch,) -> logits (batch, classes)."""
        return self.readout(self.dropout(self.encode(self.embedding(tokens), lengths)))


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
