"""The judge step, from a spec to a file."""

from __future__ import annotations

import json

import pytest

from labreport.errors import DeclarationError
from labreport.steps import judge
from tests.steps.planned import planned


def test_a_claim_becomes_a_file(report_spec, tmp_path):
    options = {"experiments": ["mycnn", "resnet34"], "metric": "val_accuracy", "points": 50}
    spec = report_spec("labreport.claims.within", options, {"mycnn": {}, "resnet34": {"best": 0.7}}, seeds=2)
    out = tmp_path / "claims" / "close.json"
    judge.main(["--spec", planned("judge", spec), "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["name"], found["kind"], found["outcome"]) == ("some_name", "within", "supported")
    assert set(found["reason"]) == {"zh", "en"}
    assert found["values"]["best"] == "mycnn"
    finals = [
        json.loads(path.read_text())["val_accuracy"] for path in tmp_path.glob("results/runs/mycnn/*/summary.json")
    ]
    assert found["values"]["highest"] == pytest.approx(sum(finals) / 2)


def test_an_unknown_kind_is_refused(report_spec, tmp_path):
    spec = report_spec("os", {}, {})
    with pytest.raises(DeclarationError, match=r"labreport\.claims\.within"):
        judge.main(["--spec", planned("judge", spec), "--out", str(tmp_path / "x.json")])
    assert not (tmp_path / "x.json").exists()
