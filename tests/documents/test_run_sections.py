"""What the web page says of each run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labreport.documents.run_sections import run_sections
from labreport.errors import ResultsError
from labreport.results import Results


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
    }
    files = {"summary": {**summary, **told}, "spec": settings, "environment": {"device": "GPU <A>"}}
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    lines = ("epoch,step,loss,shift,note", "1,1234567,0.123456789,-12345678,x y", "2,-7,1e-7,-0.000123456,nan")
    (folder / "metrics.csv").write_text("\n".join(lines), encoding="utf-8")
    return found


def test_a_section_has_all_that_a_run_states(spec):
    first, second = run_sections(Results(spec))
    run = spec["experiments"]["mycnn"]["runs"][0]
    assert (first.key, first.experiment, first.seed, first.folder) == (run["key"], "mycnn", 3, run["path"])
    assert (second.experiment, len(second.epochs)) == ("resnet34", 6)
    assert not {"key", "experiment", "seed"} & dict(first.results).keys()
    results = dict(first.results)
    assert (results["val_accuracy"], results["classes"], results["train_samples"]) == ("0.12346", "a, b", "50000")
    assert first.settings == [
        ("training.optimizer.name", "Adam"),
        ("training.optimizer.parameters", "{}"),
        ("training.betas", "0.9, 0.999"),
        ("nothing", "–"),
        ("flip", "True"),
        ("parameters", "21282122"),
    ]
    assert first.environment == [("device", "GPU <A>")]
    assert first.columns == ["epoch", "step", "loss", "shift", "note"]
    assert first.epochs == [
        ["1", "1234567", "0.12346", "-12345678", "x y"],
        ["2", "-7", "1e-07", "-0.00012346", "nan"],
    ]


def test_a_run_that_two_experiments_share_has_one_section(spec):
    spec["experiments"]["resnet34"]["runs"] = spec["experiments"]["mycnn"]["runs"]
    assert [one.experiment for one in run_sections(Results(spec))] == ["mycnn"]


def test_a_run_without_epochs_has_none(spec):
    folder = Path(spec["experiments"]["mycnn"]["runs"][0]["path"])
    (folder / "metrics.csv").unlink()
    (folder / "environment.json").write_text("[]", encoding="utf-8")
    first, _ = run_sections(Results(spec))
    assert (first.columns, first.epochs, first.environment) == ([], [], [])


def test_a_file_that_cannot_be_read_is_named(spec):
    file = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "environment.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(
        ResultsError, match=r"environment\.json: cannot be read \(.*\); build the report again to train"
    ):
        run_sections(Results(spec))
