"""What is in use: by a declaration at any scale, or by a report that is there."""

from __future__ import annotations

import pytest

from labreport.commands.command import main
from tests.commands.leaving import change, listed
from tests.declarations.conftest import set_at


def test_what_is_declared_is_in_use(project, capsys):
    project.train(project.plan())
    assert listed(project) == {}
    assert main(["prune", "--delete"]) == 0
    assert capsys.readouterr().out == "nothing to remove: all results are in use\n"


@pytest.mark.parametrize("scale", ["demo", "lite", "cpu", "full"])
def test_every_scale_is_in_use(project, scale):
    project.train(project.plan(scale=scale))
    assert listed(project) == {}


def test_seeds_that_are_configured_or_given_are_in_use(project):
    plan = project.plan(seeds=[0, 1, 2])
    project.train(plan, "cnn3")
    folders = [run.folder for run in plan.runs["cnn3"]]
    assert set(listed(project)) == set(folders[1:])
    assert set(listed(project, seeds=[2])) == {folders[1]}


def test_runs_that_a_finished_report_is_made_from_are_in_use(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    change(project)  # no runs under the new settings yet
    assert listed(project) == {}
    runs = project.plan().runs
    project.train(project.plan(), "cnn3", "resnet_small")
    project.make(project.plan())
    old = {run.folder for name in ("cnn3", "resnet_small") for run in plan.runs[name]}
    assert set(listed(project)) == old
    assert not old & {run.folder for name in ("cnn3", "resnet_small") for run in runs[name]}


def test_a_report_whose_declaration_is_gone_keeps_its_runs_while_it_is_there(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.write("reports/next.yaml", (project.root / "config/reports/own.yaml").read_text())
    (project.root / "config/reports/own.yaml").unlink()
    change(project)
    assert listed(project) == {}
    (project.root / "report/own.en.md").unlink()
    for path in (project.root / "report/own").rglob("*.svg"):
        path.unlink()
    assert set(listed(project)) == {run.folder for run in plan.report_runs(["cnn3", "resnet_small"])}


def test_data_of_a_run_in_use_are_in_use(project):
    """As of a recorded run whose data no declaration leads to any more."""
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.edit("datasets.yaml", set_at(["cifar10", "sample", "parameters", "seed"], 99))
    data = plan.runs["cnn3"][0].data.folder
    assert project.plan().runs["cnn3"][0].data.folder != data
    assert listed(project) == {}
    for path in (project.root / "results/records").rglob("*.json"):
        path.unlink()
    assert {data, plan.runs["cnn3"][0].folder} <= set(listed(project))
