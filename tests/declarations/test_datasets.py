# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Data sets: what each kind of inputs needs, and variants that stand on others."""

from __future__ import annotations

import pytest

from labreport.declarations.project import load
from tests.declarations.conftest import refused, set_at

DATASETS = "datasets.yaml"
TAIL = {"classes": [0, 1], "keep": 0.5, "seed": 3}


def variant(base, **change):
    return {"base": base, "title": "T", **change}


def test_a_variant_stands_on_its_base(project):
    datasets = load(project.root, {"scale": "demo"}).datasets
    base, tail, balanced = (datasets[name] for name in ("cifar10", "cifar10_longtail", "cifar10_balanced"))
    assert base.changes == ()
    assert base.lineage == ("cifar10",)
    assert balanced.lineage == ("cifar10_balanced", "cifar10_longtail", "cifar10")
    assert [change["name"] for change in balanced.changes] == ["longtail", "balance"]
    assert tail.changes == balanced.changes[:1]
    assert tail.changes[0] == {"name": "longtail", "classes": [0, 1, 2, 3, 4], "keep": 0.1, "seed": 0}
    assert tail.archived is base.archived
    assert tail.inputs == "images"


def test_a_variant_may_stand_before_its_base_in_the_file(project):
    project.edit(DATASETS, lambda mapping: mapping.update({"a_tail": mapping.pop("cifar10_longtail") | {"base": "z"}}))
    project.edit(DATASETS, lambda mapping: mapping["cifar10_balanced"].update(base="a_tail"))
    project.edit(DATASETS, lambda mapping: mapping.update(z=mapping["cifar10"]))
    project.edit("experiments/longtail.yaml", lambda mapping: mapping["arms"].pop("cnn4_longtail"))
    project.edit("experiments/longtail.yaml", lambda mapping: mapping["arms"].pop("rnn_rows_longtail"))
    (project.root / "config/reports/homework2.yaml").unlink(missing_ok=True)
    assert load(project.root, {"scale": "demo"}).datasets["cifar10_balanced"].root == "z"


def test_inputs_say_what_a_data_set_is(project):
    datasets = load(project.root, {"scale": "demo"}).datasets
    assert {name: dataset.inputs for name, dataset in datasets.items() if dataset.root == name} == {
        "cifar10": "images",
        "imdb": "texts",
        "stsb": "pairs",
    }


def test_the_order_of_the_classes_of_a_tail_means_nothing(project):
    project.edit(DATASETS, set_at(["cifar10_longtail", "longtail", "classes"], [4, 0, 3, 1, 2]))
    tail = load(project.root, {"scale": "demo"}).datasets["cifar10_longtail"]
    assert tail.changes[0]["classes"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("path", "value", "pattern"),
    [
        (["cifar10_longtail", "base"], "cifar", r"datasets\.yaml: cifar10_longtail\.base: found 'cifar', which is not declared; did you mean \"cifar10\"\?"),
        (["cifar10_longtail", "base"], "cifar10_balanced", r"\.base: found '.*', which is made from .* itself"),
        (["cifar10_longtail", "base"], "imdb", r"cifar10_longtail\.base: imdb is texts; only images have variants"),
        (["cifar10_longtail", "balance"], {"flip": True, "noise_sigma": 0.1, "seed": 0}, r"cifar10_longtail: exactly one of `longtail` and `balance`"),
        (["cifar10_longtail", "longtail"], {**TAIL, "keep": 0}, r"cifar10_longtail\.longtail\.keep: found 0"),
        (["cifar10_longtail", "longtail"], {**TAIL, "keep": 1.5}, r"cifar10_longtail\.longtail\.keep: found 1\.5"),
        (["cifar10_longtail", "longtail"], {**TAIL, "classes": []}, r"cifar10_longtail\.longtail\.classes: found \[\]"),
        (["cifar10_longtail", "longtail"], {**TAIL, "classes": [1, 1]}, r"cifar10_longtail\.longtail: classes: \[1, 1\] names a class twice"),
        (["cifar10_longtail", "longtail"], {**TAIL, "classes": [-1]}, r"longtail\.classes\.0: found -1"),
        (["cifar10_longtail", "longtail"], {"classes": [0], "keep": 0.5}, r"cifar10_longtail\.longtail\.seed: is missing"),
        (["cifar10_balanced", "balance", "flip"], "yes", r"cifar10_balanced\.balance\.flip: found 'yes'"),
        (["cifar10_balanced", "balance", "noise_sigma"], -0.1, r"cifar10_balanced\.balance\.noise_sigma: found -0\.1"),
        (["cifar10_balanced", "mirrors"], [], r"cifar10_balanced\.mirrors: unknown key"),
        (["stsb", "inputs"], "pictures", r"stsb\.inputs: found 'pictures', allowed is 'images', 'texts' or 'pairs'"),
        (["stsb", "inputs"], "texts", r"stsb\.parameters\.train_per_class: is missing; texts need it"),
        (["stsb", "parameters"], {"train_pairs": None}, r"stsb\.parameters\.dev_pairs: is missing; pairs need it"),
        (["stsb", "parameters", "min_count"], 0, r"stsb\.parameters\.min_count: found 0, at least 1"),
        (["stsb", "parameters", "train_pairs"], 0, r"stsb\.parameters\.train_pairs: found 0, at least 1 is needed \(or null for all\)"),
        (["stsb", "parameters", "length"], None, r"stsb\.parameters\.length: found null"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_key(project, path, value, pattern):
    project.edit(DATASETS, set_at(path, value))
    refused(project, pattern, scale="demo")


def test_a_scales_condition_on_a_base_holds_for_its_variants(project):
    project.edit("scales/lite.yaml", set_at(["overrides"], [{"match": {"dataset": "cifar10"}, "set": {"epochs": 3}}]))
    experiments = load(project.root, {"scale": "lite"}).experiments
    changed = {name for name, experiment in experiments.items() if experiment.settings.epochs == 3}
    assert changed == {name for name, experiment in experiments.items() if experiment.dataset.root == "cifar10"}
    assert {"cnn4", "cnn4_longtail", "resnet50_balanced", "lenet5"} <= changed


def test_a_scales_condition_on_a_variant_does_not_hold_for_its_base(project):
    change = {"match": {"dataset": "cifar10_longtail"}, "set": {"epochs": 3}}
    project.edit("scales/lite.yaml", set_at(["overrides"], [change]))
    experiments = load(project.root, {"scale": "lite"}).experiments
    changed = {name for name, experiment in experiments.items() if experiment.settings.epochs == 3}
    assert changed == {"cnn4_longtail", "rnn_rows_longtail", "resnet50_balanced", "rnn_rows_balanced"}
