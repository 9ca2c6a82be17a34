"""How long training takes, from earlier runs of other lengths and sizes."""

from __future__ import annotations

import pytest

from labreport.commands.estimate import estimate
from labreport.planning.history import History
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
