"""The settings table: what is alike stands below it, what differs has a column."""

from __future__ import annotations

import json

import pytest

from labreport.results import Results
from labreport.tables import settings

STS = {"sts_plain": {"noise": 2.5, "epochs": 3}, "sts_ours": {"noise": 0.5, "epochs": 5}}
CIFAR = {"mean": [0.4914, 0.4822, 0.4465], "std": [0.247, 0.2435, 0.2616]}
OTHER = {"mean": [0.5] * 3, "std": [0.25] * 3}
VALUES = "means 0.4914, 0.4822, 0.4465, standard deviations 0.2470, 0.2435, 0.2616"


def change_spec(results, name, change):
    for run in results.runs(name):
        path = run.path / "spec.json"
        spec = json.loads(path.read_text())
        change(spec)
        path.write_text(json.dumps(spec))


def test_settings_show_what_differs_and_note_what_does_not(report_spec, shown):
    sgd = {"name": "SGD", "parameters": {"momentum": 0.9}}
    first = {"layers": 2, "bidirectional": True, "stem": None, "width": 64}
    experiments = {"mycnn": {"optimizer": sgd, "model": first}, "resnet34": {"model": {"layers": 4, "width": 64}}}
    results = Results(report_spec("labreport.tables.settings", {}, experiments))
    table = settings.build(results, {"experiments": ["mycnn", "resnet34"]}, "en")
    _, rows = shown(table)
    assert [row["model"] for row in rows.values()] == ["layers 2, bidirectional", "layers 4"]
    assert [row["optimizer"] for row in rows.values()] == ["SGD (momentum 0.9)", "Adam"]
    assert rows["mycnn"]["samples"] == "50,000\u00a0/\u00a01,050"
    assert list(table.notes) == ["All models: width 64.", "Loss function: cross-entropy."]


def test_what_only_some_models_share_is_no_note(report_spec, shown):
    models = {"a": {"width": 8, "depth": 3}, "b": {"width": 8, "depth": 4}, "c": {"width": 16, "depth": 3}}
    spec = report_spec("labreport.tables.settings", {}, {name: {"model": model} for name, model in models.items()})
    table = settings.build(Results(spec), {"experiments": list(models)}, "en")
    assert [row["model"] for row in shown(table)[1].values()] == [
        "width 8, depth 3",
        "width 8, depth 4",
        "width 16, depth 3",
    ]
    assert table.notes == ["Optimizer: Adam.", "Loss function: cross-entropy."]


def test_settings_of_pairs_tell_schedule_and_vectors_below(pairs, shown):
    table = settings.build(pairs(STS), {"experiments": list(STS)}, "en")
    columns, rows = shown(table)
    assert rows["sts_ours"]["samples"] == "120\u00a0/\u00a060\u00a0/\u00a080"
    assert columns["samples"]["head"] == "Training / validation / test samples"
    assert {"Optimizer: RMSprop.", "Loss function: mean squared error."} <= {*table.notes}
    assert "All models: hidden 64." in table.notes
    assert "Schedule: ReduceLROnPlateau (factor 0.1, patience 20)." in table.notes
    assert "Word vectors: word2vec (dimensions 100, window 5, epochs 5, seed 0)." in table.notes


def test_an_optimizer_that_all_share_stands_below(report_spec, shown):
    results = Results(report_spec("", {}, {"lenet5": {}, "resnet18": {}}))
    sgd = {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 0.0005}}
    for name in results.experiments:
        change_spec(results, name, lambda spec: spec["training"].update(optimizer=sgd))
    table = settings.build(results, {"experiments": results.experiments}, "en")
    assert not {"optimizer", "loss"} & {*shown(table)[0]}
    assert "Optimizer: SGD (momentum 0.9, weight decay 0.0005)." in table.notes
    assert {"optimizer", "loss"} < {*shown(settings.build(results, {"experiments": ["lenet5"]}, "en"))[0]}


def test_settings_that_differ_have_columns(report_spec, shown):
    results = Results(report_spec("", {}, {"plain": {}, "smooth": {}}))

    def smooth(spec):
        spec["data"]["dataset"] = "cifar10_longtail"
        spec["training"] |= {
            "loss": {"name": "cross_entropy", "parameters": {"label_smoothing": 0.1}},
            "optimizer": {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 0.0005}},
            "schedule": {"name": "MultiStepLR", "parameters": {"milestones": [10, 20]}},
            "augment": [{"name": "crop", "padding": 4}, {"name": "flip", "p": 0.5}],
        }

    change_spec(results, "smooth", smooth)
    columns, rows = shown(settings.build(results, {"experiments": ["plain", "smooth"]}, "en"))
    assert [rows[name]["dataset"] for name in rows] == ["cifar10", "cifar10_longtail"]
    assert rows["smooth"]["augment"] == "random crop (padding 4), horizontal flip (p 0.5)"
    assert rows["smooth"]["loss"] == "cross-entropy (label smoothing 0.1)"
    assert rows["smooth"]["optimizer"] == "SGD (momentum 0.9, weight decay 0.0005)"
    assert rows["smooth"]["schedule"] == "MultiStepLR (milestones 10 20)"
    assert rows["plain"]["augment"] is rows["plain"]["schedule"] is None
    assert "vectors" not in columns


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ((CIFAR, CIFAR), [f"Normalisation of the channels: {VALUES}."]),
        (
            (CIFAR, OTHER),
            [
                f"Normalisation of the channels (mycnn): {VALUES}.",
                "Normalisation of the channels (resnet34): means 0.5, 0.5, 0.5, standard deviations 0.25, 0.25, 0.25.",
            ],
        ),
        (
            (None, CIFAR),
            [
                "Normalisation of the channels (mycnn): none.",
                f"Normalisation of the channels (resnet34): {VALUES}.",
            ],
        ),
        ((None, None), []),
    ],
)
def test_settings_tell_how_images_are_normalised(chosen, told, report_spec):
    runs = {name: {"normalize": values} for name, values in zip(("mycnn", "resnet34"), chosen, strict=True)}
    table = settings.build(Results(report_spec("", {}, runs)), {"experiments": list(runs)}, "en")
    assert list(table.notes) == ["All models: width 64.", "Optimizer: Adam.", "Loss function: cross-entropy.", *told]
