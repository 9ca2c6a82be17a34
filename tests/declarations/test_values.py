# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Values of the wrong type or range are named by file and key, those of a scale too; right ones arrive as meant."""

from __future__ import annotations

import pytest

from labreport.declarations.project import load
from tests.declarations.conftest import refused, set_at

IMAGES, TEXTS, REPORT, DEMO = (
    "experiments/images.yaml",
    "experiments/texts.yaml",
    "reports/practice1.yaml",
    "scales/demo.yaml",
)


@pytest.mark.parametrize(
    ("file", "path", "value", "pattern"),
    [
        (TEXTS, ["arms", "lstm4", "model", "layers"], 0, r"texts\.yaml: arms\.lstm4\.model\.layers: found 0, a whole number from 1"),
        (TEXTS, ["shared", "model", "hidden"], 3.5, r"texts\.yaml: shared\.model\.hidden: found 3\.5, a whole number"),
        (TEXTS, ["shared", "model", "dropout"], 1, r"shared\.model\.dropout: found 1, a number from 0 to below 1"),
        (TEXTS, ["arms", "bilstm2", "model", "bidirectional"], 1, r"arms\.bilstm2\.model\.bidirectional: found 1, true or false"),
        (DEMO, ["overrides", 0, "set", "model", "width"], 0, r"demo\.yaml: overrides\.0\.set\.model\.width: found 0"),
        (DEMO, ["overrides", 1, "set", "data", "vocabulary"], 2, r"demo\.yaml: overrides\.1\.set\.data\.vocabulary: found 2, at least 3"),
        (TEXTS, ["arms", "lstm4", "model"], {"name": "resnet34"}, r"texts\.yaml: arms\.lstm4\.model\.name: found 'resnet34', a model of images; texts are read here, allowed: lstm, residual_lstm, own_lstm$"),
        (IMAGES, ["arms", "mycnn", "model"], {"name": "lstm"}, r"images\.yaml: arms\.mycnn\.model\.name: found 'lstm', a model of texts; images are read"),
        (TEXTS, ["shared", "augment"], [{"name": "flip", "p": 0.5}], r"texts\.yaml: shared\.augment: .*which is for images; IMDB is texts"),
        (TEXTS, ["arms", "lstm4", "normalize"], {"mean": [0, 0, 0], "std": [1, 1, 1]}, r"arms\.lstm4\.normalize: .*which is for images"),
        (IMAGES, ["shared", "optimizer"], {"name": "SGD", "parameters": {"lr": 0.1}}, r"shared\.optimizer\.parameters\.lr: is not to be set: write `learning_rate`"),
        (IMAGES, ["shared", "optimizer"], {"name": "Adam", "parameters": {"fused": True}}, r"optimizer\.parameters\.fused: is not to be set: training chooses"),
        (IMAGES, ["shared", "optimizer"], {"name": "Adam", "parameters": {"momentum": 0.9}}, r"parameters\.momentum: unknown parameter of Adam; allowed: betas, eps, weight_decay, amsgrad"),
        (IMAGES, ["shared", "optimizer"], {"name": "Adam", "parameters": {"eps": "x"}}, r"^config/experiments/images\.yaml: shared\.optimizer\.parameters\.eps: found 'x', a number above 0 is needed$"),
        (IMAGES, ["shared", "optimizer"], {"name": "Adam", "parameters": {"betas": 0.9}}, r"parameters\.betas: found 0\.9, a list of two numbers"),
        (IMAGES, ["shared", "loss"], {"name": "cross_entropy", "parameters": {"label_smoothing": 2}}, r"shared\.loss\.parameters\.label_smoothing: found 2\.0, a number from 0 to 1"),
        (IMAGES, ["shared", "loss"], {"name": "cross_entropie"}, r"shared\.loss\.name: found 'cross_entropie', allowed is 'cross_entropy'"),
        ("datasets.yaml", ["cifar10", "sample", "parameters", "train_per_class"], 0, r"cifar10\.sample\.parameters\.train_per_class: found 0, at least 1"),
        ("datasets.yaml", ["cifar10", "parameters"], {"seed": 0}, r"cifar10\.parameters\.train_per_class: is missing"),
        ("datasets.yaml", ["imdb", "parameters", "length"], None, r"imdb\.parameters\.length: found null"),
        ("datasets.yaml", ["imdb", "reader"], "labreport.data.imbd", r"datasets\.yaml: imdb\.reader: found 'labreport\.data\.imbd', no module of the project with `prepare`"),
        ("datasets.yaml", ["imdb", "archive", "file"], "cifar-10-python.tar.gz", r"imdb\.archive\.file: .*which is cifar10's archive too, with another digest"),
        (DEMO, ["overrides", -1, "set"], {"lenght": 48}, r'demo\.yaml: overrides\.\d+\.set\.lenght: unknown option of lstm_cost; did you mean "length"\?'),
        (DEMO, ["overrides", -1, "set", "batch_size"], "two", r"demo\.yaml: overrides\.\d+\.set\.batch_size: found 'two', a whole number"),
        (REPORT, ["measurements", "lstm_cost", "length"], 0, r"practice1\.yaml: measurements\.lstm_cost\.length: found 0, a whole number from 1"),
        (REPORT, ["claims", "images_close", "points"], "two", r"claims\.images_close\.points: found 'two', a number from 0 on"),
        (REPORT, ["claims", "own_matches", "experiments"], ["mycnn"], r"claims\.own_matches\.experiments: found 1 experiment, at least 2"),
        (REPORT, ["claims", "own_matches", "experiments"], ["mycnn", "mycnn"], r"claims\.own_matches: names an experiment twice"),
        (REPORT, ["claims", "own_matches", "experiments"], 3, r"claims\.own_matches\.experiments: found 3, a list of names"),
        (REPORT, ["claims", "residual_faster", "faster"], "mycnn", r"claims\.residual_faster: faster and slower are both 'mycnn'"),
        (REPORT, ["claims", "own_lstm_slow", "slow"], "owm", r'claims\.own_lstm_slow\.slow: found \'owm\', which is not a row of that measurement; did you mean "own"\?'),
        (REPORT, ["tables", "layers_imagenet", "image"], "big", r"tables\.layers_imagenet\.image: found 'big', a whole number"),
        (REPORT, ["tables", "layers_imagenet", "model"], {"name": "lstm"}, r"tables\.layers_imagenet\.model\.name: found 'lstm', a model of texts"),
        (REPORT, ["tables", "layers_cifar", "changed_from", "classes"], 0, r"tables\.layers_cifar\.changed_from\.classes: found 0"),
        (REPORT, ["tables", "layers_cifar", "changed_from"], {"image": 3, "classes": 2}, r"changed_from\.model: is missing"),
        (REPORT, ["tables", "layers_cifar", "changed_from", "model", "widht"], 3, r"tables\.layers_cifar\.changed_from\.model\.widht: unknown parameter"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_or_range_is_named(project, file, path, value, pattern):
    project.edit(file, set_at(path, value))
    refused(project, pattern, scale="demo")


def test_a_mistake_of_a_scale_is_found_in_the_scale_alone(project):
    project.edit(DEMO, set_at(["overrides", -1, "set", "length"], 0))
    load(project.root, {"scale": "full"})
    refused(project, r"demo\.yaml: overrides\.\d+\.set\.length: found 0", scale="demo")


def test_a_scale_overrides_a_measurement_and_keeps_the_rest(project):
    change = {"match": {"measurement": "lstm_cost"}, "set": {"length": 7, "repeats": 3}}
    project.edit("scales/lite.yaml", set_at(["overrides"], [change]))
    full, lite = (load(project.root, {"scale": scale}).reports["practice1"] for scale in ("full", "lite"))
    assert lite.measurements["lstm_cost"].options == {
        **full.measurements["lstm_cost"].options,
        "length": 7,
        "repeats": 3,
    }


def test_optimizer_parameters_are_numbers_lists_and_truth_values(project):
    parameters = {"betas": [0.9, 0.98], "weight_decay": 1, "amsgrad": True}
    project.edit(IMAGES, set_at(["shared", "optimizer"], {"name": "Adam", "parameters": parameters}))
    settings = load(project.root, {"scale": "demo"}).experiments["mycnn"].settings
    assert settings.optimizer.parameters == {"betas": [0.9, 0.98], "weight_decay": 1.0, "amsgrad": True}
    assert type(settings.optimizer.parameters["amsgrad"]) is bool


def test_an_exponent_without_a_point_is_a_number(project):
    file = project.root / "config" / REPORT
    file.write_text(file.read_text().replace("margin: 0.05", "margin: 5e-2"))
    claims = load(project.root, {"scale": "demo"}).reports["practice1"].claims
    assert claims["depth_needs_residual"].options["margin"] == 0.05


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a: &b [*b]\n", r"images\.yaml: a\.0\.0: more than \d+ values, or nested deeper"),
        ("part: 2020-01-01\n", r"images\.yaml: part: found datetime\.date.*quote it"),
        ("shared: {epochs: {3: 4}}\n", r"images\.yaml: shared\.epochs: key 3: a word is needed"),
        ('part: "a\\0b"\n', r"images\.yaml: part: .*without control characters"),
        ('part: "\\ud800"\n', r"images\.yaml: part: .*without control characters"),
        (f"part: 0x{'f' * 5000}\n", r"images\.yaml: part: found a number of thousands of digits"),
        ("part: .nan\n", r"images\.yaml: part: found nan, a finite number"),
        ("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", r"images\.yaml: e.*more than \d+ values"),
    ],
)  # fmt: skip
def test_what_no_spec_can_hold_is_named(project, text, pattern):
    project.write(IMAGES, text)
    refused(project, pattern, scale="demo")
