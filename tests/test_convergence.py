"""The epoch of convergence, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.convergence import TOLERANCE, convergence_epoch


@pytest.mark.parametrize(
    ("values", "epoch"),
    [
        ([0.5], 1),
        ([0.1, 0.5, 0.894, 0.895, 0.9], 4),
        ([0.01, 0.0375, 0.0425], 2),  # half a point, but in binary it is a little more
        ([0.9, 0.5, 0.899], 1),
        ([0.5, 0.5, 0.5], 1),
        ([-0.2, -0.1], 2),
    ],
)
def test_within_half_a_point_of_the_best(values, epoch):
    assert convergence_epoch(values) == epoch


@pytest.mark.parametrize("tolerance", [0.0, 0.003, TOLERANCE, 0.05])
def test_it_is_the_first_such_epoch(tolerance):
    values = np.round(np.random.default_rng(1).uniform(0.7, 0.9, 200), 4)
    wanted = int(np.flatnonzero(np.round(values.max() - values, 6) <= tolerance)[0]) + 1
    assert convergence_epoch(list(values), tolerance) == wanted


@pytest.mark.parametrize("values", [[], [0.5, float("nan")]])
def test_nothing_converges_nowhere(values):
    with pytest.raises(ValueError, match="a number for every epoch"):
        convergence_epoch(values)
