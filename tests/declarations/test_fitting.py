# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Figures, tables and claims that cannot be made of what they name are refused before anything is trained."""

from __future__ import annotations

import pytest
import yaml
from torch import nn

from labreport.declarations.project import load
from labreport.declarations.sources import may_convolve
from labreport.models.registry import MODELS
from tests.declarations.conftest import refused, set_at
from tests.models.test_registry import build, variants

MIXED = ["cnn4", "rnn_rows", "cnn4_longtail", "lenet5", "resnet18_celu", "sts_bilstm1", "bilstm2"]
GROUPS = {"kind": "group_accuracy", "experiments": ["cnn4"], "dataset": "cifar10_longtail"}


def declare(project, group, options):
    report = {"title": "T", "authors": ["A"], "experiments": MIXED, group: {"one": options}}
    project.write("reports/own.yaml", yaml.safe_dump(report))


FITTING = [
    ("figures", GROUPS),
    ("figures", {"kind": "confusion", "experiments": ["bilstm2"]}),
    ("figures", {"kind": "scatter", "experiments": ["sts_bilstm1"]}),
    ("figures", {"kind": "final_accuracy", "experiments": ["cnn4", "bilstm2"]}),
    ("figures", {"kind": "sample_grid", "dataset": "cifar10_longtail"}),
    ("figures", {"kind": "filters", "experiments": ["cnn4"]}),
    ("tables", {"kind": "per_class", "experiments": ["cnn4", "cnn4_longtail", "lenet5"]}),
    ("tables", {"kind": "class_counts", "datasets": ["imdb"]}),
    ("tables", {"kind": "class_counts", "datasets": ["cifar10", "cifar10_longtail"]}),
    ("tables", {"kind": "pair_counts", "dataset": "stsb"}),
    ("tables", {"kind": "results", "experiments": ["cnn4", "bilstm2"]}),
    ("tables", {"kind": "published_classes", "experiments": ["lenet5"]}),
    ("tables", {"kind": "runs"}),
    ("claims", {"kind": "published_mean", "experiment": "lenet5"}),
    ("claims", {"kind": "agrees_published", "experiment": "sts_bilstm1", "metric": "test_pearson"}),
    ("claims", {"kind": "group_gap", "experiment": "lenet5", "dataset": "cifar10_longtail", "at_least": 1}),
]


@pytest.mark.parametrize(("group", "options"), FITTING)
def test_what_fits_is_taken(project, group, options):
    declare(project, group, options)
    assert load(project.root, {"scale": "demo"}).reports["own"].item(group, "one").kind


