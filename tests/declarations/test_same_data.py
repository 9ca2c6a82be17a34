"""Experiments that stand together were given the same data, or are refused by the setting that makes the difference."""

from __future__ import annotations

import pytest
import yaml

from labreport.declarations.project import load
from labreport.planning import specs
from labreport.planning.plan import Plan
from tests.declarations.conftest import refused, set_at

GAIN = {"kind": "gain", "from": "cnn4_longtail", "to": "cnn4", "metric": "val_accuracy", "at_least": 1}


@pytest.fixture
def own(project):
    """The project with one report: a base and its variant, compared."""
    for report in (project.root / "config/reports").iterdir():
        report.unlink()
    write(project, ["cnn4", "cnn4_longtail"], claims={"tail": GAIN})
    project.edit("scales/full.yaml", set_at(["overrides"], []))
    return project


def write(project, experiments, **groups):
    report = {"title": "T", "authors": ["A"], "experiments": experiments, **groups}
    project.write("reports/own.yaml", yaml.safe_dump(report))


def override(project, match, data):
    project.edit("scales/full.yaml", lambda scale: scale["overrides"].append({"match": match, "set": {"data": data}}))


def test_a_claim_across_test_sets_is_refused_by_the_scales_key(own):
    load(own.root, {"scale": "full"})
    override(own, {"dataset": "cifar10_longtail"}, {"test_per_class": 5})
    refused(
        own,
        r"^config/scales/full\.yaml: overrides\.0\.set\.data\.test_per_class: found 5 for cnn4_longtail, but cnn4 has "
        r"null \(config/datasets\.yaml: cifar10\.parameters\.test_per_class\); config/reports/own\.yaml: claims\.tail "
        r"compares both",
        scale="full",
    )


def test_what_is_the_same_however_it_was_said_may_be_compared(own):
    override(own, {"experiment": "cnn4"}, {"test_per_class": 7})
    override(own, {"dataset": "cifar10_longtail"}, {"test_per_class": 7})
    load(own.root, {"scale": "full"})
    override(own, {"experiment": "cnn4"}, {"test_per_class": 8})
    refused(
        own,
        r"^config/scales/full\.yaml: overrides\.1\.set\.data\.test_per_class: found 7 for cnn4_longtail, but cnn4 has "
        r"8 \(config/scales/full\.yaml: overrides\.2\.set\.data\.test_per_class\)",
        scale="full",
    )


def test_a_variant_with_other_data_may_be_shown_where_nothing_is_claimed(own):
    override(own, {"dataset": "cifar10_longtail"}, {"test_per_class": 5})
    write(own, ["cnn4", "cnn4_longtail"])
    load(own.root, {"scale": "full"})


@pytest.mark.parametrize("order", [["cnn4", "rnn_rows"], ["rnn_rows", "cnn4"]])
def test_a_report_with_two_forms_of_a_data_set_is_refused_by_the_setting(own, order):
    own.edit("experiments/longtail.yaml", set_at(["arms", "rnn_rows", "data"], {"train_per_class": 9}))
    write(own, order)
    refused(
        own,
        r"^config/experiments/longtail\.yaml: arms\.rnn_rows\.data\.train_per_class: found 9 for rnn_rows, but cnn4 "
        r"has null \(config/datasets\.yaml: cifar10\.parameters\.train_per_class\); config/reports/own\.yaml shows "
        r"both on cifar10",
        scale="full",
    )
    write(own, ["rnn_rows"])
    own.write("reports/another.yaml", yaml.safe_dump({"title": "T", "authors": ["A"], "experiments": ["cnn4"]}))
    load(own.root, {"scale": "full"})


def test_no_key_differs_where_nothing_is_refused(own):
    """The data that are compared are those that keys are made of."""
    override(own, {"part": "longtail"}, {"train_per_class": 9})
    plan = Plan(load(own.root, {"scale": "full"}))
    report = plan.report("own")
    forms = {run.data.folder for run in plan.report_runs(report.experiments)}
    assert set(specs.text_spec(plan, report, "zh")["data"].values()) == forms
    for runs in plan.runs.values():
        assert runs[0].data.spec["parameters"] == plan.declarations.experiments[runs[0].name].data
    assert plan.runs["cnn4"][0].data.spec["parameters"]["train_per_class"] == 9
