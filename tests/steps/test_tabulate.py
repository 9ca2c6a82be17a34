"""The step that makes tables, and the frames of all runs."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport.artifacts.graph import FRAMES
from labreport.errors import CodeChangedError, ResultsError
from labreport.files import read_json, sums_faults
from labreport.steps.items import tabulate
from tests.steps.planned import of_items
from tests.steps.test_draw import BESIDE


@pytest.fixture
def items(report_spec):
    """A table of results, and one that is called as a frame is."""
    spec = report_spec("labreport.tables.results", {"experiments": ["mycnn"]}, {"mycnn": {}}, lang="zh")
    return {
        "results": spec,
        "runs": {**spec, "kind": "runs", "target": "labreport.tables.runs"},
    }


@pytest.fixture
def job(items, tmp_path):
    return of_items("tabulate", items, tmp_path, frames={**items["results"], "name": "frames", "target": FRAMES})


def test_raw_numbers_presentations_and_frames(items, job):
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


def test_no_run_is_one_message_and_leaves_nothing(job):
    for spec in (*job.spec["items"].values(), job.spec["frames"]):
        spec["experiments"]["mycnn"]["runs"] = []
    with pytest.raises(ResultsError, match=r"mycnn: no finished run \(none is planned\)"):
        tabulate(job)
    assert list(job.out.parent.iterdir()) == []


@pytest.mark.parametrize("edited", ["a table", "the frames"])
def test_code_that_changed_after_planning_is_refused(edited, job, tmp_path):
    spec = job.spec["frames"] if edited == "the frames" else job.spec["items"]["runs"]
    spec["code"] = "0" * 16
    with pytest.raises(CodeChangedError, match="changed after this job was planned"):
        tabulate(job)
    assert not job.out.exists()
