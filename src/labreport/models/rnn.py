"""A recurrent network that reads an image row by row."""

from __future__ import annotations

from torch import Tensor, nn


class RowRNN(nn.Module):
    """Tanh RNN layers over the 32 rows of an image (Elman 1990, doi:10.1207/s15516709cog1402_1; `torch.nn.RNN`).

    Layer by layer, h_t = tanh(W_i x_t + b_i + W_h h_{t-1} + b_h) with h_0 = 0; x_t is a row's 32 pixels of 3 colours,
    or the layer below. The class is read from the top layer's state after the last row.

    Args:
        classes: length of the output.
        hidden: units per layer.
        layers: depth of the stack.
    """

    def __init__(self, classes: int, hidden: int = 512, layers: int = 2) -> None:
        super().__init__()
        self.rnn = nn.RNN(32 * 3, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, 3, 32, 32) -> logits (batch, classes)."""
        rows = images.permute(0, 2, 3, 1).flatten(2)  # (batch, 32, 96)
        states, _ = self.rnn(rows)  # (batch, 32, hidden)
        return self.fc(states[:, -1])
