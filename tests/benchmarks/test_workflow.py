"""What is compared of whole workflows: a run that did not do what it is timed for is no measurement."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import workflow
from benchmarks.processes import CommandFailedError, Usage
from benchmarks.project import ROOT

Runs = Callable[..., Usage]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in ((workflow.PROSE, "# 标题\n\n一句话。\n又一句。\n"), (workflow.REPORT[0], "older")):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_first_report_is_compared_with_the_training_in_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], folder: Path, environment: dict[str, str], *, memory: bool) -> Usage:
        for name, seconds in (("one", 20.0), ("two", 30.0)):
            (folder / "results/runs/cnn" / name).mkdir(parents=True)
            (folder / "results/runs/cnn" / name / "summary.json").write_text(json.dumps({"seconds": seconds}))
        return Usage(90.0, 1_500_000_000, "")

    monkeypatch.setattr(workflow, "run", run)
    time, memory = workflow.first(project)
    assert (time.measured, time.compared_with, time.ratio) == ("90 s", "50 s of training in 2 runs", 1.8)
    assert (time.aim, time.met, time.remark) == (pytest.approx(2.1), "yes", "1.8 times and 15 s")
    assert (memory.measured, memory.ratio) == ("1.50 GB", 0.5)


def test_all_reports_and_a_start_are_compared_with_what_is_allowed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides of the start slow down together in the middle of the measurement; the ratio does not see it."""
    monkeypatch.setattr(workflow, "run", lambda *arguments: Usage(75.0, None, ""))
    assert [row.ratio for row in workflow.every(project)] == [0.5]
    times = iter([1.0, *(value for pair in range(9) for value in ((3.0, 2.0) if pair < 3 else (6.0, 4.0)))])
    monkeypatch.setattr(workflow, "run", lambda *arguments: Usage(next(times), None, workflow.NOTHING))
    monkeypatch.setattr(workflow, "changed", lambda folder, number, form: 2.0 + number)
    (project / "trivial").mkdir()
    start, pdf, html = workflow.again(project, project / "trivial")
    assert (start.measured, start.compared_with, start.ratio) == ("6.00 s", "4.00 s, one trivial rule", 1.5)
    assert (pdf.measured, pdf.ratio, html.measured, html.ratio) == ("3.00 s", 0.75, "6.00 s", 2.0)


def test_a_start_that_did_something_is_not_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "run", lambda *arguments: Usage(1.0, None, "1 of 1 steps (100%) done"))
    with pytest.raises(CommandFailedError, match="did something"):
        workflow.started(tmp_path)


@pytest.mark.parametrize("form", ["pdf", "html"])
def test_a_changed_word_is_in_the_document(form: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / f"report/practice1.{form}").write_text("older", encoding="utf-8")

    def run(command: list[str], folder: Path, environment: dict[str, str]) -> Usage:
        (folder / f"report/practice1.{form}").write_bytes((folder / workflow.PROSE).read_bytes())
        return Usage(3.5, None, "")

    monkeypatch.setattr(workflow, "run", run)
    assert workflow.changed(project, 0, form) == workflow.changed(project, 1, form) == 3.5
    assert (project / workflow.PROSE).read_text(encoding="utf-8") == "# 标题\n\n一句话（0）（1）。\n又一句。\n"
    monkeypatch.setattr(workflow, "run", lambda *arguments: Usage(1.0, None, ""))
    with pytest.raises(CommandFailedError, match="is the same"):
        workflow.changed(project, 2, form)


def test_the_prose_has_a_sentence_to_change() -> None:
    assert workflow.SENTENCE.search((ROOT / workflow.PROSE).read_text(encoding="utf-8"))
