"""Why a run is to be trained, told from the runs that are there."""

from __future__ import annotations

import json

import pytest

from labreport.declarations.project import load
from labreport.planning.history import History, kept_epoch
from labreport.planning.plan import Plan
from tests.declarations.conftest import Copy, set_at
from tests.planning.earlier import checkpoint, leave, outcome, write


@pytest.fixture
def project(tmp_path):
    return Copy(tmp_path / "project")


def planned(project, **overrides):
    return Plan(load(project.root, {"scale": "full", **overrides}))


def left(project, *names, **overrides):
    """The plan of the declarations as they stand, of which some experiments' runs are left finished."""
    plan = planned(project, **overrides)
    for run in plan.report_runs(names):
        leave(plan, run)
    return plan


def said(project, name, **overrides):
    plan = planned(project, **overrides)
    return [History(plan).why(run) for run in plan.runs[name]]


def edited_before(project, name, spec=None, meanings=None):
    """Change what the one run of an experiment that is there says it was."""
    (folder,) = (project.root / "results/runs" / name).iterdir()
    for file, change in (("spec.json", spec), ("code.json", meanings)):
        if change:
            value = json.loads((folder / file).read_text())
            change(value)
            (folder / file).write_text(json.dumps(value))


ARM = "experiments/small.yaml"
SHARED = [
    (["learning_rate"], 0.0005, "learning_rate 0.001 -> 0.0005"),
    (["epochs"], 40, "epochs 30 -> 40"),
    (["optimizer"], {"name": "SGD"}, "optimizer Adam -> SGD"),
    (["optimizer"], {"name": "Adam", "parameters": {"weight_decay": 0.1}}, "optimizer weight_decay not set -> 0.1"),
    (["schedule"], {"name": "StepLR", "parameters": {"step_size": 2}}, "schedule none -> StepLR"),
    (["augment"], [{"name": "crop", "padding": 2}, {"name": "flip", "p": 0.5}], "augment crop padding 4 -> 2"),
    (["augment"], [{"name": "crop", "padding": 4}], "augment flip taken away"),
    (["normalize"], None, "normalize changed"),
    (["precision"], "fp32", "precision bf16 -> fp32"),
    (["data"], {"train_per_class": 100}, "data train_per_class none -> 100"),
]


@pytest.mark.parametrize(("path", "value", "words"), SHARED, ids=[words for _, _, words in SHARED])
def test_a_changed_setting_is_told_with_both_values(project, path, value, words):
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", *path], value))
    assert said(project, "cnn3") == [words]


def test_several_changes_are_joined(project):
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.01))
    assert said(project, "cnn3") == ["epochs 30 -> 40, learning_rate 0.001 -> 0.01"]


def test_two_values_that_are_swapped_are_two_changes(project):
    decayed = {"name": "Adam", "parameters": {"weight_decay": 0.1}}
    project.edit(ARM, set_at(["shared", "optimizer"], decayed))
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.1))
    project.edit(ARM, set_at(["shared", "optimizer", "parameters", "weight_decay"], 0.001))
    assert said(project, "cnn3") == ["learning_rate 0.001 -> 0.1, optimizer weight_decay 0.1 -> 0.001"]


def test_an_experiment_without_any_run_was_never_run(project):
    left(project, "cnn3")
    assert said(project, "resnet_small") == ["never run"]


def test_a_seed_that_was_added_is_new_and_the_other_is_compared(project):
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    assert said(project, "cnn3", seeds=[0, 7]) == ["epochs 30 -> 40", "new seed"]


def test_the_module_that_changed_is_named(project):
    left(project, "cnn3")
    edited_before(
        project,
        "cnn3",
        spec=lambda spec: spec.update(code="0" * 16),
        meanings=lambda meanings: meanings.update({"labreport.models.cnn": "other"}),
    )
    assert said(project, "cnn3") == ["code of labreport.models.cnn changed"]


def test_an_edit_of_many_modules_is_told_shortly(project):
    left(project, "cnn3")
    edited_before(
        project,
        "cnn3",
        spec=lambda spec: spec.update(code="0" * 16),
        meanings=lambda meanings: meanings.update(dict.fromkeys(meanings, "other")),
    )
    (words,) = said(project, "cnn3")
    assert words.startswith("code of labreport, labreport.data, labreport.data.arrays and ")
    assert words.endswith(" more changed")


def test_another_model_is_told_by_its_class_and_not_by_its_modules(project):
    left(project, "cnn3")
    project.edit(ARM, set_at(["arms", "cnn3", "model"], {"name": "resnet_small"}))
    assert said(project, "cnn3") == ["model CNN3 -> ResNetSmall"]


def test_a_run_that_recorded_no_modules_is_compared_all_the_same(project):
    left(project, "cnn3")
    edited_before(project, "cnn3", spec=lambda spec: spec.update(code="0" * 16))
    (folder,) = (project.root / "results/runs/cnn3").iterdir()
    (folder / "code.json").unlink()
    assert said(project, "cnn3") == ["code changed"]


