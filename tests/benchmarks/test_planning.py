"""The planning benchmark compares as many runs as it says, and does not time a plan that saw fewer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks import planning
from benchmarks.processes import CommandFailedError, Usage
from benchmarks.project import ROOT
from labreport.artifacts import folders, history
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History
from labreport.declarations.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(planning, "ARMS", 3)
    monkeypatch.setattr(planning, "RUNS", 3 * planning.SEEDS)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    planning.declare(tmp_path, rate=0.001)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_declared_is_a_project_with_that_many_runs_and_their_reasons(project: Path) -> None:
    graph = Graph(Project(project, planning.SETTINGS))
    runs = [one for one in graph.delivered("report/many.pdf").walk() if one.step == "train"]
    assert len(runs) == planning.RUNS
    planning.leave_runs(project)
    assert all(run.is_there(project) for run in runs)
    planning.declare(project, rate=0.002)
    graph = Graph(Project(project, planning.SETTINGS))
    history = History(graph)
    assert {history.why(run) for run in graph.all_runs()} == {"learning_rate 0.001 -> 0.002"}


def test_no_earlier_run_is_read_once_for_each_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planning.leave_runs(project)
    planning.declare(project, rate=0.002)
    graph, reads, read = Graph(Project(project, planning.SETTINGS)), list[Path](), history.read_object
    for module in (folders, history):
        monkeypatch.setattr(module, "read_object", lambda path: reads.append(path) or read(path))
    reasons = History(graph)
    assert all(reasons.why(run) for run in graph.all_runs())
    assert len(set(reads)) == len(reads) == 2 * planning.RUNS


def test_pairs_of_plans_and_dry_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seconds = iter([9.0, 1.0] + [value for pair in range(planning.PAIRS) for value in (1.0 + pair, 2.0)])
    monkeypatch.setattr(planning, "timed", lambda *arguments: next(seconds))
    found = planning.in_pairs("some", 0.44, tmp_path, tmp_path)
    assert found.ratio == 1.5
    assert (found.aim, found.met, found.remark) == (0.44, "no", "pairs from 0.50 to 2.50")


def test_a_plan_that_saw_fewer_runs_is_not_timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(planning, "run", lambda *arguments: Usage(1.0, None, f"train {planning.RUNS - 1} runs"))
    with pytest.raises(CommandFailedError, match="did not see all of 1000"):
        planning.planned(tmp_path)


def test_a_bare_dry_run_sees_every_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(planning, "RUNS", 7)
    (tmp_path / "Snakefile").write_text(planning.BARE.replace("1000", "7"))
    assert planning.dry(tmp_path) > 0
    (tmp_path / "Snakefile").write_text(planning.BARE.replace("1000", "6"))
    with pytest.raises(CommandFailedError):
        planning.dry(tmp_path)
