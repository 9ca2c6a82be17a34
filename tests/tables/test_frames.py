"""All runs of a report in three frames."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from labreport.errors import ResultsError
from labreport.results import Results
from labreport.tables.frames import frames
from tests.conftest import SEEDS
from tests.fabricated import add_pairs


@pytest.fixture
def spec(report_spec):
    experiments = {"mycnn": {"epochs": 4}, "bilstm2": {"epochs": 3, "classes": ("negative", "positive")}}
    return report_spec("", {}, experiments, seeds=2)


def read(spec):
    return {name: pd.read_csv(io.StringIO(text)) for name, text in frames(Results(spec)).items()}


def test_three_frames_hold_every_run(spec):
    found = read(spec)
    sizes = {"metrics": 2 * 4 + 2 * 3, "runs": 4, "per_class": 2 * 10 + 2 * 2}
    assert {name: len(frame) for name, frame in found.items()} == sizes
    for frame in found.values():
        assert list(frame.columns[:2]) == ["experiment", "seed"]
        assert list(frame["experiment"].unique()) == ["mycnn", "bilstm2"]
        assert set(frame["seed"]) == set(SEEDS[:2])
    runs = found["runs"].set_index(["experiment", "seed"])
    assert runs.loc[("bilstm2", SEEDS[1]), "device"] == "Test CPU"
    assert "classes" not in runs.columns
    last = found["metrics"].groupby(["experiment", "seed"])["val_accuracy"].last()
    for place, value in last.items():
        assert runs.loc[place, "val_accuracy"] == pytest.approx(value)


def test_pairs_stand_beside_classes_and_have_none(spec, tmp_path):
    add_pairs(spec, tmp_path, "sts_ours", seeds=2, epochs=3)
    found = read(spec)
    assert {name: len(frame) for name, frame in found.items()} == {"metrics": 20, "runs": 6, "per_class": 24}
    assert "sts_ours" not in set(found["per_class"]["experiment"])
    of_pairs = found["metrics"].query("experiment == 'sts_ours'")
    assert of_pairs["test_pearson"].notna().all()
    assert of_pairs["val_accuracy"].isna().all()
    best = of_pairs.loc[of_pairs.groupby("seed")["val_pearson"].idxmax()].set_index("seed")["test_pearson"]
    summary = found["runs"].query("experiment == 'sts_ours'").set_index("seed")["test_pearson"]
    pd.testing.assert_series_equal(best, summary)


def test_what_is_not_there_is_an_empty_frame(spec, tmp_path):
    spec["experiments"] = {}
    assert read(spec)["metrics"].empty
    add_pairs(spec, tmp_path, "sts_ours")
    per_class = read(spec)["per_class"]
    assert (len(per_class), list(per_class.columns)) == (0, ["experiment", "seed"])


def test_a_run_that_is_gone_is_named(spec, tmp_path):
    (tmp_path / "results" / "runs").rename(tmp_path / "moved")
    with pytest.raises(ResultsError, match="mycnn: no finished run"):
        frames(Results(spec))


def test_where_a_run_was_taken_up_again_or_adopted_is_no_column(spec):
    for run in Results(spec).runs("mycnn"):
        path = run.path / "environment.json"
        more = {"resumed": [{"epoch": 2, "at": "2026-01-01", "device": "cpu"}], "adopted": {"from": "elsewhere"}}
        path.write_text(json.dumps(json.loads(path.read_text()) | more))
    assert not {"resumed", "adopted"} & set(read(spec)["runs"].columns)
