"""Claims beside each other: a panel per unit, a row per claim."""

from __future__ import annotations

import math

import pytest

from labreport.figures import forest
from labreport.figures.picture import told
from labreport.figures.style import house_style
from labreport.files import read_json, write_json
from labreport.languages import section
from tests.figures.conftest import CLAIMS, clashes, whiskers


@pytest.fixture
def spec(results):
    """Of a forest plot of claims about runs with known differences."""
    best = {"mycnn": 0.6, "resnet34": 0.8, "myresnet34": 0.6}
    return results("forest", experiments={name: {"best": value} for name, value in best.items()}).spec


def drawn(spec, lang="en", **options):
    spec = {**spec, "lang": lang, "options": {**spec["options"], **options}}
    frame, chosen, files = told(forest, spec)
    with house_style(lang):
        return frame, forest.draw(frame, chosen, lang), files


def test_claims_of_one_unit_share_an_axis_and_others_do_not(spec):
    frame, figure, _ = drawn(spec)
    assert list(frame["claim"]) == list(CLAIMS)
    panels = {axes.get_xlabel(): len(axes.get_yticks()) for axes in figure.axes}
    assert panels == {"Difference (points)": 2, "Difference (epochs)": 1, "Ratio": 1}
    assert [axes.get_xscale() for axes in figure.axes] == ["linear", "linear", "log"]


def test_what_is_drawn_is_what_was_judged(spec):
    _, figure, files = drawn(spec)
    better, dearer = (read_json(spec["claims"][name]) for name in ("better", "dearer"))
    points, _, ratios = figure.axes
    assert whiskers(points)[0] == pytest.approx((100 * better["low"], 100 * better["high"]))
    assert whiskers(ratios)[0] == pytest.approx((dearer["low"], dearer["high"]))
    assert f"{100 * better['estimate']:.1f} points" in files["txt"]
    lines = {axes: {round(float(line.get_xdata()[0]), 9) for line in axes.lines} for axes in (points, ratios)}
    assert {0, -1, 1} <= lines[points]  # no difference; the margins of a claimed equivalence
    assert {1, 2} <= lines[ratios]  # as dear; the margin
    low, high = ratios.get_xlim()
    assert low < 1 < 2 < high


def test_ratios_are_marked_at_round_numbers(spec):
    wide = {"estimate": 3.0, "low": 0.4, "high": 8.0}
    write_json(spec["claims"]["dearer"], {**read_json(spec["claims"]["dearer"]), **wide})
    axes = drawn(spec)[1].axes[-1]
    low, high = axes.get_xlim()
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == pytest.approx([0.5, 1, 2, 3, 5, 10])


def test_outcomes_differ_without_colour(spec):
    looks = {}
    for outcome in section("outcomes", "en"):
        write_json(spec["claims"]["dearer"], {**read_json(spec["claims"]["dearer"]), "outcome": outcome})
        _, figure, files = drawn(spec)
        (bar,) = figure.axes[-1].containers
        looks[outcome] = (bar.lines[0].get_marker(), bar.lines[0].get_markerfacecolor() == "white")
        assert section("outcomes", "en")[outcome] in {text.get_text() for text in figure.legends[0].get_texts()}
        assert f", {section('outcomes', 'en')[outcome]}. Estimates" in files["txt"]
    assert len(set(looks.values())) == 3


def test_a_claim_without_a_number_has_a_row(spec):
    unknown = {"estimate": None, "low": None, "high": None, "outcome": "undecided"}
    write_json(spec["claims"]["sooner"], {**read_json(spec["claims"]["sooner"]), **unknown})
    frame, figure, files = drawn(spec)
    assert math.isnan(frame["estimate"][2])
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == [
        "epoch of convergence, mycnn minus resnet34"
    ]
    assert "mycnn minus resnet34: –, the criterion is more than zero, undecided" in files["txt"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", ["full", "half"])
def test_long_names_fit(width, lang, spec):
    for path in spec["claims"].values():
        long = {"zh": "验证准确率，标签平滑的网络减没有标签平滑的网络"}
        long["en"] = "validation accuracy, a network with smoothed labels minus one without"
        write_json(path, {**read_json(path), "what": long})
    assert clashes(drawn(spec, lang, width=width)[1]) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one over another", ["one over another"]),
        ("epoch of convergence, one over another", ["epoch of convergence,", "one over another"]),
        ("收敛轮数，一个网络减 另一个网络", ["收敛轮数，一个网", "络减 另一个网络"]),
        ("abcdefghijklmnopqrstuvwxyz of it", ["abcdefghijklmnopqrstuvwxyz", "of it"]),
    ],
)
def test_labels_are_broken_evenly(text, lines):
    assert forest.wrapped(text, 24).split("\n") == lines
