"""What the web page says of each run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labreport.documents.run_sections import run_sections
from labreport.errors import ResultsError
from labreport.results import Results

SOURCES = {"mycnn": {"training.optimizer": "a.yaml: shared.optimizer", "model.parameters.width": "b.yaml: set"}}


@pytest.fixture
def spec(small_report):
    """Of a report whose first run has few files, with all that may stand in them."""
    found = small_report("", seeds=1)
    folder = Path(found["experiments"]["mycnn"]["runs"][0]["path"])
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    told = {"key": folder.name, "experiment": "mycnn", "seed": 3, "classes": ["a", "b"], "val_accuracy": 0.1234567}
    settings = {
        "training": {"optimizer": {"name": "Adam", "parameters": {}}, "betas": [0.9, 0.999], "clip": None},
        "nothing": [],
        "flip": True,
        "parameters": 21282122,
        "model": {"parameters": {"width": 8, "depth": 2}},
    }
    files = {"summary": {**summary, **told}, "spec": settings, "environment": {"device": "GPU <A>"}}
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    (folder / "train.log").write_text("epoch 1/2 <b>\n", encoding="utf-8")
    lines = ("epoch,step,train_loss,val_loss,note", "1,1234567,0.5,-12345678,x y", "2,-7,1e-7,-0.000123456,nan")
    (folder / "metrics.csv").write_text("\n".join(lines), encoding="utf-8")
    return found


def test_a_section_has_all_that_a_run_states(spec):
    first, second = run_sections(Results(spec), SOURCES)
    run = spec["experiments"]["mycnn"]["runs"][0]
    assert (first.key, first.experiment, first.seed, first.folder) == (run["key"], "mycnn", 3, run["path"])
    assert (second.experiment, len(second.epochs)) == ("resnet34", 7)
    assert not {"key", "experiment", "seed"} & dict(first.results).keys()
    results = dict(first.results)
    assert (results["val_accuracy"], results["classes"], results["train_samples"]) == ("0.12346", "a, b", "50000")
    assert first.settings == [
        ("training.optimizer.name", "Adam", "a.yaml: shared.optimizer"),
        ("training.optimizer.parameters", "{}", "a.yaml: shared.optimizer"),
        ("training.betas", "0.9, 0.999", ""),
        ("nothing", "–", ""),
        ("flip", "True", ""),
        ("parameters", "21282122", ""),
        ("model.parameters.width", "8", "b.yaml: set"),
        ("model.parameters.depth", "2", ""),
    ]
    assert first.environment == [("device", "GPU <A>")]
    assert first.epochs == [
        ["epoch", "step", "train_loss", "val_loss", "note"],
        ["1", "1234567", "0.5", "-12345678", "x y"],
        ["2", "-7", "1e-07", "-0.00012346", "nan"],
    ]
    assert first.classes[0] == ["class", "samples", "correct", "accuracy"]
    assert first.log == "epoch 1/2 <b>\n"


def test_a_measure_is_drawn_over_the_epochs_as_far_as_it_is_a_number(spec):
    lines = "epoch,train_loss,val_loss,train_accuracy\n1,2,4,0.5\n2,inf,3,0.5\n3,1,2,0.5\n"
    (Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "metrics.csv").write_text(lines, encoding="utf-8")
    first, _ = run_sections(Results(spec), SOURCES)
    points = {"train_loss": "0.0,80.0 300.0,120.0", "val_loss": "0.0,0.0 150.0,40.0 300.0,80.0"}
    assert [curve[:4] for curve in first.curves] == [("loss", "1", "4", points)]  # the accuracy did not change


@pytest.mark.parametrize(("asked", "computed", "told"), [("bf16", "fp32", "bf16"), ("bf16", "bf16", "")])
def test_a_precision_that_was_not_computed_is_told(spec, asked, computed, told):
    folder = Path(spec["experiments"]["mycnn"]["runs"][0]["path"])
    (folder / "spec.json").write_text(json.dumps({"training": {"precision": asked}}), encoding="utf-8")
    (folder / "environment.json").write_text(json.dumps({"precision": computed}), encoding="utf-8")
    assert run_sections(Results(spec), SOURCES)[0].asked == told


def test_a_run_that_two_experiments_share_has_one_section(spec):
    spec["experiments"]["resnet34"]["runs"] = spec["experiments"]["mycnn"]["runs"]
    assert [one.experiment for one in run_sections(Results(spec), SOURCES)] == ["mycnn"]


def test_a_run_without_epochs_has_none(spec):
    folder = Path(spec["experiments"]["mycnn"]["runs"][0]["path"])
    (folder / "metrics.csv").unlink()
    (folder / "environment.json").write_text("[]", encoding="utf-8")
    first, _ = run_sections(Results(spec), SOURCES)
    assert (first.curves, first.epochs, first.environment) == ([], [], [])


def test_a_file_that_cannot_be_read_is_named(spec):
    file = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "environment.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(
        ResultsError, match=r"environment\.json: cannot be read \(.*\); build the report again to train"
    ):
        run_sections(Results(spec), SOURCES)
