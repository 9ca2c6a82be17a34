"""Names at line ends never overlap."""

from __future__ import annotations

import itertools

import pytest
from matplotlib.figure import Figure

from labreport.figures.endlabels import Ending, name_lines
from labreport.figures.style import house_style


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
    ends = [(5, 80.0, "a"), (5, 80.4, "b"), (5, 79.9, "c"), (5, 20.0, "d"), (5, 140.0, "e")]
    figure, axes = drawn(ends)
    boxes = {text.get_text(): text.get_window_extent() for text in axes.texts if text.get_text()}
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes.values(), 2))
    assert all(box.x1 <= figure.bbox.x1 + 1 for box in boxes.values())
    assert sorted(boxes, key=lambda name: boxes[name].y0) == list("dcabe"), "in the order of the lines"
    shifts = {name: (boxes[name].y0 + boxes[name].y1) / 2 - axes.transData.transform((x, y))[1] for x, y, name in ends}
    assert sum(shifts[name] for name in "abc") == pytest.approx(0, abs=3), "as near to their lines as can be"
    assert shifts["d"] == pytest.approx(shifts["e"]) == pytest.approx(0, abs=1)
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
