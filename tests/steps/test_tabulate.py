"""The step that makes tables, and the frames of all runs."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport.errors import ResultsError
from labreport.files import read_json, sums_faults
from labreport.steps.tabulate import tabulate
from tests.steps.planned import of_items
from tests.steps.test_draw import BESIDE


@pytest.fixture
def items(report_spec):
    """A table of results, and one that is called as a frame is."""
    spec = report_spec("labreport.tables.results", {"experiments": ["mycnn"]}, {"mycnn": {}}, lang="zh")
    return {
        "results": spec,
        "runs": {**spec, "kind": "runs", "target": "labreport.tables.runs", "options": {}, "naming": []},
    }


def test_raw_numbers_presentations_and_frames(items, tmp_path):
    job = of_items("tabulate", items, tmp_path, frames=items["results"])
    tabulate(job)
    tables = {f"{name}.{form}" for name in items for form in ("csv", "json")}
    assert {path.name for path in job.out.iterdir()} == {*tables, "frames", *BESIDE}
    assert list(sums_faults(job.out)) == []
    value, raw = read_json(job.out / "results.json"), pd.read_csv(job.out / "results.csv")
    assert value["columns"][3]["head"] == "验证准确率"
    assert value["rows"][0][3] == pytest.approx(100 * raw["val_accuracy"][0], abs=0.05)
    assert {path.name for path in (job.out / "frames").iterdir()} == {"metrics.csv", "runs.csv", "per_class.csv"}
    assert {"val_accuracy", "device"} <= set(pd.read_csv(job.out / "frames" / "runs.csv").columns)
    assert "val_accuracy" not in pd.read_csv(job.out / "runs.csv").columns


def test_no_run_is_one_message_and_leaves_nothing(items, tmp_path):
    items["results"]["experiments"]["mycnn"]["runs"] = []
    job = of_items("tabulate", items, tmp_path, frames=items["results"])
    with pytest.raises(ResultsError, match=r"mycnn: no finished run \(none is planned\)"):
        tabulate(job)
    assert list(job.out.parent.iterdir()) == []