@pytest.mark.parametrize(
    ("group", "options", "pattern"),
    [
        ("figures", {**GROUPS, "dataset": "cifar10"}, r"figures\.one\.dataset: found 'cifar10', of whose 10 classes a long tail cuts 0 short"),
        ("tables", {**GROUPS, "dataset": "cifar10"}, r"tables\.one\.dataset: found 'cifar10', of whose"),
        ("claims", {"kind": "group_gap", "experiment": "cnn4", "dataset": "cifar10", "at_least": 1}, r"claims\.one\.dataset: found 'cifar10'"),
        ("claims", {"kind": "group_change", "from": "cnn4", "to": "lenet5", "dataset": "cifar10", "at_least": 1}, r"claims\.one\.dataset: found 'cifar10'"),
        ("figures", {**GROUPS, "experiments": ["bilstm2"]}, r"figures\.one: group_accuracy needs the same classes in all that it shows; bilstm2 has negative, positive, cifar10_longtail has airplane"),
        ("claims", {"kind": "group_gap", "experiment": "bilstm2", "dataset": "cifar10_longtail", "at_least": 1}, r"claims\.one: group_gap needs the same classes"),
        ("figures", {**GROUPS, "experiments": ["sts_bilstm1"]}, r"group_accuracy needs per_class\.csv, which sts_bilstm1 does not leave; its task, similarity, leaves predictions\.csv"),
        ("figures", {"kind": "confusion", "experiments": ["sts_bilstm1"]}, r"own\.yaml: figures\.one: confusion needs confusion\.csv, which sts_bilstm1"),
        ("figures", {"kind": "scatter", "experiments": ["cnn4"]}, r"scatter needs predictions\.csv, which cnn4 does not leave; its task, classification, leaves per_class\.csv, confusion\.csv"),
        ("figures", {"kind": "filters", "experiments": ["sts_bilstm1"]}, r"filters needs images; sts_bilstm1 is of pairs"),
        ("figures", {"kind": "filters", "experiments": ["bilstm2"]}, r"filters needs images; bilstm2 is of texts"),
        ("figures", {"kind": "filters", "experiments": ["rnn_rows"]}, r"filters needs filters\.npy, which rnn_rows does not leave; its model, rnn_rows, has no convolution"),
        ("figures", {"kind": "sample_grid", "dataset": "stsb"}, r"sample_grid needs images; stsb is of pairs"),
        ("figures", {"kind": "final_accuracy", "experiments": ["cnn4", "sts_bilstm1"]}, r"final_accuracy needs accuracy, which sts_bilstm1 does not have; its task, similarity, has pearson, spearman"),
        ("tables", {"kind": "class_counts", "datasets": ["stsb"]}, r"class_counts needs images or texts; stsb is of pairs"),
        ("tables", {"kind": "class_counts", "datasets": ["cifar10", "imdb"]}, r"class_counts needs the same classes in all that it shows; cifar10 has airplane, .*, imdb has negative, positive"),
        ("tables", {"kind": "pair_counts", "dataset": "cifar10"}, r"pair_counts needs pairs; cifar10 is of images"),
        ("tables", {"kind": "per_class", "experiments": ["sts_bilstm1"]}, r"per_class needs per_class\.csv, which sts_bilstm1"),
        ("tables", {"kind": "per_class", "experiments": ["cnn4", "bilstm2"]}, r"per_class needs the same classes"),
        ("tables", {"kind": "results", "experiments": ["cnn4", "sts_bilstm1"]}, r"results needs experiments of one task; cnn4 has classification, sts_bilstm1 has similarity"),
        ("tables", {"kind": "published_classes", "experiments": ["lenet5", "resnet18_celu"]}, r"published_classes needs a published per_class, which config/experiments/augmented\.yaml: arms\.resnet18_celu\.published does not state; it states val_accuracy, train_accuracy, convergence_epoch"),
        ("claims", {"kind": "published_mean", "experiment": "cnn4"}, r"published_mean needs a published per_class, which config/experiments/longtail\.yaml: arms\.cnn4"),
        ("claims", {"kind": "agrees_published", "experiment": "bilstm2", "metric": "train_accuracy"}, r"agrees_published needs a published train_accuracy"),
        ("claims", {"kind": "gap", "experiment": "sts_bilstm1", "at_least": 1}, r"gap needs accuracy, which sts_bilstm1 does not have"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(project, group, options, pattern):
    declare(project, group, options)
    refused(project, pattern, scale="demo")


def test_a_tail_of_all_classes_leaves_no_full_ones(project):
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "longtail", "classes"], list(range(10))))
    (project.root / "config/reports/homework2.yaml").unlink()
    declare(project, "figures", GROUPS)
    refused(project, r"found 'cifar10_longtail', of whose 10 classes a long tail cuts 10 short", scale="demo")


def test_a_mean_of_classes_needs_the_accuracy_over_all(project):
    project.edit("experiments/augmented.yaml", lambda file: file["arms"]["lenet5"]["published"].pop("val_accuracy"))
    (project.root / "config/reports/midterm.yaml").unlink()
    declare(project, "claims", {"kind": "published_mean", "experiment": "lenet5"})
    refused(project, r"published_mean needs a published val_accuracy", scale="demo")


@pytest.mark.parametrize("name", MODELS)
def test_whether_a_model_has_a_convolution_is_told_by_its_code(name):
    modules = build(name, variants(name)[0]).modules()
    assert may_convolve(MODELS[name]) is any(isinstance(module, nn.Conv2d) for module in modules)
