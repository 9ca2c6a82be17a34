from __future__ import annotations

import torch
from torch import Tensor

from labreport.models.rnn import RowRNN


def test_it_is_two_tanh_recurrences_over_rows_from_top_to_bottom() -> None:
    torch.manual_seed(0)
    model = RowRNN(10, hidden=8)
    images = torch.randn(2, 3, 32, 32)
    weights = dict(model.rnn.named_parameters())

    def step(layer: int, x: Tensor, h: Tensor) -> Tensor:
        from_below = x @ weights[f"weight_ih_l{layer}"].T + weights[f"bias_ih_l{layer}"]
        from_before = h @ weights[f"weight_hh_l{layer}"].T + weights[f"bias_hh_l{layer}"]
        return torch.tanh(from_below + from_before)

    below, above = torch.zeros(2, 2, 8).unbind()
    for row in range(32):
        x = torch.stack([images[:, colour, row, column] for column in range(32) for colour in range(3)], 1)
        below = step(0, x, below)
        above = step(1, below, above)
    torch.testing.assert_close(model(images), above @ model.fc.weight.T + model.fc.bias, rtol=1e-5, atol=1e-6)


def test_published_size() -> None:
    layers = sum(512 * (features + 512 + 2) for features in (96, 512))
    assert sum(parameter.numel() for parameter in RowRNN(10).parameters()) == layers + 513 * 10
