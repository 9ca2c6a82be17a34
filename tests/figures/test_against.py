"""Results against settings: what stands where, with which numbers on the axes."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer

from labreport.figures import against
from labreport.figures.labels import label
from labreport.figures.style import house_style
from labreport.rounding import fixed
from tests.figures.conftest import IMAGES, options

RATES = {"mycnn": 0.1, "resnet34": 0.001, "myresnet34": 0.01}  # in no order


def drawn(results, settings, **more):
    made, chosen = results("against", seeds=2), {**options("against"), **more}
    for name, value in settings.items():
        made.spec["experiments"][name]["settings"] = {chosen["setting"]: value}
    frame = against.collect(made, chosen)
    with house_style("en"):
        (axes,) = against.draw(frame, chosen, "en").axes
    return made, axes, against.describe(frame, chosen, "en")


def test_means_whiskers_and_seeds_stand_above_their_settings(results):
    made, axes, words = drawn(results, RATES)
    (bars,) = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    line, _, (segments,) = bars.lines
    (faint,) = [one for one in axes.lines if one.get_alpha() is not None]
    seen = sorted(zip(faint.get_xdata(), faint.get_ydata(), strict=True))
    said = []
    for place, (name, rate) in enumerate(sorted(RATES.items(), key=lambda pair: pair[1])):
        values = 100 * made.summary(name)["val_accuracy"]
        assert line.get_xdata()[place] == pytest.approx(rate)
        assert line.get_ydata()[place] == pytest.approx(values.mean())
        ends = segments.get_segments()[place]
        np.testing.assert_allclose(ends[:, 1], [values.mean() - values.std(), values.mean() + values.std()])
        np.testing.assert_allclose([y for _, y in seen[2 * place : 2 * place + 2]], sorted(values))
        said.append(f"{fixed(values.mean(), 1)} % at {rate:g}")
    assert "; ".join(said) in words
    assert "validation accuracy against learning rate" in words
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Learning rate", label("val_accuracy", "en"))


def test_experiments_of_one_setting_are_not_taken_for_seeds_of_one(results):
    made, axes, words = drawn(results, {"mycnn": 0.1, "resnet34": 0.01, "myresnet34": 0.01})
    (bars,) = [one for one in axes.containers if isinstance(one, ErrorbarContainer)]
    values = [100 * made.summary(name)["val_accuracy"] for name in ("myresnet34", "resnet34", "mycnn")]
    np.testing.assert_allclose(bars.lines[0].get_ydata().astype(float), [one.mean() for one in values])
    ends = [line[:, 1] for line in bars.lines[2][0].get_segments()]
    np.testing.assert_allclose(ends, [[one.mean() - one.std(), one.mean() + one.std()] for one in values])
    assert words.count(" at 0.01") == 2


@pytest.mark.parametrize(
    ("values", "scale", "ticks"),
    [
        ((0.1, 0.001, 0.01), "log", ["0.001", "0.01", "0.1"]),
        ((8, 16, 32), "linear", ["8", "16", "32"]),
        ((0, 1, 100), "linear", ["0", "100"]),
        ((64, 64, 64), "linear", ["64"]),
    ],
)
def test_the_axis_is_logarithmic_over_a_decade_and_its_ticks_are_the_settings(values, scale, ticks, results):
    chosen = {"setting": "model.width", "metric": "seconds", "width": "half"}
    _, axes, words = drawn(results, dict(zip(IMAGES, values, strict=True)), **chosen)
    assert axes.get_xscale() == scale
    assert [text.get_text() for text in axes.get_xticklabels()] == ticks
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Width", "Training time (s)")
    assert "training time against width" in words
