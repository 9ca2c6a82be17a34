"""`labreport adopt`: runs whose code alone changed are taken over as they are, and nothing else ever is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from labreport.artifacts.artifact import key_of
from labreport.files import read_json, sums_faults, write_json, write_sums
from labreport.store import result_folder

from .conftest import REPORT, SMALL, fabricate

BECAUSE = ["--because", "a name was changed"]


def to_be_trained(labreport):
    return {one["title"] for one in json.loads("\n".join(labreport("plan", "--json", *REPORT).lines))["train"]}


def test_a_run_is_taken_over(sources, labreport):
    old, kept = sources.run("cnn3"), sources.kept()
    sources.edit_code("models/cnn", "CNN3.forward")
    new = sources.run("cnn3")
    assert to_be_trained(labreport) == {"cnn3 seed 0"}
    told = f"cnn3 seed 0: {old.folder} taken over as {new.folder}; changed since: labreport.models.cnn:CNN3"
    assert labreport("adopt", old.key[:8], new.key[:8], *BECAUSE) == (0, [told], "")
    assert to_be_trained(labreport) == set()
    assert sources.kept().items() >= kept.items()
    folder = Path(new.folder)
    assert list(sums_faults(folder)) == []
    assert (folder / "metrics.csv").read_bytes() == Path(old.folder, "metrics.csv").read_bytes()
    assert key_of("train", read_json(folder / "spec.json")) == new.key == read_json(folder / "summary.json")["key"]
    about = read_json(folder / "environment.json")
    (origin,) = about.pop("adopted")
    assert about == read_json(Path(old.folder, "environment.json"))
    assert origin.pop("at").startswith("20")
    assert origin == {"key": old.key, "because": BECAUSE[1], "changed": ["labreport.models.cnn:CNN3"]}
    sources.make("report/own.en.md")
    assert labreport("verify", "own").status == 0
    sources.edit_code("training/loop", "fit")
    newer = sources.run("cnn3")
    assert labreport("adopt", new.key, newer.key, *BECAUSE).status == 0
    origins = read_json(Path(newer.folder, "environment.json"))["adopted"]
    assert [one["key"] for one in origins] == [old.key, new.key]


def test_all_runs_of_a_report_are_taken_over(sources, labreport):
    """Also where the code changed that makes their samples and data; those that have no such forerunner are named."""
    for place in (("training/loop", "fit"), ("data/cifar10", "prepare"), ("data/samples_images", "write_archive")):
        sources.edit_code(*place)
    sources.edit(SMALL, lambda value: value["arms"]["cnn3"].update(learning_rate=0.5))
    assert to_be_trained(labreport) == {"cnn3 seed 0", "resnet_small seed 0"}
    said = labreport("adopt", "--report", "own", *BECAUSE)
    assert said.status == 1
    assert said.lines[0] == "cnn3 seed 0: no finished run differs from it in nothing but code"
    assert said.lines[-1] == "own: 1 of 2 missing runs taken over"
    assert to_be_trained(labreport) == {"cnn3 seed 0"}
    sources.replace(SMALL, "learning_rate: 0.5", "learning_rate: 0.001")
    assert labreport("adopt", "--all", *BECAUSE).lines[-1].startswith("all experiments: 1 of ")
    assert to_be_trained(labreport) == set()
    assert labreport("adopt", "--report", "own", *BECAUSE)[:2] == (0, ["own: 0 of 0 missing runs taken over"])


def other_setting(project, old):
    project.edit(SMALL, lambda value: value["arms"]["cnn3"].update(learning_rate=0.5))


def other_data(project, old):
    project.edit(SMALL, lambda value: value["shared"].update(data={"train_per_class": 5}))


def data_gone(project, old):
    other_data(project, old)
    shutil.rmtree(old.needs[0].folder)


def other_sample(project, old):
    project.edit("config/datasets.yaml", lambda value: value["cifar10"]["sample"]["parameters"].update(seed=9))


def real_data(project, old):
    project.edit("config/scales/demo.yaml", lambda value: value.update(source="archive"))


def unfinished(project, old):
    Path(old.folder, "SHA256SUMS").unlink()


def damaged(project, old):
    project.rewrite(f"{old.folder}/metrics.csv", lambda text: text.replace("1", "2", 1))


def of_another_key(project, old):
    write_json(f"{old.folder}/spec.json", {**old.spec, "code": "0123456789abcdef"})
    write_sums(old.folder)


def parameter_of_that_name(project, old):
    model = {**old.spec["model"], "parameters": {"code": 3}}
    write_json(f"{old.folder}/spec.json", {**old.spec, "model": model})
    write_sums(old.folder)


def there_already(project, old):
    fabricate(project.run("cnn3"))


REFUSED = {
    other_setting: "they differ in more than code: learning_rate 0.001 -> 0.5",
    other_data: "they differ in more than code: data train_per_class none -> 5",
    data_gone: "data changed; the earlier is gone, so that nothing tells in what",
    other_sample: "they differ in more than code: data generated sample seed 0 -> 9",
    real_data: "they differ in more than code: real data instead of a generated sample",
    unfinished: "0 finished runs in results/runs/ have such a key",
    damaged: "is damaged: metrics.csv does not have the digest that SHA256SUMS states",
    of_another_key: "is damaged: spec.json has the key ",
    parameter_of_that_name: "they differ in more than code: model code 3 -> not set",
    there_already: "is there already; nothing is to be taken over",
}


@pytest.mark.parametrize(("change", "words"), REFUSED.items())
def test_what_is_no_such_run_is_refused(sources, labreport, change, words):
    old = sources.run("cnn3")
    sources.edit_code("models/cnn", "CNN3.forward")
    change(sources, old)
    kept = sources.kept()
    said = labreport("adopt", old.key, sources.run("cnn3").key, *BECAUSE)
    assert (said.status, said.lines) == (1, [])
    assert words in said.error
    assert sources.kept() == kept


def test_a_run_that_is_being_trained_is_not_taken_over(sources, labreport):
    old = sources.run("cnn3")
    sources.edit_code("models/cnn", "CNN3.forward")
    new = sources.run("cnn3")
    with result_folder(Path(new.folder)):
        assert "another process is at work here" in labreport("adopt", old.key, new.key, *BECAUSE).error
        assert not Path(new.folder).exists()
    assert labreport("adopt", old.key, new.key, *BECAUSE).status == 0


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["OLD"], "two keys are needed, OLD NEW, or --report REPORT"),
        (["OLD", "0" * 16], "0 declared runs have such a key"),
        (["0" * 16, "OLD"], "0 finished runs in results/runs/ have such a key"),
        (["--report", "onw"], 'did you mean "own"?'),
        (["OLD", "OLD", "OLD"], "either two keys are needed"),
        (["OLD", "--all"], "either two keys are needed"),
        (["OLD", "OLD", "--report", "own"], "either two keys are needed"),
        (["--report", "own", "--all"], "either two keys are needed"),
    ],
)
def test_keys_that_mean_no_run_are_refused(project, labreport, names, words):
    key = project.run("cnn3").key
    said = labreport("adopt", *(name.replace("OLD", key) for name in names), *BECAUSE)
    assert (said.status, said.lines) == (1, [])
    assert words in said.error
