"""The step that gathers all runs of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from labreport.errors import run_step
from labreport.steps import gather
from tests.fabricated import add_pairs
from tests.steps.planned import planned


@pytest.fixture
def spec(report_spec):
    experiments = {"mycnn": {"epochs": 4}, "bilstm2": {"epochs": 3, "classes": ("negative", "positive")}}
    return report_spec("", {}, experiments, seeds=2)


def run(spec, out):
    return run_step(gather.main, ["--spec", planned("gather", spec), "--out", str(out)])


def test_three_frames_hold_every_run(spec, tmp_path):
    assert run(spec, tmp_path / "report") == 0
    frames = {path.stem: pd.read_csv(path) for path in (tmp_path / "report").iterdir()}
    assert {name: len(frame) for name, frame in frames.items()} == {
        "metrics": 2 * 4 + 2 * 3,
        "runs": 4,
        "per_class": 2 * 10 + 2 * 2,
    }
    for frame in frames.values():
        assert list(frame.columns[:2]) == ["experiment", "seed"]
        assert list(frame["experiment"].unique()) == ["mycnn", "bilstm2"]
    runs = frames["runs"].set_index(["experiment", "seed"])
    assert runs.loc[("bilstm2", 1), "device"] == "Test CPU"
    assert "classes" not in runs.columns
    last = frames["metrics"].groupby(["experiment", "seed"])["val_accuracy"].last()
    for place, value in last.items():
        assert runs.loc[place, "val_accuracy"] == pytest.approx(value)


def test_pairs_stand_beside_classes_and_have_none(spec, tmp_path):
    add_pairs(spec, tmp_path, "sts_ours", seeds=2, epochs=3)
    assert run(spec, tmp_path / "report") == 0
    frames = {path.stem: pd.read_csv(path) for path in (tmp_path / "report").iterdir()}
    assert {name: len(frame) for name, frame in frames.items()} == {"metrics": 20, "runs": 6, "per_class": 24}
    assert "sts_ours" not in set(frames["per_class"]["experiment"])
    of_pairs = frames["metrics"].query("experiment == 'sts_ours'")
    assert of_pairs["test_pearson"].notna().all()
    assert of_pairs["val_accuracy"].isna().all()
    best = of_pairs.loc[of_pairs.groupby("seed")["val_pearson"].idxmax()].set_index("seed")["test_pearson"]
    summary = frames["runs"].query("experiment == 'sts_ours'").set_index("seed")["test_pearson"]
    pd.testing.assert_series_equal(best, summary)


def test_a_report_of_pairs_alone_has_no_classes(spec, tmp_path):
    spec["experiments"] = {}
    add_pairs(spec, tmp_path, "sts_ours")
    assert run(spec, tmp_path / "report") == 0
    per_class = pd.read_csv(tmp_path / "report" / "per_class.csv")
    assert per_class.empty
    assert list(per_class.columns) == ["experiment", "seed"]


def test_no_experiments_is_empty_frames(spec, tmp_path):
    assert run({**spec, "experiments": {}}, tmp_path / "report") == 0
    assert pd.read_csv(tmp_path / "report" / "metrics.csv").empty


def test_a_damaged_run_is_one_message_and_writes_nothing(spec, tmp_path, capsys):
    (tmp_path / "results" / "runs").rename(tmp_path / "moved")
    assert run(spec, tmp_path / "report") == 1
    assert "mycnn: no finished run" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_where_a_run_was_taken_up_again_is_no_column(spec, tmp_path):
    path = Path(spec["experiments"]["mycnn"]["runs"][0]["path"]) / "environment.json"
    environment = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**environment, "resumed": [{"epoch": 2, "at": "2026-01-01", "device": "cpu"}]}))
    assert run(spec, tmp_path / "report") == 0
    assert "resumed" not in pd.read_csv(tmp_path / "report" / "runs.csv").columns
