"""Mean accuracies of short and full classes, against numpy."""

from __future__ import annotations

import json

import numpy as np
import pytest

from labreport.figures import group_accuracy
from labreport.figures.style import house_style
from labreport.groups import group_name
from labreport.tables import group_accuracy as table_of_groups
from tests.conftest import CIFAR10, SEEDS
from tests.figures.conftest import dots, options

GROUPS = {"short": CIFAR10[:5], "full": CIFAR10[5:]}  # as the fabricated long tail has them


def test_groups_are_means_over_classes_of_every_seed(results):
    made, chosen = results("group_accuracy", seeds=3), options("group_accuracy")
    frame = group_accuracy.collect(made, chosen).set_index(["experiment", "group", "seed"])
    for name in chosen["experiments"]:
        table = made.per_class(name).set_index(["seed", "class"])["accuracy"]
        for group, classes in GROUPS.items():
            for seed in SEEDS:
                row = frame.loc[(name, group, seed)]
                assert row["value"] == pytest.approx(np.mean([table[seed, label] for label in classes]))
                assert row["classes"].split("; ") == list(classes)


def test_dots_stand_in_the_row_of_their_experiment_and_differ_in_grey(results):
    chosen = options("group_accuracy")
    frame = group_accuracy.collect(results("group_accuracy", seeds=2), chosen)
    with house_style("en"):  # however the rows are ordered
        (axes,) = group_accuracy.draw(frame.iloc[::-1], chosen, "en").axes
    rows = dict(zip((text.get_text() for text in axes.get_yticklabels()), axes.get_yticks(), strict=True))
    assert list(rows) == chosen["experiments"]
    shown, fills = dots(axes), []
    for name, middle in rows.items():
        for group, apart in (("short", 0.2), ("full", -0.2)):
            values = 100 * frame[(frame["experiment"] == name) & (frame["group"] == group)]["value"]
            found = shown[round(middle + apart, 6)]
            assert found["dot"] == pytest.approx(values.mean())
            assert found["whisker"] == pytest.approx((values.mean() - values.std(), values.mean() + values.std()))
            fills.append(found["fill"])
    assert fills[::2] != fills[1::2]
    assert set(fills[1::2]) == {"white"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_figure_and_table_call_the_groups_alike(lang, results):
    made, chosen = results("group_accuracy"), options("group_accuracy")
    frame = group_accuracy.collect(made, chosen)
    table = json.loads(table_of_groups.build(made, chosen, lang).to_json())
    heads = [column["head"].lower() for column in table["columns"]]
    with house_style(lang):
        figure = group_accuracy.draw(frame, chosen, lang)
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    words = group_accuracy.describe(frame, chosen, lang)
    for place, group in enumerate(("short", "full"), start=1):
        name = group_name(group, lang)
        assert heads[place] == name
        assert legend[place - 1].startswith(name)
        assert name in words
    assert any(group_name("short", lang) in line for line in table["notes"])
