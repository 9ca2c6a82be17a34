"""Names at line ends never overlap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy.optimize import minimize

from labreport.figures.endlabels import Ending, name_lines, spread
from labreport.figures.style import house_style

POSITIONS = st.lists(st.floats(0, 100), min_size=1, max_size=8)


@given(POSITIONS)
def test_labels_are_apart_in_order_and_inside(wanted):
    placed = spread(wanted, 10.0, 0.0, 100.0)
    assert all(-1e-6 <= y <= 100 + 1e-6 for y in placed)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(np.array(placed)[order]) >= 10 - 1e-6).all()


@given(POSITIONS)
def test_labels_that_have_room_stay(wanted):
    spaced = [20.0 * i for i, _ in enumerate(wanted)]
    assert spread(spaced, 10.0, -1000, 1000) == pytest.approx(spaced)


@pytest.mark.parametrize("wanted", [[0, 1, 2], [0, 0, 0, 50], [5, 3, 30, 28, 29], [1, 9, 10, 30]])
def test_the_shifts_are_the_least(wanted):
    order = np.argsort(wanted, kind="stable")
    apart = [{"type": "ineq", "fun": lambda y, a=a, b=b: y[b] - y[a] - 10} for a, b in itertools.pairwise(order)]
    start = np.array(wanted, float) + 15 * np.argsort(order)
    best = minimize(lambda y: ((y - wanted) ** 2).sum(), start, constraints=apart, method="SLSQP", tol=1e-12)
    np.testing.assert_allclose(spread(wanted, 10.0, -1000, 1000), best.x, atol=1e-3)


def drawn(ends, sources=(), size=(3.0, 2.2)):
    """A figure with one line per (x, y, name)."""
    with house_style("en"):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        endings = []
        for x, y, name in ends:
            (line,) = axes.plot([1, x], [0, y])
            endings.append(Ending(x, y, name, line))
        name_lines(figure, axes, endings, sources)
        figure.draw_without_rendering()
    return figure, axes


def test_names_near_each_other_do_not_overlap():
    figure, axes = drawn([(5, 80.0, "a"), (5, 80.4, "b"), (5, 79.9, "c"), (5, 20.0, "d")])
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert all(box.x1 <= figure.bbox.x1 + 1 for box in boxes)
    assert not figure.legends


def test_a_leader_ends_before_the_name_it_leads_to():
    figure, axes = drawn([(5, 80.0, "a"), (5, 80.1, "bilstm"), (5, 79.9, "c"), (5, 20.0, "d")])
    leaders = [text for text in axes.texts if not text.get_text()]
    names = {text.get_text(): text.get_window_extent() for text in axes.texts if text.get_text()}
    assert len(leaders) == 3
    point = figure.dpi / 72
    for leader in leaders:
        end = leader.arrow_patch.get_window_extent().x1
        assert end + 2 * point < min(box.x0 for name, box in names.items() if name != "d")
    assert names["c"].x0 > names["d"].x0 + 4 * point


@pytest.mark.parametrize(
    "ends",
    [
        [(5, 1.0, "early"), (9, 2.0, "late")],
        [(5, 1.0, "a name that is far too long for a narrow figure"), (5, 2.0, "b")],
        [(5, float(i), f"line {i}") for i in range(30)],
    ],
    ids=["different ends", "too wide", "too many"],
)
def test_where_there_is_no_room_one_legend_stands_outside(ends):
    figure, axes = drawn(ends, [("measured", "ours"), ("published", "theirs")])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [name for _, _, name in ends] + ["ours", "theirs"]
    assert not axes.texts
    if len(ends) < 10:
        assert not legend.get_window_extent().overlaps(axes.get_window_extent())


def test_one_source_needs_no_key():
    figure, _ = drawn([(5, 1.0, "a")], [("measured", "ours")])
    assert not figure.legends
