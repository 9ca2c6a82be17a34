"""Learning rates as the runs had them, epoch by epoch."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport.figures import accuracy_time, learning_rate
from labreport.figures.style import house_style
from labreport.rounding import fixed
from tests.figures.conftest import options


@pytest.mark.parametrize(("factor", "scale", "said"), [(0.1, "log", "0.1 to 0.001"), (0.5, "linear", "0.1 to 0.025")])
def test_rates_are_drawn_as_they_were_and_said_from_first_to_last(factor, scale, said, results):
    made, chosen = results("learning_rate", seeds=2), options("learning_rate")
    for run in made.runs("mycnn"):
        metrics = pd.read_csv(run.path / "metrics.csv")
        metrics["learning_rate"] = [0.1 * factor ** min(2, row // 3) for row in range(8)]
        metrics.to_csv(run.path / "metrics.csv", index=False)
    chosen["experiments"] = ["mycnn"]
    frame = learning_rate.collect(made, chosen)
    with house_style("en"):
        (axes,) = learning_rate.draw(frame, chosen, "en").axes
    assert axes.get_yscale() == scale
    first, second = axes.lines[:2]
    for line in (first, second):
        assert list(line.get_xdata()) == list(range(1, 9))
        assert list(line.get_ydata()) == pytest.approx([0.1 * factor ** min(2, row // 3) for row in range(8)])
        assert line.get_drawstyle() == "steps-mid"
    assert f"mycnn goes from {said}" in learning_rate.describe(frame, chosen, "en")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Epoch", "Learning rate")


def test_a_constant_rate_is_said_to_be_one(results):
    frame = learning_rate.collect(results("learning_rate"), options("learning_rate"))
    said = learning_rate.describe(frame, options("learning_rate"), "en")
    assert "mycnn stays at 0.001; resnet34 stays at 0.001" in said


@pytest.mark.parametrize(("seconds", "unit", "factor"), [(10, "s", 1), (100, "min", 60), (10_000, "h", 3600)])
def test_time_is_added_up_in_a_unit_that_fits(seconds, unit, factor, results):
    made, chosen = results("accuracy_time"), {**options("accuracy_time"), "experiments": ["mycnn"]}
    path = made.runs("mycnn")[0].path / "metrics.csv"
    metrics = pd.read_csv(path).assign(seconds=float(seconds))
    metrics.to_csv(path, index=False)
    frame = accuracy_time.collect(made, chosen)
    with house_style("en"):
        (axes,) = accuracy_time.draw(frame, chosen, "en").axes
    assert axes.get_xlabel() == f"Training time ({unit})"
    line = axes.lines[-1]
    assert list(line.get_xdata()) == pytest.approx([seconds * epoch / factor for epoch in range(1, 9)])
    percent = fixed(100 * metrics["val_accuracy"].iloc[-1], 1)
    assert f"mycnn is at {percent} % after {8 * seconds}.0 s" in accuracy_time.describe(frame, chosen, "en")
