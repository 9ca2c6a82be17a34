"""Operators and FLOPs of a training step, against what is known of small ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import counts
from benchmarks.arms import experiment


def test_views_and_allocations_are_no_operators() -> None:
    x = torch.ones(2, 3)
    assert counts.counted(lambda: x.t().reshape(3, 2)[0])[1:] == (0, 0)
    assert counts.counted(lambda: torch.empty_like(x))[1] == 0
    found, operators, flops = counts.counted(lambda: (x @ x.t()).relu())
    assert found.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert (operators, flops) == (2, 2 * 2 * 3 * 2)


def test_lenet5_launches_what_its_layers_do_and_computes_what_they_hold() -> None:
    """Two convolutions, two poolings, four ReLUs, three linear layers, log-softmax and the loss."""
    operators, flops = counts.step(experiment("lenet5"), 7)
    assert operators[0] == 2 + 2 + 4 + 3 + 2
    convolutions = 2 * (6 * 28 * 28 * 3 * 25 + 16 * 10 * 10 * 6 * 25)
    linear = 2 * (400 * 120 + 120 * 84 + 84 * 10)
    first = 2 * 6 * 28 * 28 * 3 * 25  # whose input needs no gradient
    assert flops == 7 * (3 * (convolutions + linear) - first)


@pytest.mark.parametrize(("cell", "both"), [(nn.LSTM, False), (nn.LSTM, True), (nn.RNN, False)])
def test_a_recurrent_layer_is_one_operator_each_way_and_has_the_flops_of_its_products(
    cell: type[nn.RNNBase], both: bool
) -> None:
    with counts.META:
        layer = cell(10, 16, 2, batch_first=True, bidirectional=both)
        x = torch.empty(4, 20, 10, requires_grad=True)

    def run() -> None:
        layer(x)[0].backward(torch.empty(4, 20, 32 if both else 16, device=counts.META))

    with FlopCounterMode(display=False) as product_by_product:
        run()
    with counts.as_on_cuda():
        _, operators, flops = counts.counted(run)
    zeros = 2 if cell is nn.LSTM else 1
    gradients = len(list(layer.parameters())) + 1
    assert operators <= 2 + zeros + gradients
    # where it is counted product by product, the first step's state needs no gradient
    assert flops == pytest.approx(product_by_product.get_total_flops(), rel=0.05)


def test_dropout_is_one_operator_each_way() -> None:
    x = torch.ones(4, requires_grad=True, device=counts.META)
    with counts.as_on_cuda():
        assert counts.counted(lambda: nn.Dropout(0.5)(x))[1] == 1
        assert counts.counted(lambda: nn.Dropout(0.5).eval()(x))[1] == 0


def test_cutting_counts_what_augmentation_adds() -> None:
    bare, augmented = (counts.cutting(experiment(name)) for name in ("myresnet34", "lenet5"))
    assert 0 < bare < augmented


def test_a_row_adds_up() -> None:
    """The texts are those of a pair, and word vectors begin the network."""
    name, size, *cells, flops = counts.row(experiment("sts_bilstm1_ln_mp"))
    *phases, total = map(int, cells)
    assert (name, size) == ("sts_bilstm1_ln_mp", "64")
    assert total == sum(phases)
    assert float(flops) > 0


def test_every_declared_experiment_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "row", lambda one: (one.name, *["1"] * 7))
    text = counts.section()
    assert "counted without a GPU" in text
    for name in ("mycnn", "lenet5", "my_lstm1", "resnet50_balanced", "sts_bilstm1_gcn_masked", "cnn3_plain"):
        assert f"| {name} " in text
