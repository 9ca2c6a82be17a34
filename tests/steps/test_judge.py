"""The judge step, from a spec to a file."""

from __future__ import annotations

import json

import pytest

from labreport.files import read_json
from labreport.steps.items import judge
from tests.steps.planned import of_items
from tests.steps.test_draw import BESIDE


def test_a_claim_becomes_a_file(report_spec, tmp_path):
    options = {"experiments": ["mycnn", "resnet34"], "quantity": "val_accuracy", "within": 50}
    spec = report_spec("labreport.claims.equivalence", options, {"mycnn": {}, "resnet34": {"best": 0.7}}, seeds=2)
    job = of_items("judge", {"close": {**spec, "name": "close"}}, tmp_path)
    judge(job)
    assert {path.name for path in job.out.iterdir()} == {"close.json", *BESIDE}
    found = read_json(job.out / "close.json")
    assert (found["name"], found["kind"], found["outcome"]) == ("close", "equivalence", "supported")
    assert set(found["reason"]) == {"zh", "en"}
    assert found["values"]["best"] == "mycnn"
    summaries = tmp_path.glob("results/runs/mycnn/*/summary.json")
    finals = [json.loads(path.read_text())["val_accuracy"] for path in summaries]
    assert found["values"]["highest"] == pytest.approx(sum(finals) / 2)
