"""Why something is to be made, told from what is there; and whether that was made from what is there now."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from labreport.artifacts.artifact import CODE, MADE, OF, SPEC, roots
from labreport.artifacts.code import covered
from labreport.artifacts.current import MARKERS, Current
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History
from labreport.errors import DeclarationError, ResultsError
from labreport.files import write_json, write_sums
from labreport.machine.outcome import Failure, content, receipt, write_failure, write_receipt
from labreport.running.checkpoint_files import folder_of
from tests.declarations.conftest import Copy, set_at

ARM = "experiments/small.yaml"
LONGTAIL = "datasets.yaml"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Copy(tmp_path)


def planned(project, name, seed=0, scale="full"):
    """A graph of the declarations as they stand, and one run of it."""
    graph = Graph(project.load(scale))
    return graph, graph.run(graph.project.experiment(name), seed)


def leave(artifact, **made):
    """What a step leaves, as far as planning reads it."""
    folder = Path(artifact.folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SPEC, artifact.spec)
    write_json(folder / CODE, covered(roots(artifact.step, artifact.spec)))
    if artifact.step == "train":
        write_json(folder / "summary.json", {"experiment": artifact.beside["experiment"]})
    if artifact.step == "prepare":
        write_json(folder / "dataset.json", {})
    write_json(folder / MADE, {OF: {one.folder: content(one.folder) for one in artifact.needs}, **made})
    write_sums(folder)
    if artifact.step == "train":
        write_receipt(folder)


def left(project, *names, scale="full"):
    """Finished runs of some experiments, and all that they were made from."""
    for name in names:
        for artifact in planned(project, name, scale=scale)[1].walk():
            if artifact.step not in {"download", "sample"}:
                leave(artifact)


def said(project, name, seed=0, scale="full"):
    graph, run = planned(project, name, seed, scale)
    return History(graph).why(run)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["learning_rate"], 0.0005, "learning_rate 0.001 -> 0.0005"),
        (["epochs"], 40, "epochs 30 -> 40"),
        (["optimizer"], {"name": "SGD"}, "optimizer Adam -> SGD"),
        (["optimizer"], {"name": "Adam", "parameters": {"weight_decay": 1}}, "optimizer weight_decay not set -> 1"),
        (["schedule"], {"name": "StepLR", "parameters": {"step_size": 2}}, "schedule not set -> StepLR"),
        (["augment"], [{"name": "crop", "padding": 2}, {"name": "flip", "p": 0.5}], "augment crop padding 4 -> 2"),
        (["augment"], [{"name": "crop", "padding": 4}], "augment flip taken away"),
        (["normalize"], None, "normalize taken away"),
        (["precision"], "fp32", "precision bf16 -> not set"),
        (["data"], {"train_per_class": 100}, "data train_per_class none -> 100"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_changed_setting_is_told_with_both_values(project, path, value, words):
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", *path], value))
    assert said(project, "cnn3") == words


def test_several_changes_are_joined(project):
    left(project, "cnn3")
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.01))
    assert said(project, "cnn3") == "epochs 30 -> 40, learning_rate 0.001 -> 0.01"
    assert said(project, "cnn3", seed=7) == "new seed"
    assert said(project, "resnet_small") == "never run"


def test_the_definitions_that_changed_are_named(project):
    left(project, "cnn3")
    folder = Path(planned(project, "cnn3")[1].folder)
    spec, meanings = (json.loads((folder / file).read_text()) for file in (SPEC, CODE))
    other = folder.with_name("0" * 16)
    folder.rename(other)
    write_json(other / SPEC, {**spec, "code": "0" * 16})
    for changed, words in (
        (["labreport.models.cnn:CNN3"], "code of models.cnn:CNN3 changed"),
        (list(meanings), "code of data.prepared:Prepared"),
    ):
        write_json(other / CODE, {**meanings, **dict.fromkeys(changed, "other")})
        found = said(project, "cnn3")
        assert found.startswith(words) or ("code of " in found and " more changed" in found)
    write_json(other / CODE, {})
    assert said(project, "cnn3") == "code changed"


def test_another_model_is_told_by_its_class_and_not_by_its_code(project):
    left(project, "cnn3")
    project.edit(ARM, set_at(["arms", "cnn3", "model"], {"name": "resnet_small"}))
    assert said(project, "cnn3") == "model CNN3 -> ResNetSmall"


def test_the_nearest_run_is_compared_and_of_equal_ones_the_newest(project):
    for rate, age in ((0.001, 3), (0.01, 1), (0.02, 2)):
        project.edit(ARM, set_at(["shared", "learning_rate"], rate))
        left(project, "cnn3")
        os.utime(planned(project, "cnn3")[1].folder, (1e9 - age, 1e9 - age))
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.03))
    assert said(project, "cnn3") == "learning_rate 0.01 -> 0.03"
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.02))
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    assert said(project, "cnn3") == "epochs 30 -> 40"


def test_prepared_data_are_compared_by_what_they_were_made_with(project):
    left(project, "cnn4_longtail")
    data = planned(project, "cnn4_longtail")[1].needs[0].folder
    project.edit(LONGTAIL, set_at(["cifar10_longtail", "longtail", "keep"], 0.2))
    assert said(project, "cnn4_longtail") == "data longtail keep 0.1 -> 0.2"
    shutil.rmtree(data)
    assert said(project, "cnn4_longtail") == "data changed; the earlier is gone, so that nothing tells in what"


def test_other_archives_and_samples_are_told(project):
    left(project, "cnn3", scale="demo")
    words = said(project, "cnn3")
    assert "real data instead of a generated sample" in words
    assert "epochs 6 -> 30" in words
    project.edit(LONGTAIL, set_at(["cifar10", "sample", "parameters", "seed"], 99))
    assert (
        said(project, "cnn3", scale="demo")
        == "data generated sample changed; the earlier is gone, so that nothing tells in what"
    )
    left(project, "resnet_small")
    project.edit(LONGTAIL, set_at(["cifar10", "archive", "digest"], f"md5:{'0' * 32}"))
    assert said(project, "resnet_small") == "archive changed"


def test_word_vectors_are_compared_by_their_settings_and_their_data_once(project):
    left(project, "sts_bilstm1")
    project.edit("experiments/similarity.yaml", set_at(["arms", "sts_bilstm1", "vectors"], {"window": 7}))
    assert said(project, "sts_bilstm1") == "word vectors window 5 -> 7"
    project.edit("experiments/similarity.yaml", set_at(["arms", "sts_bilstm1", "vectors"], {}))
    project.edit(LONGTAIL, set_at(["stsb", "parameters", "length"], 21))
    assert said(project, "sts_bilstm1") == "data length 55 -> 21"


def test_failures_and_stops_are_told(project):
    run = planned(project, "cnn3")[1]
    checkpoints = folder_of(Path(run.folder))
    checkpoints.mkdir(parents=True)
    for name in (f"9-{'0' * 16}.pt", f"10-{'0' * 16}.pt", "11-half"):
        (checkpoints / name).touch()
    assert said(project, "cnn3") == "stopped after epoch 10 of 30, goes on there"
    part = Path(f"{run.folder}.part")
    part.mkdir(parents=True)
    write_failure(run.folder, Failure("the loss is nan\nat epoch 3"))
    assert said(project, "cnn3") == "failed before: the loss is nan at epoch 3"


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"seed": 0}'])
def test_a_damaged_earlier_run_stops_no_plan(project, text):
    left(project, "cnn3")
    folder = Path(planned(project, "cnn3")[1].folder)
    project.edit(ARM, set_at(["shared", "epochs"], 40))
    for name in (SPEC, CODE, "summary.json"):
        (folder / name).write_text(text, encoding="utf-8")
    assert said(project, "cnn3")


def test_a_run_that_was_measured_again_has_what_shows_it_made_again(project):
    """By what folders say that they were made from; time stamps are set to agree."""
    graph = Graph(project.load("full"))
    claims = graph.claims(graph.project.report("cifar10"))
    for artifact in claims.walk():
        if artifact.step != "download":
            leave(artifact)
    assert Current().holds(claims)
    (marker,) = Current().settle(claims)
    assert Path(marker).parent == MARKERS
    assert Path(marker).stat().st_mtime_ns <= Path(claims.output).stat().st_mtime_ns
    run = next(one for one in claims.needs if one.step == "train")
    leave(run, other="numbers")
    assert not Current().holds(claims)
    Current().settle(claims)
    assert Path(marker).stat().st_mtime_ns > Path(claims.output).stat().st_mtime_ns
    leave(claims)
    assert Current().holds(claims)


def test_receipts_are_there_where_runs_are(project):
    left(project, "cnn3")
    run = planned(project, "cnn3")[1]
    receipt(run.folder).unlink()
    Current().settle(run)
    assert receipt(run.folder).is_file()
    shutil.rmtree(run.folder)
    Current().settle(run)
    assert not receipt(run.folder).exists()


def test_a_folder_that_holds_something_else_is_refused(project):
    left(project, "cnn3")
    run = planned(project, "cnn3")[1]
    write_json(Path(run.folder) / SPEC, {**run.spec, "seed": 9})
    for look in (Current().settle, Current().holds):
        with pytest.raises(ResultsError, match=rf"{run.folder}: holds what has the key \w+; move it away"):
            look(run)


def test_two_specs_with_one_key_are_refused(project, monkeypatch):
    graph = Graph(project.load("full"))
    monkeypatch.setattr("labreport.artifacts.artifact.key_of", lambda step, spec: "0" * 16)
    with pytest.raises(DeclarationError, match="have one key by chance; change a setting of one"):
        graph.run(graph.project.experiment("cnn3"), 0)
