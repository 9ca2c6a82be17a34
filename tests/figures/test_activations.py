"""Activation functions and derivatives against their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.figures import activations
from labreport.figures.registry import ACTIVATIONS
from labreport.figures.style import house_style

FORMULAS = {
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "celu": (lambda x: np.maximum(x, 0) + np.minimum(0, np.exp(x) - 1), lambda x: np.where(x > 0, 1, np.exp(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values_and_derivatives_follow_the_formula(name):
    frame = activations.collect(None, {"functions": [name]})
    value, derivative = FORMULAS[name]
    x = frame["x"].to_numpy()
    assert x[0] == -x[-1]
    np.testing.assert_allclose(frame["value"], value(x), atol=1e-12)
    np.testing.assert_allclose(frame["derivative"], derivative(x), atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_the_slopes(name):
    frame = activations.collect(None, {"functions": [name]})
    x, value = frame["x"].to_numpy(), frame["value"].to_numpy()
    slope = (value[2:] - value[:-2]) / (x[2:] - x[:-2])
    smooth = np.abs(x[1:-1]) > 0.05
    np.testing.assert_allclose(frame["derivative"].to_numpy()[1:-1][smooth], slope[smooth], atol=1e-3)


def test_a_jump_is_a_gap_with_two_ends_and_a_smooth_derivative_has_none():
    chosen = {"functions": ["relu", "celu"]}
    frame = activations.collect(None, chosen)
    with house_style("en"):
        left, right = activations.draw(frame, chosen, "en").axes
    relu, celu = (line for line in right.lines if len(line.get_xdata()) > 100)
    assert np.isnan(relu.get_ydata()).sum() == 1
    assert not np.isnan(celu.get_ydata()).any()
    dots = [line for line in right.lines if len(line.get_xdata()) == 1]
    ends = [(*map(float, (*dot.get_xdata(), *dot.get_ydata())), dot.get_markerfacecolor() == "white") for dot in dots]
    assert ends == [(0, 0, False), (0, 1, True)]
    drawn = [line for line in left.lines if len(line.get_xdata()) > 100]
    for name, line in zip(chosen["functions"], drawn, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), frame.loc[frame["function"] == name, "value"])
    assert drawn[0].get_linestyle() != drawn[1].get_linestyle()
