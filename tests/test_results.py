"""Reading runs: several seeds, missing runs, damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from labreport.errors import ResultsError
from labreport.results import Results


@pytest.fixture
def spec(report_spec):
    return report_spec("labreport.figures.curves", {}, {"mycnn": {}, "resnet34": {"epochs": 4}}, seeds=2)


def test_frames_hold_a_seed_column_and_all_rows(spec):
    results = Results(spec)
    metrics = results.metrics("resnet34")
    assert list(metrics["seed"]) == [0] * 4 + [1] * 4
    assert list(metrics["epoch"]) == [1, 2, 3, 4] * 2
    first = pd.read_csv(Path(spec["experiments"]["resnet34"]["runs"][0]["path"]) / "metrics.csv")
    pd.testing.assert_frame_equal(metrics.query("seed == 0")[first.columns], first)
    assert set(results.per_class("mycnn").columns) >= {"class", "samples", "correct", "accuracy", "seed"}
    assert len(results.confusion("mycnn")) == 2 * 100
    assert list(results.summary("mycnn")["seed"]) == [0, 1]
    assert list(results.environment("mycnn")["git_dirty"]) == [False, True]
    assert results.run_spec("mycnn")["training"]["batch_size"] == 128
    assert results.experiments == ["mycnn", "resnet34"]


def test_the_last_metrics_row_is_the_summary(spec):
    results = Results(spec)
    last = results.metrics("mycnn").groupby("seed").last()["val_accuracy"]
    assert list(last) == pytest.approx(list(results.summary("mycnn")["val_accuracy"]))


def test_published_values_are_only_numbers(spec):
    results = Results(spec)
    assert results.published("mycnn") == {"val_accuracy": 0.8442, "seconds": 868.96}
    spec["experiments"]["mycnn"]["published"] = None
    assert results.published("mycnn") == {}


def test_curve_is_none_where_nothing_is_published(spec):
    spec["experiments"]["mycnn"]["curve"] = None
    assert Results(spec).curve("mycnn") is None
    assert list(Results(spec).curve("resnet34")["epoch"]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("scale", "source", "comparable", "real"),
    [("full", "archive", True, True), ("mine", "archive", False, True), ("demo", "sample", False, False)],
)
def test_what_a_scale_may_be_compared_with(scale, source, comparable, real):
    results = Results({"scale": scale, "source": source})
    assert (results.comparable, results.real_data) == (comparable, real)


def test_when_everything_finished(report_spec, cost_folder):
    spec = report_spec("", {}, {"mycnn": {}}, seeds=2)
    spec["measurements"] = {"lstm_cost": str(cost_folder)}
    (cost_folder / "environment.json").write_text('{"finished": "2026-02-03T00:00:00Z"}', encoding="utf-8")
    assert Results(spec).finished == ["2026-01-01T00:01:00Z"] * 2 + ["2026-02-03T00:00:00Z"]


def test_a_run_that_did_not_record_its_threads_is_read(report_spec):
    spec = report_spec("", {}, {"mycnn": {}})
    path = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "environment.json"
    old = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key != "threads"}
    path.write_text(json.dumps(old), encoding="utf-8")
    assert list(Results(spec).environment("mycnn")["threads"]) == [None]


def test_an_absent_run_is_counted_and_left_out(spec):
    runs = spec["experiments"]["mycnn"]["runs"]
    runs[1]["path"] += "-absent"
    results = Results(spec)
    assert results.missing("mycnn") == 1
    assert list(results.summary("mycnn")["seed"]) == [0]
    runs[0]["path"] += "-absent"
    with pytest.raises(ResultsError, match=r"mycnn: no finished run .*-absent"):
        results.metrics("mycnn")


def test_an_unknown_experiment_names_those_that_are_there(spec):
    with pytest.raises(ResultsError, match="no experiment 'lenet' here; there are: mycnn, resnet34"):
        Results(spec).metrics("lenet")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("metrics.csv", None, "metrics.csv: no such file"),
        ("metrics.csv", "", "metrics.csv: cannot be read as CSV"),
        (
            "metrics.csv",
            "epoch,train_loss\n1,2\n",
            "metrics.csv: column train_accuracy.* is missing; found: epoch, train_loss",
        ),
        ("per_class.csv", "class,samples,correct,accuracy\n", "per_class.csv: has no rows"),
        (
            "per_class.csv",
            "class,samples,correct,accuracy\ncat,x,1,0.5\n",
            "per_class.csv: column samples holds something",
        ),
        (
            "per_class.csv",
            "class,samples,correct,accuracy\ncat,2,1,\n",
            "per_class.csv: line 2: column accuracy is empty",
        ),
        ("summary.json", "{", "summary.json: cannot be read as JSON"),
        ("summary.json", "[]", "summary.json: holds a list"),
        ("summary.json", "{}", "summary.json: experiment, seed.* is missing"),
        ("environment.json", None, "environment.json: no such file"),
    ],
)
def test_a_damaged_file_is_named(spec, file, content, message):
    path = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / file
    path.unlink()
    if content is not None:
        path.write_text(content)
    results = Results(spec)
    read = {
        "metrics.csv": results.metrics,
        "per_class.csv": results.per_class,
        "summary.json": results.summary,
        "environment.json": results.environment,
    }[file]
    with pytest.raises(ResultsError, match=message):
        read("mycnn")


def test_a_class_named_like_a_missing_value_stays_a_name(spec):
    path = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "per_class.csv"
    path.write_text("class,samples,correct,accuracy\nNA,2,1,0.5\n1,2,1,0.5\n")
    assert list(Results(spec).per_class("mycnn")["class"])[:2] == ["NA", "1"]


def test_measurement_and_dataset(spec, cost_folder, tmp_path):
    spec["measurements"] = {"lstm_cost": str(cost_folder)}
    (tmp_path / "dataset.json").write_text(
        json.dumps({"dataset": "cifar10", "classes": ["a"], "train_counts": [1], "test_counts": [1]})
    )
    spec["data"] = {"cifar10": str(tmp_path)}
    results = Results(spec)
    assert list(results.measurement("lstm_cost")["implementation"]) == ["packaged", "own"]
    assert results.dataset("cifar10")["classes"] == ["a"]
    with pytest.raises(ResultsError, match="no 'gru' among the measurements here; there are: lstm_cost"):
        results.measurement("gru")
    with pytest.raises(ResultsError, match=r"measurement\.csv: column joules is missing"):
        results.measurement("lstm_cost", ("joules",))
