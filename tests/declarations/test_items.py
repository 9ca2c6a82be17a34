# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Figures, tables and claims of a report: the experiments, data sets, metrics and models that they may name."""

from __future__ import annotations

import pytest
import yaml

from labreport.declarations.project import load
from tests.declarations.conftest import refused

MIXED = ["cnn4", "cnn4_longtail", "lenet5", "sts_bilstm1", "sts_bilstm1_ln", "sts_bilstm1_gcn"]


def with_item(project, group, options, experiments=MIXED):
    """Declare a report of one item beside the project's own ones."""
    report = {"title": "T", "authors": ["A"], "experiments": experiments, group: {"one": options}}
    project.write("reports/own.yaml", yaml.safe_dump(report))


def item(project, group, options, experiments=MIXED):
    with_item(project, group, options, experiments)
    return load(project.root, {"scale": "demo"}).reports["own"].item(group, "one")


def test_a_claim_may_compare_a_data_set_and_its_variant(project):
    claim = item(
        project, "claims", {"kind": "gain", "from": "cnn4_longtail", "to": "cnn4", "metric": "val_accuracy", "at_least": 1}
    )  # fmt: skip
    assert claim.experiments == ["cnn4", "cnn4_longtail"]


def test_an_item_names_data_sets_of_its_own(project):
    grid = item(project, "figures", {"kind": "sample_grid", "dataset": "cifar10", "per_class": 2})
    assert (grid.experiments, grid.datasets) == ([], ["cifar10"])
    counts = item(project, "tables", {"kind": "class_counts", "datasets": ["cifar10_longtail", "cifar10"]})
    assert counts.datasets == ["cifar10_longtail", "cifar10"]


def test_one_of_the_compared_may_be_expected_to_win(project):
    options = {"kind": "largest_gain", "base": "sts_bilstm1", "experiments": ["sts_bilstm1_ln", "sts_bilstm1_gcn"]}
    claim = item(project, "claims", {**options, "expected": "sts_bilstm1_ln", "metric": "test_pearson"})
    assert claim.experiments == ["sts_bilstm1", "sts_bilstm1_ln", "sts_bilstm1_gcn"]


@pytest.mark.parametrize(
    ("options", "module"),
    [
        ({"model": {"name": "siamese_lstm", "pooling": "max"}, "length": 55}, "siamese"),
        ({"model": {"name": "resnet18"}, "image": 32, "classes": 10, "part": "layer1.0"}, "resnet"),
    ],
)
def test_a_drawing_takes_models_of_any_inputs_and_a_part_of_one(project, options, module):
    drawing = item(project, "figures", {"kind": "architecture", **options})
    assert drawing.options["target"].startswith(f"labreport.models.{module}:")
    assert drawing.options.get("part") == options.get("part")
    assert drawing.experiments == []


@pytest.mark.parametrize(
    ("group", "options", "pattern"),
    [
        ("claims", {"kind": "epoch_cost", "slow": "lenet5", "fast": "sts_bilstm1", "at_least": 1}, r"own\.yaml: claims\.one: compares experiments on different data sets \(lenet5 on cifar10, sts_bilstm1 on stsb\); name experiments on one data set and its variants"),
        ("claims", {"kind": "gain", "from": "cnn4", "to": "lenet5", "metric": "test_pearson", "at_least": 1}, r"own\.yaml: claims\.one\.metric: found 'test_pearson', which cnn4 does not have; its task, classification, has loss, accuracy"),
        ("figures", {"kind": "curves", "experiments": ["sts_bilstm1"], "metric": "accuracy"}, r"figures\.one\.metric: found 'accuracy', which sts_bilstm1 does not have; its task, similarity, has loss, pearson, spearman"),
        ("figures", {"kind": "comparison_curves", "experiments": ["lenet5", "sts_bilstm1"], "metric": "val_accuracy"}, r"figures\.one\.metric: .*which sts_bilstm1 does not have"),
        ("figures", {"kind": "sample_grid", "dataset": "imdb", "per_class": 2}, r"figures\.one\.dataset: found 'imdb', which is not a data set of this report's experiments; allowed: cifar10, cifar10_longtail, stsb"),
        ("tables", {"kind": "class_counts", "datasets": ["cifar10", "cifar10_balanced"]}, r"tables\.one\.datasets: found 'cifar10_balanced'"),
        ("tables", {"kind": "class_counts", "datasets": ["cifar10", "cifar10"]}, r"tables\.one: names a data set twice"),
        ("claims", {"kind": "largest_gain", "base": "sts_bilstm1", "experiments": ["sts_bilstm1_ln", "sts_bilstm1_gcn"], "expected": "lenet5", "metric": "test_pearson"}, r"claims\.one\.expected: found 'lenet5', which is not one of the experiments of claims\.one"),
        ("claims", {"kind": "within_spread", "base": "cnn4", "experiments": ["cnn4"], "metric": "val_accuracy"}, r"claims\.one: names an experiment twice"),
        ("tables", {"kind": "layers", "model": {"name": "siamese_lstm"}, "image": 32, "classes": 10}, r"tables\.one\.model\.name: found 'siamese_lstm', a model of pairs; images are read here"),
        ("figures", {"kind": "architecture", "model": {"name": "siamese_lstm", "pooling": "mean"}, "length": 55}, r"figures\.one\.model\.pooling: found 'mean', allowed: last, max"),
        ("figures", {"kind": "activations", "functions": ["relu", "relo"]}, r"figures\.one\.functions: found"),
    ],
)  # fmt: skip
def test_what_an_item_may_not_name_is_refused(project, group, options, pattern):
    with_item(project, group, options)
    refused(project, pattern, scale="demo")
