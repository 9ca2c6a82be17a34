from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from labreport.artifacts.artifact import roots
from labreport.artifacts.code import covered
from labreport.errors import CodeChangedError, run_step
from labreport.files import read_json
from labreport.machine.outcome import is_receipted, receipt
from labreport.steps.long import measure
from labreport.steps.step import Job, main
from tests.small_runs import rows
from tests.steps.planned import arguments, planned

COLUMNS = "implementation milliseconds milliseconds_low milliseconds_high operations operations_per_step repeats"
SPEC = {
    "kind": "lstm_cost",
    "target": "labreport.measurements.lstm_cost",
    "parameters": {"batch_size": 2, "length": 6, "embedding": 3, "hidden": 4},
}


@pytest.fixture(autouse=True)
def process_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The step sets threads for its own process; here it shares one with other tests, and computes on the CPU."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setattr("labreport.machine.process.choose_device", lambda: torch.device("cpu"))
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return planned("measure", SPEC, tmp_path / "cost")


def test_a_measurement_leaves_what_the_architecture_says(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_step(main, arguments(job)) == 0
    names = {"spec.json", "code.json", "environment.json", "measurement.csv", "SHA256SUMS"}
    assert {path.name for path in job.out.iterdir()} == names
    assert is_receipted(job.out)
    assert read_json(job.out / "spec.json") == job.spec
    assert read_json(job.out / "code.json") == covered(roots("measure", SPEC))
    found = rows(job.out / "measurement.csv")
    assert set(COLUMNS.split()) <= set(found[0])
    assert [row["implementation"] for row in found] == ["packaged", "own", "own_shared"]
    environment = read_json(job.out / "environment.json")
    assert (environment["device_type"], environment["threads"]) == ("cpu", 1)
    assert environment["started"] <= environment["finished"]
    said = [line.split()[:4] for line in capsys.readouterr().out.splitlines()]
    assert said == [["my", "measure", "implementation", row["implementation"]] for row in found]


def test_complete_measurements_are_kept_until_they_are_measured_again(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measure(job)
    before = (job.out / "SHA256SUMS").read_bytes()
    receipt(job.out).unlink()  # by accident
    measure(job)
    assert "is complete already" in capsys.readouterr().out
    assert ((job.out / "SHA256SUMS").read_bytes(), is_receipted(job.out)) == (before, True)
    with monkeypatch.context() as patched:
        patched.setattr("labreport.measurements.lstm_cost.measure", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            measure(job)
    assert (job.out / "SHA256SUMS").read_bytes() == before
    measure(job)
    assert (job.out / "SHA256SUMS").read_bytes() != before


def test_changed_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodeChangedError):
        measure(planned("measure", SPEC | {"code": "0" * 16}, tmp_path / "cost"))
    assert list(tmp_path.iterdir()) == []
