"""How long training takes, from earlier runs of other lengths and sizes."""

from __future__ import annotations

import json

import pytest

from labreport.commands.estimate import estimate
from labreport.commands.words import summary
from labreport.planning import plan as plan_module
from labreport.planning.history import History
from labreport.planning.products import Products
from tests.planning.earlier import checkpoint


def changed(experiment, **settings):
    return {"match": {"experiment": experiment}, "set": settings}


def test_time_is_in_proportion_to_epochs_and_samples(project):
    project.train(project.plan(), "cnn3")  # 8 epochs, 20 s, 1000 samples
    project.edit("scales/demo.yaml", lambda scale: scale["overrides"].append(changed("cnn3", epochs=12)))
    plan = project.plan(seeds=[0, 1])
    time = estimate(History(plan), [*plan.runs["cnn3"], *plan.runs["rnn_rows"]])
    assert [time.seconds[run.folder] for run in plan.runs["cnn3"]] == [pytest.approx(30)] * 2
    assert [run.name for run in time.unknown] == ["rnn_rows"] * 2
    assert (time.earlier, time.devices, time.total) == (1, ("Test CPU",), pytest.approx(60))
    checkpoint(plan, plan.runs["cnn3"][0], 9)
    time = estimate(History(plan), plan.runs["cnn3"])
    assert [time.seconds[run.folder] for run in plan.runs["cnn3"]] == [pytest.approx(7.5), pytest.approx(30)]


def test_time_follows_the_size_of_data_that_are_not_there_yet(project):
    small = {"match": {"part": "small"}, "set": {"data": {"train_per_class": 50, "test_per_class": 10}}}
    project.edit("scales/lite.yaml", lambda scale: scale["overrides"].append(small))
    project.train(project.plan(scale="lite"), "cnn3")
    project.edit("scales/lite.yaml", lambda scale: scale["overrides"][-1]["set"]["data"].update(train_per_class=150))
    plan = project.plan(scale="lite")
    epochs = plan.runs["cnn3"][0].spec["training"]["epochs"]
    time = estimate(History(plan), plan.runs["cnn3"])
    assert time.total == pytest.approx(2.5 * epochs * 3)
    project.edit("scales/lite.yaml", lambda scale: scale["overrides"][-1]["set"]["data"].update(train_per_class=None))
    plan = project.plan(scale="lite")
    assert estimate(History(plan), plan.runs["cnn3"]).unknown == tuple(plan.runs["cnn3"])


def test_time_is_told_after_an_edit_of_the_code_that_generates_samples(project, monkeypatch):
    project.train(project.plan(), "cnn3")
    digest = plan_module.code_digest
    edited = ["labreport.steps.sample", project.plan().samples["cifar10"].spec["generator"]]
    monkeypatch.setattr(plan_module, "code_digest", lambda roots: "e" * 16 if roots == edited else digest(roots))
    plan = project.plan()
    (run,) = plan.runs["cnn3"]
    assert not run.is_there(project.root)
    assert estimate(History(plan), [run]).total == pytest.approx(2.5 * 8)


def test_other_data_are_the_reason_where_they_are(project):
    (run,) = project.train(project.plan(), "cnn3")
    path = project.root / run.data.file("dataset.json")
    spec = json.loads(path.read_text())["spec"]
    plan = project.plan(scale="full")
    for broken in ({**spec, "digest": "md5:0"}, "x", {"parameters": "x"}):
        path.write_text(json.dumps({"spec": broken}))
        time = estimate(History(plan), plan.runs["cnn3"])
        assert (time.unknown, time.other_data) == (tuple(plan.runs["cnn3"]), True)
    (head,) = [line for line in summary(plan, Products(plan), ["report/own.pdf"]) if line.startswith("to do")]
    assert "(time unknown: earlier runs had other data)" in head
    assert not estimate(History(plan), plan.runs["rnn_rows"]).other_data
