"""A recurrent network that reads an image row by row."""

from torch import Tensor, nn


class RowRNN(nn.Module):
    """Tanh RNN layers over the rows of an image (Elman 1990, doi:10.1207/s15516709cog1402_1; `torch.nn.RNN`).

    Layer by layer, h_t = tanh(W_i x_t + b_i + W_h h_{t-1} + b_h) with h_0 = 0; x_t is a row's pixels with all
    their channels, or the layer below. The class is read from the top layer's state after the last row.

    Args:
        classes: length of the output.
        hidden: units per layer.
        layers: depth of the stack.
        channels: of the images.
        size: their height and width, in pixels.
    """

    def __init__(self, classes: int, hidden: int = 512, layers: int = 2, channels: int = 3, size: int = 32) -> None:
        super().__init__()
        self.rnn = nn.RNN(size * channels, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, images: Tensor) -> Tensor:
        """(batch, channels, size, size) -> logits (batch, classes)."""
        rows = images.permute(0, 2, 3, 1).flatten(2)  # (batch, size, size * channels)
        states, _ = self.rnn(rows)  # (batch, size, hidden)
        return self.fc(states[:, -1])
