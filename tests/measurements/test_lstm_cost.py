from __future__ import annotations

import statistics

import numpy as np
import pytest
import torch

from labreport.measurements import lstm_cost

CPU = torch.device("cpu")
SIZES = {"batch_size": 2, "length": 12, "embedding": 3, "hidden": 4, "repeats": 3}


def measured(length: int) -> dict[str, dict[str, float]]:
    head, rows = lstm_cost.measure(SIZES | {"length": length}, CPU)
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_rows_say_what_was_measured() -> None:
    found = measured(12)
    assert list(found) == ["packaged", "own", "own_shared"]
    for row in found.values():
        assert 0 < row["milliseconds_low"] <= row["milliseconds"] <= row["milliseconds_high"]
        assert row["operations_per_step"] == pytest.approx(row["operations"] / 12)
        assert (row["repeats"], row["batch_size"], row["length"]) == (3, 2, 12)


def test_each_step_of_the_own_layer_costs_operators_of_its_own() -> None:
    short, long = measured(12), measured(24)
    more = {name: long[name]["operations"] - short[name]["operations"] for name in short}
    # forward: 2 affine maps, their sum, 3 sigmoid, 2 tanh, 3 products, 1 sum; backward: at least as many again
    assert more["own"] >= 12 * 2 * 12
    assert more["own_shared"] < more["own"]


def test_each_step_of_the_own_layer_multiplies_its_input() -> None:
    short, long = measured(12), measured(24)
    products = {name: (long[name]["matrix_products"] - short[name]["matrix_products"]) / 12 for name in short}
    # own: x W and h W forward, and two gradients of each backward; the shared product leaves those of h
    assert products["own"] == 6
    assert products["own_shared"] == 3


def test_implementations_compute_the_same() -> None:
    gradients = []
    for run in lstm_cost.implementations(2, 5, 3, 4, CPU).values():
        run()
        assert run.x.grad is not None
        gradients.append(run.x.grad.clone())
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(gradients[0], gradients[2], rtol=1e-5, atol=1e-5)


def test_quartiles_are_numpys() -> None:
    values = [3.0, 1.0, 8.0, 4.0, 4.5, 9.0]
    assert lstm_cost.quartiles(values) == pytest.approx(tuple(np.quantile(values, (0.25, 0.5, 0.75))))
    assert lstm_cost.quartiles(values)[1] == statistics.median(values)
    assert lstm_cost.quartiles([2.0]) == (2.0, 2.0, 2.0)
