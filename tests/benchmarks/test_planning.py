"""The planning benchmark compares as many runs as it says, and does not time a plan that saw fewer."""

from __future__ import annotations

import shutil

import pytest

from benchmarks import planning
from benchmarks.processes import CommandFailedError, Usage
from labreport.declarations.project import load
from labreport.planning.history import History
from labreport.planning.plan import Plan
from tests.declarations.conftest import PROJECT


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "ARMS", 3)
    monkeypatch.setattr(planning, "RUNS", 3 * planning.SEEDS)
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    planning.declare(tmp_path, rate=0.001)
    return tmp_path


def test_what_is_declared_is_a_project_with_that_many_runs_and_their_reasons(project):
    runs = list(Plan(load(project, planning.SETTINGS)).report_runs(["arm0", "arm1", "arm2"]))
    assert len({run.key for run in runs}) == planning.RUNS
    planning.leave_runs(project)
    assert all(run.is_there(project) for run in runs)
    planning.declare(project, rate=0.002)
    plan = Plan(load(project, planning.SETTINGS))
    history = History(plan)
    assert {history.why(run) for run in plan.report_runs(plan.runs)} == {"learning_rate 0.001 -> 0.002"}


def test_the_ratio_is_the_median_of_pairs_and_the_first_pair_is_not_counted(monkeypatch, tmp_path):
    seconds = iter([9.0, 1.0] + [value for pair in range(planning.PAIRS) for value in (1.0 + pair, 2.0)])
    monkeypatch.setattr(planning, "timed", lambda *arguments: next(seconds))
    found = planning.in_pairs("some", tmp_path, tmp_path)
    assert found.ratio == 1.5
    assert found.aim == "at most 1.5 (pairs from 0.50 to 2.50)"


def test_a_plan_that_saw_fewer_runs_is_not_timed(monkeypatch, tmp_path):
    monkeypatch.setattr(planning, "run", lambda *arguments: Usage(1.0, None, f"train {planning.RUNS - 1} runs"))
    with pytest.raises(CommandFailedError, match="did not see all of 1000"):
        planning.planned(tmp_path)


def test_a_bare_dry_run_sees_every_job(monkeypatch, tmp_path):
    monkeypatch.setattr(planning, "RUNS", 7)
    (tmp_path / "Snakefile").write_text(planning.BARE.replace("1000", "7"))
    assert planning.dry(tmp_path) > 0
    (tmp_path / "Snakefile").write_text(planning.BARE.replace("1000", "6"))
    with pytest.raises(CommandFailedError):
        planning.dry(tmp_path)