def test_the_nearest_run_is_compared_and_of_equal_ones_the_newest(project):
    before = planned(project)
    leave(before, before.runs["cnn3"][0], finished="2026-01-03T00:00:00+00:00")
    for rate, day in ((0.01, 5), (0.02, 4)):
        project.edit(ARM, set_at(["shared", "learning_rate"], rate))
        plan = planned(project)
        leave(plan, plan.runs["cnn3"][0], finished=f"2026-01-0{day}T00:00:00+00:00")
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.03))
    assert said(project, "cnn3") == ["learning_rate 0.01 -> 0.03"]
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.02))
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    assert said(project, "cnn3") == ["epochs 30 -> 40"]


def test_prepared_data_are_compared_by_what_they_were_made_with(project):
    left(project, "cnn4_longtail")
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "longtail", "keep"], 0.2))
    assert said(project, "cnn4_longtail") == ["data longtail keep 0.1 -> 0.2"]


def test_prepared_data_that_are_gone_only_changed(project):
    plan = left(project, "cnn4_longtail")
    (plan.root / plan.runs["cnn4_longtail"][0].data.file("dataset.json")).unlink()
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "longtail", "keep"], 0.2))
    assert said(project, "cnn4_longtail") == ["data cifar10_longtail changed"]


def test_a_demo_run_saw_no_real_data(project):
    left(project, "cnn3", scale="demo")
    (words,) = said(project, "cnn3")
    assert "real cifar10 instead of a generated sample" in words
    assert "epochs 8 -> 30" in words


def test_another_sample_or_archive_is_told(project):
    left(project, "cnn3", scale="demo")
    left(project, "resnet_small")
    project.edit("datasets.yaml", set_at(["cifar10", "sample", "parameters", "seed"], 99))
    project.edit("datasets.yaml", set_at(["cifar10", "archive", "digest"], f"md5:{'0' * 32}"))
    assert said(project, "cnn3", scale="demo") == ["generated sample of cifar10 changed"]
    assert said(project, "resnet_small") == ["archive of cifar10 changed"]


def test_code_that_prepares_data_is_told(project):
    plan = left(project, "cnn3")
    path = plan.root / plan.runs["cnn3"][0].data.file("dataset.json")
    old = json.loads(path.read_text())
    write(plan.root / "results/data/cifar10/0000/dataset.json", {**old, "spec": {**old["spec"], "code": "other"}})
    edited_before(project, "cnn3", spec=lambda spec: spec["data"].update(key="0000"))
    assert said(project, "cnn3") == ["code that prepares cifar10 changed"]


def test_word_vectors_are_compared_by_their_settings(project):
    left(project, "sts_bilstm1")
    project.edit("experiments/similarity.yaml", set_at(["arms", "sts_bilstm1", "vectors"], {"window": 7}))
    assert said(project, "sts_bilstm1") == ["word vectors window 5 -> 7"]


def test_word_vectors_of_changed_data_are_told_once(project):
    left(project, "sts_bilstm1")
    project.edit("datasets.yaml", set_at(["stsb", "parameters", "length"], 21))
    assert said(project, "sts_bilstm1") == ["data length 55 -> 21"]


def test_a_failure_is_told_with_its_message(project):
    plan = planned(project)
    outcome(plan, plan.runs["cnn3"][0], "failed", "loss is not finite\nin epoch 2")
    assert said(project, "cnn3") == ["failed before: loss is not finite in epoch 2"]


def test_a_failure_without_keep_going_is_told_from_the_attempt(project):
    run = planned(project).runs["cnn3"][0]
    part = project.root / f"{run.folder}.part"
    part.mkdir(parents=True)
    (part / "failure.txt").write_text("the training loss is nan at epoch 3, step 5\n")
    assert said(project, "cnn3") == ["failed before: the training loss is nan at epoch 3, step 5"]


def test_a_stopped_run_goes_on_from_its_last_checkpoint(project):
    plan = planned(project)
    (run,) = plan.runs["cnn3"]
    for epoch in (9, 10):
        checkpoint(plan, run, epoch)
    checkpoint(plan, run, 10).with_name("11-half").touch()
    assert kept_epoch(plan, run) == 10
    assert said(project, "cnn3") == ["stopped after epoch 10 of 30, goes on there"]


def test_a_folder_that_was_removed_is_told(project):
    plan = planned(project)
    outcome(plan, plan.runs["cnn3"][0], "finished")
    assert said(project, "cnn3") == ["its results were removed"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"seed": 0}'])
def test_a_damaged_earlier_run_stops_no_plan(project, text):
    left(project, "cnn3")
    (folder,) = (project.root / "results/runs/cnn3").iterdir()
    for name in ("spec.json", "code.json", "environment.json", "summary.json"):
        (folder / name).write_text(text)
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    (words,) = said(project, "cnn3")
    assert words


def test_runs_of_other_experiments_are_not_read(project):
    plan = left(project, "cnn3", "resnet_small")
    for path in (plan.root / "results/runs/resnet_small").rglob("spec.json"):
        path.unlink()
        path.mkdir()  # reading it would be an error
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    plan = planned(project)
    history = History(plan)
    assert history.why(plan.runs["cnn3"][0]) == "epochs 30 -> 40"
    assert set(history._runs) == {"cnn3"}
