"""What the tests of tables share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from labreport.results import Results
from tests.fabricated import add_pairs, add_sentences


@pytest.fixture
def pairs(report_spec, tmp_path) -> Callable[..., Results]:
    """`pairs({"sts_a": {"noise": 1.0}}, seeds=2)`: results of experiments on pairs."""

    def make(experiments: dict[str, dict[str, Any]], seeds: int = 1, **more: Any) -> Results:
        spec = report_spec("", {}, {}, **more)
        for name, settings in experiments.items():
            add_pairs(spec, tmp_path, name, seeds=seeds, **settings)
        add_sentences(spec, tmp_path)
        return Results(spec)

    return make


@pytest.fixture
def shown() -> Callable[..., tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]]:
    """`shown(table)`: the columns by key, and the rows by their first cell, each a mapping from key to cell."""

    def read(table):
        value = json.loads(table.to_json())
        keys = [column["key"] for column in value["columns"]]
        rows = {row[0]: dict(zip(keys, row, strict=True)) for row in value["rows"]}
        assert len(rows) == len(value["rows"])
        return dict(zip(keys, value["columns"], strict=True)), rows

    return read
