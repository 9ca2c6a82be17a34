"""Mean accuracies of short and full classes, against numpy."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import BarContainer

from labreport.errors import ResultsError
from labreport.figures import group_accuracy
from labreport.figures.style import house_style
from labreport.groups import NAMES
from labreport.tables import group_accuracy as table_of_groups
from tests.conftest import CIFAR10, SEEDS
from tests.figures.conftest import options, whiskers

GROUPS = {"short": CIFAR10[:5], "full": CIFAR10[5:]}  # as the fabricated long tail has them


@pytest.mark.parametrize("seeds", [1, 3])
def test_groups_are_means_over_classes_then_over_seeds(seeds, results):
    made = results("group_accuracy", seeds=seeds)
    chosen = options("group_accuracy")
    frame = group_accuracy.collect(made, chosen).set_index(["experiment", "group"])
    for name in chosen["experiments"]:
        table = made.per_class(name).set_index(["seed", "class"])["accuracy"]
        for group, classes in GROUPS.items():
            means = [np.mean([table[seed, label] for label in classes]) for seed in SEEDS[:seeds]]
            row = frame.loc[(name, group)]
            assert row["value"] == pytest.approx(np.mean(means))
            assert row["classes"].split("; ") == list(classes)
            if seeds > 1:
                assert row["std"] == pytest.approx(np.std(means, ddof=1))
            else:
                assert np.isnan(row["std"])


def test_bars_are_as_long_as_they_should_be_and_differ_in_grey(results):
    chosen = options("group_accuracy")
    frame = group_accuracy.collect(results("group_accuracy", seeds=2), chosen)
    with house_style("en"):  # however the rows are ordered
        (axes,) = group_accuracy.draw(frame.iloc[::-1], chosen, "en").axes
    drawn = [one for one in axes.containers if isinstance(one, BarContainer)]
    assert [bool(bars[0].get_hatch()) for bars in drawn] == [True, False]
    names = dict(zip(axes.get_yticks(), (text.get_text() for text in axes.get_yticklabels()), strict=True))
    assert list(names.values()) == chosen["experiments"]
    for group, bars in zip(GROUPS, drawn, strict=True):
        rows = frame[frame["group"] == group].set_index("experiment")
        for bar in bars:
            row = rows.loc[names[round(bar.get_y() + bar.get_height() / 2)]]
            assert bar.get_width() == pytest.approx(100 * row["value"])
            assert whiskers(axes)[round(bar.get_y() + bar.get_height() / 2, 6)] == pytest.approx(
                (100 * (row["value"] - row["std"]), 100 * (row["value"] + row["std"]))
            )


def test_a_run_without_the_classes_is_an_error(results):
    made = results("group_accuracy")
    path = made.runs("mycnn")[0].path / "per_class.csv"
    pd.read_csv(path).query("`class` != 'cat'").to_csv(path, index=False)
    with pytest.raises(ResultsError, match="mycnn has no class cat, which cifar10_longtail has"):
        group_accuracy.collect(made, options("group_accuracy"))


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
    for place, group in enumerate(NAMES, start=1):
        name = NAMES[group][lang]
        assert heads[place] == name
        assert legend[place - 1].startswith(name)
        assert name in words
    assert any(NAMES["short"][lang] in line for line in table["notes"])
