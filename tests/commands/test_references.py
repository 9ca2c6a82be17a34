"""What is in use: by a declaration at any scale, or by a report that is there."""

from __future__ import annotations

import json

import pytest

from labreport.commands.command import main
from labreport.planning.keys import key_of
from tests.commands.leaving import OTHER, change, from_other_code, listed, put
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


@pytest.mark.parametrize("scale", ["demo", "lite", "cpu", "full"])
def test_every_seed_of_every_scale_is_in_use(project, scale):
    """As after nights at one scale with seeds that were given, and then a report at another scale."""
    project.train(project.plan())
    project.train(project.plan(scale=scale, seeds=[1, 5, 7]), "cnn3")
    project.make(project.plan())
    assert listed(project) == {}
    assert listed(project, seeds=[2]) == {}


def test_a_stopped_attempt_with_another_seed_is_in_use(project):
    plan = project.plan(scale="lite", seeds=[3])
    (run,) = plan.runs["cnn3"]
    put(project, f"{run.folder}.part/spec.json", json.dumps(run.spec))
    put(project, f"{run.data.folder}/dataset.json")
    put(project, f"results/checkpoints/{run.address}/1.pt")
    assert listed(project) == {}


def test_what_an_edit_of_code_left_behind_is_told_apart(project):
    plan = project.plan(seeds=[0, 4])
    runs = project.train(plan, "cnn3")
    moved = [from_other_code(project, run) for run in runs]
    put(project, f"results/checkpoints/resnet_small/{OTHER}/1.pt")
    checkpoint = put(project, f"{moved[1].replace('runs', 'checkpoints')}/1.pt").parent
    found = listed(project)
    assert {path for path, one in found.items() if one.superseded} == set(moved)
    assert not found[checkpoint.relative_to(project.root).as_posix()].superseded  # the run is complete
    change(project)
    assert not any(one.superseded for one in listed(project).values())


def test_data_by_other_code_belong_to_the_runs_that_were_trained_on_them(project):
    (run,) = project.train(project.plan(), "cnn3")
    about = json.loads((project.root / run.data.file("dataset.json")).read_text())
    about["spec"]["code"] = "e" * 16
    key = key_of(about["spec"])
    data = put(project, f"results/data/cifar10/{key}/dataset.json", json.dumps(about)).parent
    spec = {**run.spec, "data": {"dataset": "cifar10", "key": key}}
    folder = f"results/runs/cnn3/{key_of(spec)}"
    put(project, f"{folder}/spec.json", json.dumps(spec))
    own = data.relative_to(project.root).as_posix()
    assert {path: one.superseded for path, one in listed(project).items()} == {own: True, folder: True}
    about["spec"]["parameters"]["train_per_class"] = 3
    (data / "dataset.json").write_text(json.dumps(about))
    assert {path: one.superseded for path, one in listed(project).items()} == {own: False, folder: False}
    (data / "dataset.json").unlink()
    assert listed(project)[folder].superseded  # nothing tells that its data were others


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


def test_runs_behind_a_published_section_are_in_use_while_it_is_on_the_page(project):
    lite, demo = project.plan(scale="lite"), project.plan()
    for plan in (lite, demo):
        project.train(plan)
        project.make(plan)
        project.publish(plan)
    change(project)
    for name in ("report/own.en.md", "results/records/gather/own.json"):
        (project.root / name).unlink()
    assert listed(project) == {}
    page = project.root / "docs/results.md"
    page.write_text(page.read_text().replace("begin own lite", "begun own lite"))
    assert set(listed(project)) == {run.folder for run in lite.report_runs(["cnn3", "resnet_small"])}


def test_a_report_whose_declaration_is_gone_keeps_its_runs_while_it_is_there(project):
    plan = project.plan()
    project.train(plan)
    project.make(plan)
    project.write("reports/next.yaml", (project.root / "config/reports/own.yaml").read_text())
    (project.root / "config/reports/own.yaml").unlink()
    change(project)
    assert listed(project) == {}
    (project.root / "report/own.en.md").unlink()
    for path in (project.root / "report").rglob("*.svg"):
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
