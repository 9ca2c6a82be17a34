# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""The classes of data sets: declared as the readers find them, and what is refused because of them."""

from __future__ import annotations

import re

import pytest

from labreport.data import imdb, samples_images
from labreport.data.subsets import balanced
from labreport.declarations.project import load
from labreport.planning.plan import Plan
from tests.declarations.conftest import refused, set_at

DATASETS = "datasets.yaml"
KEEP = ["cifar10_longtail", "longtail", "keep"]
LENET5 = ["arms", "lenet5", "published", "per_class"]


def test_the_declared_classes_are_those_that_the_readers_find(project):
    datasets = load(project.root, {"scale": "demo"}).datasets
    assert datasets["cifar10_balanced"].classes == datasets["cifar10"].classes == samples_images.CLASSES
    assert datasets["imdb"].classes == tuple(imdb.CLASSES.values())
    assert datasets["stsb"].classes == ()


def test_a_tail_is_that_of_the_whole_lineage(project):
    datasets = load(project.root, {"scale": "demo"}).datasets
    tails = {name: sorted(dataset.tail) for name, dataset in datasets.items() if dataset.root == "cifar10"}
    assert tails == {"cifar10": [], "cifar10_longtail": [0, 1, 2, 3, 4], "cifar10_balanced": [0, 1, 2, 3, 4]}


def test_classes_move_no_key(project):
    def keys():
        plan = Plan(load(project.root, {"scale": "full"}))
        return [run.key for runs in plan.runs.values() for run in runs], set(plan.prepared)

    before = keys()
    project.edit(DATASETS, set_at(["imdb", "classes"], {"bad": None, "good": 1}))
    assert keys() == before


@pytest.mark.parametrize(
    ("path", "value", "pattern"),
    [
        (["cifar10_longtail", "longtail", "classes"], [0, 11], r"datasets\.yaml: cifar10_longtail\.longtail\.classes: found 11, allowed are 0 to 9, the places of airplane, .*truck"),
        (["cifar10_longtail", "longtail", "classes"], [10], r"longtail\.classes: found 10"),
        (["stsb", "classes"], {"a": 1}, r"stsb\.classes: found a; pairs have scores"),
        (["imdb", "classes"], None, r"imdb\.classes: is missing; texts need it"),
        (["imdb", "classes"], {"negative": 0, "positive": 1}, r"imdb\.classes\.negative: found 0"),
    ],
)  # fmt: skip
def test_a_class_that_there_is_not_is_refused(project, path, value, pattern):
    project.edit(DATASETS, set_at(path, value))
    refused(project, pattern, scale="full")


def test_the_last_class_may_be_cut(project):
    project.edit(DATASETS, set_at(["cifar10_longtail", "longtail", "classes"], [9]))
    assert load(project.root, {"scale": "full"}).datasets["cifar10_longtail"].tail == {9}


@pytest.mark.parametrize(
    ("scale", "keep", "count", "source"),
    [
        ("full", 0.0001, 5000, r"config/datasets\.yaml: cifar10\.classes\.airplane"),
        ("demo", 0.005, 100, r"config/datasets\.yaml: cifar10\.sample\.parameters\.train_per_class"),
        ("lite", 0.001, 500, r"config/scales/lite\.yaml: overrides\.2\.set\.data\.train_per_class"),
    ],
)
def test_a_tail_that_leaves_nothing_of_a_class_is_refused(project, scale, keep, count, source):
    project.edit(DATASETS, set_at(KEEP, keep))
    refused(
        project,
        rf"^config/datasets\.yaml: cifar10_longtail\.longtail\.keep: found {keep:g}, of which nothing is left of the "
        rf"{count} training images that airplane has for cnn4_longtail \({source}\)",
        scale=scale,
    )
    project.edit(DATASETS, set_at(KEEP, 1.01 / (2 * count) + 1e-9))  # rounds to one image
    load(project.root, {"scale": scale})


def test_what_nobody_counted_is_left_to_the_job(project):
    project.edit(DATASETS, set_at(["cifar10", "classes"], dict.fromkeys(samples_images.CLASSES)))
    project.edit(DATASETS, set_at(KEEP, 0.00001))
    load(project.root, {"scale": "full"})


@pytest.mark.parametrize(("counted", "fits"), [(5000, True), (3, False), (None, True)])
def test_a_tail_of_what_was_filled_up_is_a_share_of_the_largest_class(project, counted, fits):
    """Three images of one class are filled up to all of the others' before the second cut, if there are others."""
    counts = dict.fromkeys(samples_images.CLASSES, counted) | {"airplane": 3}
    project.edit(DATASETS, set_at(["cifar10", "classes"], counts))
    project.edit(DATASETS, set_at(["cifar10_balanced", "base"], "cifar10"))
    second = {"base": "cifar10_balanced", "title": "T", "longtail": {"classes": [0], "keep": 0.1, "seed": 0}}
    project.edit(DATASETS, set_at(["again"], second))
    project.edit(DATASETS, set_at(["cifar10_longtail", "longtail", "keep"], 1))
    project.edit("experiments/longtail.yaml", set_at(["arms", "cnn4_longtail", "dataset"], "again"))
    for report in ("homework2", "momentum"):
        (project.root / f"config/reports/{report}.yaml").unlink(missing_ok=True)
    if fits:
        load(project.root, {"scale": "full"})
    else:
        refused(
            project, r"again\.longtail\.keep: found 0\.1, .* of the 3 training images that airplane has", scale="full"
        )


