"""Cells, decimals and best values."""

from __future__ import annotations

import io
import json
import math

import pandas as pd
import pytest

from labreport.tables.table import Column, Table, best_rows, decimals_for


@pytest.mark.parametrize(
    ("spreads", "decimals"),
    [([0.36], 2), ([1.0], 1), ([9.99], 1), ([10.0], 0), ([123.0], 0), ([0.01], 3), ([1e-9], 4), ([], 1), ([0.0], 1),
     ([float("nan"), 2.0], 1), ([5.0, 0.2], 2)],
)  # fmt: skip
def test_one_decimal_more_than_the_spread_supports(spreads, decimals):
    assert decimals_for(spreads) == decimals


def test_best_rows_are_those_that_look_best():
    assert best_rows([0.8459, 0.8461, 0.80], 1, 100) == [0, 1]
    assert best_rows([0.8459, 0.8461, 0.80], 2, 100) == [1]
    assert best_rows([math.nan, 0.5], 1) == []
    assert best_rows([], 1) == []


FRAME = pd.DataFrame(
    {
        "name": ["a", None],
        "value": [0.84599, math.nan],
        "std": [math.nan, math.nan],
        "tiny": [-0.000001, 0.5],
        "count": [3, 4],
        "rate": [0.25, 2.0],
    }
)
COLUMNS = [
    Column("name", "Name"),
    Column("value", "Value", "decimal", "%", 1, 100.0, spread="std"),
    Column("tiny", "Tiny", "decimal", None, 1),
    Column("count", "Count", "right"),
    Column("rate", "Rate", "right"),
]


def test_presentation_is_what_the_architecture_says():
    table = Table(FRAME, COLUMNS, frozenset({(1, 2), (0, 1)}), ["A note."])
    value = json.loads(table.to_json())
    column = {"key": "value", "head": "Value", "unit": "%", "align": "decimal", "decimals": 1, "of": None}
    assert (value["columns"][1], value["experiments"], value["seeds"]) == (column, None, None)
    of_runs = json.loads(Table(FRAME.assign(experiment="a", seed=[3, 5]), COLUMNS).to_json())
    assert (of_runs["experiments"], of_runs["seeds"]) == (["a", "a"], [3, 5])
    assert value["rows"] == [["a", 84.6, 0.0, 3, 0.25], [None, None, 0.5, 4, 2]]
    assert "-0.0" not in table.to_json()
    assert table.to_json().startswith('{\n "columns": [\n  {\n')  # in lines, which can be read and compared
    assert value["bold"] == [[0, 1], [1, 2]]
    assert value["notes"] == ["A note."]


def test_a_spread_stands_behind_its_value():
    frame = FRAME.assign(std=[0.00321, math.nan])
    cells = json.loads(Table(frame, COLUMNS).to_json())["rows"]
    assert cells[0][1] == "84.6 ± 0.3"
    assert cells[1][1] is None


def test_csv_holds_the_raw_numbers():
    back = pd.read_csv(io.StringIO(Table(FRAME, COLUMNS).to_csv()))
    assert back["value"][0] == 0.84599
    assert list(back.columns) == list(FRAME.columns)
