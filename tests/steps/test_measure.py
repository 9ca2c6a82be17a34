from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from labreport.errors import CodeChangedError, TrainingError, run_step
from labreport.planning.code import code_digest
from labreport.planning.keys import canonical, measurement_roots
from labreport.steps.measure import main

COLUMNS = "implementation milliseconds milliseconds_low milliseconds_high operations operations_per_step repeats"


@pytest.fixture(autouse=True)
def process_settings() -> Iterator[None]:
    """The step sets threads for its own process; here it shares one with other tests."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def spec(**changes: Any) -> dict[str, Any]:
    result = {
        "kind": "lstm_cost",
        "target": "labreport.measurements.lstm_cost",
        "parameters": {"batch_size": 2, "length": 6, "embedding": 3, "hidden": 4},
    } | changes
    return result | {"code": code_digest(measurement_roots(result))}


def arguments(what: dict[str, Any], out: Path) -> list[str]:
    return ["--spec", canonical(what), "--name", "cost", "--out", str(out), "--device", "cpu", "--threads", "1"]


def test_a_measurement_leaves_what_the_architecture_says(tmp_path: Path) -> None:
    main(arguments(spec(), tmp_path / "cost"))
    names = {"spec.json", "code.json", "environment.json", "measurement.csv", "SHA256SUMS"}
    assert {path.name for path in (tmp_path / "cost").iterdir()} == names
    assert json.loads((tmp_path / "cost" / "spec.json").read_text()) == spec()
    with open(tmp_path / "cost" / "measurement.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(COLUMNS.split()) <= set(rows[0])
    assert [row["implementation"] for row in rows] == ["packaged", "own", "own_shared"]
    environment = json.loads((tmp_path / "cost" / "environment.json").read_text())
    assert environment["device_type"] == "cpu"
    assert environment["started"] <= environment["finished"]


def test_complete_measurements_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(arguments(spec(), tmp_path / "cost"))
    before = (tmp_path / "cost" / "measurement.csv").read_text()
    assert run_step(main, arguments(spec(), tmp_path / "cost")) == 1
    assert "these results are complete" in capsys.readouterr().err
    assert (tmp_path / "cost" / "measurement.csv").read_text() == before


def test_changed_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError):
        main(arguments(spec() | {"code": "0" * 16}, tmp_path / "cost"))


def test_what_a_spec_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--spec: code, parameters missing"):
        main(["--spec", '{"target": "labreport.x"}', "--name", "cost", "--out", str(tmp_path)])


def test_malformed_spec_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--spec: not JSON"):
        main(["--spec", "[", "--name", "cost", "--out", str(tmp_path)])
