"""The step that makes tables."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from labreport.errors import run_step
from labreport.steps import tabulate
from tests.steps.planned import planned


@pytest.fixture
def spec(report_spec):
    return report_spec("labreport.tables.results", {"experiments": ["mycnn"]}, {"mycnn": {}}, lang="zh")


def run(spec, out):
    return run_step(tabulate.main, ["--spec", planned("tabulate", spec), "--out", str(out)])


def test_raw_numbers_and_presentation(spec, tmp_path):
    assert run(spec, tmp_path / "zh" / "results") == 0
    assert {path.name for path in (tmp_path / "zh").iterdir()} == {"results.csv", "results.json"}
    value = json.loads((tmp_path / "zh" / "results.json").read_text(encoding="utf-8"))
    raw = pd.read_csv(tmp_path / "zh" / "results.csv")
    assert value["columns"][3]["head"] == "验证准确率"
    assert value["rows"][0][3] == pytest.approx(100 * raw["val_accuracy"][0], abs=0.05)


def test_only_kinds_of_tables_are_imported(spec, tmp_path, capsys):
    assert run({**spec, "target": "labreport.figures.curves"}, tmp_path / "x") == 1
    assert "'labreport.figures.curves' is none of the kinds; allowed: labreport.tables." in capsys.readouterr().err


def test_no_run_is_one_message(spec, tmp_path, capsys):
    spec["experiments"]["mycnn"]["runs"] = []
    assert run(spec, tmp_path / "x") == 1
    assert "mycnn: no finished run (none is planned)" in capsys.readouterr().err
    assert not list(tmp_path.glob("x*"))