@pytest.mark.parametrize("count", [1, 4, 5, 6, 15, 500])
@pytest.mark.parametrize("keep", [0.01, 0.1, 0.5])
def test_planning_and_the_job_refuse_the_same(project, count, keep):
    numpy, variants, arrays = (
        pytest.importorskip(name) for name in ("numpy", "labreport.data.variants", "labreport.data.arrays")
    )
    labels = numpy.repeat(numpy.arange(2, dtype=numpy.uint8), count)
    labels = labels[balanced(labels, ["a", "b"], count, 0, "train")]
    images = numpy.zeros((len(labels), 3, 1, 1), numpy.uint8)
    prepared = arrays.Prepared("cifar10", ["a", "b"], images, labels, images, labels)
    try:
        variants.longtail(prepared, [0], keep, 0)
        refused_by_the_job = False
    except variants.DataError:
        refused_by_the_job = True
    project.edit(DATASETS, set_at(KEEP, keep))
    project.edit("experiments/longtail.yaml", set_at(["shared", "data"], {"train_per_class": count}))
    if refused_by_the_job:
        refused(project, rf"nothing is left of the {count} training images", scale="full")
    else:
        load(project.root, {"scale": "full"})


@pytest.mark.parametrize(
    ("change", "pattern"),
    [
        (lambda stated: stated.update(plane=stated.pop("airplane")), r"augmented\.yaml: arms\.lenet5\.published\.per_class\.plane: is no class of cifar10; did you mean \"airplane\"\? allowed: airplane, .*truck"),
        (lambda stated: stated.pop("truck"), r"arms\.lenet5\.published\.per_class: truck is missing; state all"),
        (lambda stated: [stated.pop(name) for name in ("cat", "dog")], r"per_class: cat, dog are missing; state all"),
    ],
)  # fmt: skip
def test_published_classes_are_those_of_the_data_set(project, change, pattern):
    def edit(mapping):
        *way, last = LENET5
        for key in way:
            mapping = mapping[key]
        change(mapping[last])

    project.edit("experiments/augmented.yaml", edit)
    refused(project, pattern, scale="demo")


def test_pairs_have_no_published_classes(project):
    project.edit(
        "experiments/similarity.yaml", set_at(["arms", "sts_bilstm1", "published", "per_class"], {"high": 0.5})
    )
    text = refused(
        project, r"arms\.sts_bilstm1\.published\.per_class: found \['high'\], but stsb has no classes", scale="demo"
    )
    assert re.search("leave it out", text)


@pytest.mark.parametrize(
    ("scale", "file", "path", "value", "pattern"),
    [
        ("full", "experiments/images.yaml", ["shared", "data"], {"train_per_class": 5001}, r"^config/experiments/images\.yaml: shared\.data\.train_per_class: found 5001 for mycnn, but there are 5000 \(config/datasets\.yaml: cifar10\.classes\.airplane\); ask for at most"),
        ("full", "experiments/longtail.yaml", ["arms", "cnn4_longtail", "data"], {"train_per_class": 6000}, r"^config/experiments/longtail\.yaml: arms\.cnn4_longtail\.data\.train_per_class: found 6000"),
        ("demo", "datasets.yaml", ["cifar10", "parameters", "test_per_class"], 51, r"^config/datasets\.yaml: cifar10\.parameters\.test_per_class: found 51 for \w+, but there are 50 \(config/datasets\.yaml: cifar10\.sample\.parameters\.test_per_class\)"),
        ("demo", "experiments/similarity.yaml", ["shared", "data"], {"dev_pairs": 201}, r"shared\.data\.dev_pairs: found 201 for sts_lstm1_fixed, but there are 200"),
        ("demo", "scales/demo.yaml", ["overrides", 0, "set", "data"], {"train_per_class": 101}, r"^config/scales/demo\.yaml: overrides\.0\.set\.data\.train_per_class: found 101"),
    ],
)  # fmt: skip
def test_more_than_there_is_is_refused_before_anything_is_prepared(project, scale, file, path, value, pattern):
    project.edit(file, set_at(path, value))
    refused(project, pattern, scale=scale)


def test_all_that_there_is_may_be_asked_for(project):
    project.edit("experiments/images.yaml", set_at(["shared", "data"], {"train_per_class": 5000}))
    load(project.root, {"scale": "full"})
    project.edit("experiments/images.yaml", set_at(["shared", "data"], {"train_per_class": 100, "test_per_class": 50}))
    load(project.root, {"scale": "demo"})
