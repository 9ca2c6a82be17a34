# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Reports: what their figures, tables and claims may name, their seeds, languages and titles."""

from __future__ import annotations

import pytest
from torch import nn

from labreport.artifacts.graph import Graph
from labreport.declarations.models import may_convolve, recurs
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURES
from labreport.kinds import Experiments, File, kinds
from labreport.models.own_lstm import LSTMLayer
from labreport.models.registry import MODELS
from labreport.results import Results
from labreport.steps.items import located
from tests.models.test_registry import build, variants

from .conftest import refused, set_at

MIXED = [
    "cnn4",
    "rnn_rows",
    "cnn4_longtail",
    "lenet5",
    "resnet18_celu",
    "sts_bilstm1",
    "sts_bilstm1_ln",
    "sts_bilstm1_gcn",
    "bilstm2",
]
GROUPS = {"kind": "group_accuracy", "experiments": ["cnn4"], "dataset": "cifar10_longtail"}
GAIN = {"kind": "difference", "quantity": "val_accuracy", "experiments": ["cnn4"], "than": "cnn4_longtail"}
FIGURE = {"kind": "consistency", "experiment": "cnn4", "quantity": "val_accuracy"}
LARGEST = {
    "kind": "ranking",
    "experiments": ["sts_bilstm1_ln", "sts_bilstm1_gcn"],
    "quantity": "test_pearson",
}
GAP = {"kind": "difference", "quantity": "accuracy_on(full)", "minus": "accuracy_on(short)", "experiments": ["lenet5"]}
FITTING = [
    ("figures", GROUPS),
    ("figures", {"kind": "confusion", "experiments": ["bilstm2"]}),
    ("figures", {"kind": "scatter", "experiments": ["sts_bilstm1"]}),
    ("figures", {"kind": "final_accuracy", "experiments": ["cnn4", "bilstm2"]}),
    ("figures", {"kind": "sample_grid", "dataset": "cifar10_longtail"}),
    ("figures", {"kind": "filters", "experiments": ["cnn4"]}),
    (
        "figures",
        {
            "kind": "against",
            "experiments": ["cnn4", "lenet5"],
            "setting": "optimizer.parameters.weight_decay",
            "metric": "seconds",
        },
    ),
    ("figures", {"kind": "mistakes", "experiments": ["cnn4_longtail"]}),
    ("tables", {"kind": "mistakes", "experiments": ["bilstm2"]}),
    ("tables", {"kind": "mistakes", "experiments": ["sts_bilstm1"], "count": 3}),
    ("tables", {"kind": "per_class", "experiments": ["cnn4", "cnn4_longtail", "lenet5"]}),
    ("tables", {"kind": "class_counts", "datasets": ["imdb"]}),
    ("tables", {"kind": "class_counts", "datasets": ["cifar10", "cifar10_longtail"]}),
    ("tables", {"kind": "pair_counts", "dataset": "stsb"}),
    ("tables", {"kind": "results", "experiments": ["cnn4", "bilstm2"]}),
    ("tables", {"kind": "published_classes", "experiments": ["lenet5"]}),
    ("tables", {"kind": "runs"}),
    ("claims", {"kind": "consistency", "experiment": "lenet5", "quantity": "val_accuracy", "against": "classes"}),
    ("claims", {"kind": "consistency", "experiment": "sts_bilstm1", "quantity": "test_pearson", "within": 5}),
    ("claims", {**GAP, "dataset": "cifar10_longtail"}),
    ("claims", {**GAIN, "quantity": "accuracy_on(cat, dog)", "at_least": 1}),
    ("claims", {**GAIN, "quantity": "epochs_to(best)", "share_of_best": 0.9}),
    ("claims", {"kind": "equivalence", "quantity": "val_loss", "experiments": ["cnn4"], "base": "lenet5", "within": 1}),
    ("claims", {"kind": "ratio", "of": "cnn4", "over": "lenet5", "at_most": 3}),
    ("figures", {"kind": "architecture", "model": {"name": "siamese_lstm", "pooling": "max"}, "length": 55}),
    ("figures", {"kind": "architecture", "model": {"name": "resnet18"}, "image": 32, "part": "layer1.0"}),
    ("figures", {"kind": "architecture", "model": {"name": "resnet18"}, "dataset": "cifar10"}),
    ("claims", GAIN),
    ("claims", {**LARGEST, "best": "sts_bilstm1_ln"}),
]


def item(project, group, options, experiments=MIXED):
    project.report(experiments=experiments, **{group: {"one": options}})
    return getattr(project.load().report("own"), group)["one"]


@pytest.mark.parametrize(("group", "options"), FITTING)
def test_what_fits_is_taken(project, group, options):
    assert item(project, group, options).kind.name == options["kind"]


@pytest.mark.parametrize(
    ("group", "options", "pattern"),
    [
        ("figures", {**GROUPS, "dataset": "cifar10"}, r"figures\.one\.dataset: found cifar10, which has no short and full classes; one with a long tail is needed"),
        ("claims", {**GAP, "dataset": "cifar10"}, r"claims\.one\.dataset: found cifar10, which has no short and full classes"),
        ("claims", GAP, r"claims\.one\.quantity: accuracy_on\(full\) needs `dataset`, a long-tailed one"),
        ("claims", {**GAIN, "quantity": "accuracy_on(cats)"}, r"claims\.one\.quantity: found class 'cats', which cnn4 does not have; .*cat"),
        ("claims", {**GAIN, "quantity": "val_acuracy"}, r"claims\.one\.quantity: found 'val_acuracy', which is not a quantity; did you mean \"val_accuracy\""),
        ("claims", {**GAIN, "quantity": "epochs_to"}, r"claims\.one\.quantity: found 'epochs_to': epochs_to needs a level in brackets"),
        ("claims", {**GAIN, "quantity": "epochs_to(high)"}, r"claims\.one\.quantity: .*a number or `best`; found 'high'"),
        ("claims", {**GAIN, "quantity": "val_loss(1)"}, r"claims\.one\.quantity: .*takes nothing in brackets; found '1'"),
        ("claims", {**GAIN, "share_of_best": 0.9}, r"claims\.one\.quantity: found 'val_accuracy' beside `share_of_best`"),
        ("claims", {**GAIN, "quantity": "test_accuracy"}, r"claims\.one\.quantity: found 'test_accuracy', which cnn4 does not have; the splits of its task are train, val"),
        ("claims", {**GAIN, "minus": "train_accuracy"}, r"claims\.one: difference needs either `than` or `minus`"),
        ("claims", {"kind": "equivalence", "quantity": "val_loss", "experiments": ["cnn4"], "within": 1}, r"claims\.one\.experiments: found 1, at least 2 are needed"),
        ("claims", {"kind": "ratio", "of": "cnn4", "over": "lenet6", "at_most": 3}, r"claims\.one\.over: found 'lenet6', which is not an experiment of this report; did you mean \"lenet5\""),
        ("figures", {"kind": "forest", "claims": ["gian"]}, r"figures\.one\.claims: found 'gian', which is not a claim of this report"),
        ("figures", {"kind": "forest"}, r"figures\.one: forest shows claims; this report declares none"),
        ("claims", {"kind": "ratio", "of": "cnn4", "over": "lenet5"}, r"claims\.one: ratio needs either `at_least` or `at_most`"),
        ("claims", {"kind": "consistency", "experiment": "cnn4", "quantity": "val_accuracy", "against": "classes"}, r"consistency needs a published per_class"),
        ("claims", {**FIGURE, "against": 0}, r"claims\.one\.against: found 0; it should be 'classes', or greater than 0$"),
        ("claims", {**FIGURE, "against": "clases"}, r"claims\.one\.against: found 'clases'; it should be 'classes'; did you mean \"classes\"\?$"),
        ("claims", {**FIGURE, "against": 88}, r"claims\.one\.against: found 88, allowed is a share of 1, as published accuracies are; 88 % is 0\.88"),
        ("figures", {**GROUPS, "experiments": ["bilstm2"]}, r"figures\.one: group_accuracy needs the same classes in all that it shows; bilstm2 has negative, positive but cifar10_longtail has airplane"),
        ("figures", {**GROUPS, "experiments": ["sts_bilstm1"]}, r"group_accuracy needs per_class\.csv, which sts_bilstm1 does not have; its task, similarity, has"),
        ("figures", {"kind": "confusion", "experiments": ["sts_bilstm1"]}, r"own\.yaml: figures\.one: confusion needs confusion\.csv, which sts_bilstm1"),
        ("figures", {"kind": "scatter", "experiments": ["cnn4"]}, r"scatter needs pearson, which cnn4 does not have"),
        ("figures", {"kind": "filters", "experiments": ["sts_bilstm1"]}, r"filters needs images; sts_bilstm1 is of pairs|filters needs filters\.npy"),
        ("figures", {"kind": "filters", "experiments": ["rnn_rows"]}, r"filters needs filters\.npy; the model of rnn_rows, rnn_rows, has no convolution"),
        ("figures", {"kind": "sample_grid", "dataset": "stsb"}, r"sample_grid needs images; stsb is of pairs"),
        ("figures", {"kind": "sample_grid", "dataset": "imdb9"}, r"figures\.one\.dataset: found 'imdb9', which is not a data set of this report's experiments"),
        ("figures", {"kind": "final_accuracy", "experiments": ["cnn4", "sts_bilstm1"]}, r"final_accuracy needs accuracy, which sts_bilstm1 does not have"),
        ("figures", {"kind": "curves", "experiments": ["sts_bilstm1"], "metric": "accuracy"}, r"figures\.one\.metric: found 'accuracy', which sts_bilstm1 does not have; its task, similarity, has loss, pearson"),
        ("figures", {"kind": "curves", "experiments": ["cnn4", "lenet5"], "metric": "loss"}, r"figures\.one\.experiments: found 2 experiments, exactly one is needed"),
        ("figures", {"kind": "architecture", "model": {"name": "siamese_lstm", "pooling": "mean"}}, r"figures\.one\.model\.pooling: found 'mean'; .*'last' or 'max'"),
        ("figures", {"kind": "architecture", "experiment": "cnn5"}, r"figures\.one\.experiment: found 'cnn5', which is not an experiment of this report; did you mean \"cnn4\""),
        ("figures", {"kind": "architecture", "experiment": "cnn4", "model": {"name": "cnn4"}}, r"figures\.one: architecture needs either `experiment` or `model`"),
        ("figures", {"kind": "architecture", "image": 8}, r"figures\.one: architecture needs either `experiment` or `model`"),
        ("figures", {"kind": "activations", "functions": ["relu", "relo"]}, r"figures\.one\.functions\.1: found 'relo'"),
        ("tables", {"kind": "class_counts", "datasets": ["stsb"]}, r"class_counts needs images or texts; stsb is of pairs"),
        ("tables", {"kind": "class_counts", "datasets": ["cifar10", "imdb"]}, r"class_counts needs the same classes in all that it shows"),
        ("tables", {"kind": "class_counts", "datasets": ["cifar10", "cifar10"]}, r"tables\.one\.?\w*: names cifar10 twice"),
        ("tables", {"kind": "pair_counts", "dataset": "cifar10"}, r"pair_counts needs pairs; cifar10 is of images"),
        ("tables", {"kind": "per_class", "experiments": ["cnn4", "bilstm2"]}, r"per_class needs the same classes"),
        ("tables", {"kind": "results", "experiments": ["cnn4", "sts_bilstm1"]}, r"results needs experiments of one task; cnn4 has classification, sts_bilstm1 has similarity"),
        ("tables", {"kind": "results"}, r"tables\.one: results needs either `part` or `experiments`"),
        ("tables", {"kind": "layers", "model": {"name": "siamese_lstm"}, "image": 32, "classes": 10}, r"tables\.one\.model\.name: found 'siamese_lstm', a model of pairs; images are read here"),
        ("tables", {"kind": "published_classes", "experiments": ["lenet5", "resnet18_celu"]}, r"published_classes needs a published per_class; config/experiments/augmented\.yaml: arms\.resnet18_celu\.published states val_accuracy"),
        ("claims", {"kind": "consistency", "experiment": "bilstm2", "quantity": "train_accuracy", "within": 1}, r"consistency needs a published train_accuracy"),
        ("claims", {**GAIN, "experiments": ["sts_bilstm1"], "than": "sts_bilstm1_ln"}, r"claims\.one\.quantity: found 'val_accuracy', which sts_bilstm1 does not have; its task, similarity, has loss, pearson"),
        ("claims", {"kind": "ratio", "of": "lenet5", "over": "sts_bilstm1", "at_least": 1}, r"own\.yaml: claims\.one: compares experiments on different data sets \(lenet5 on cifar10, sts_bilstm1 on stsb\)"),
        ("claims", {**GAIN, "quantity": "test_pearson"}, r"claims\.one\.quantity: found 'test_pearson', which cnn4 does not have"),
        ("claims", {**LARGEST, "best": "lenet5"}, r"claims\.one\.best: found 'lenet5', which is not one of its experiments"),
        ("claims", {**GAIN, "than": "cnn4"}, r"claims\.one: names cnn4 twice"),
        ("claims", {"kind": "difference", "quantity": "val_accuracy", "minus": "best_epoch", "experiments": ["cnn4"]}, r"claims\.one\.minus: found 'best_epoch', which is in another unit than val_accuracy"),
        ("claims", {"kind": "equivalence", "quantity": "val_loss", "minus": "train_loss", "experiments": ["cnn4"], "base": "lenet5", "within": 1}, r"claims\.one: equivalence needs either `base` or `minus`"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_anything_is_trained(project, group, options, pattern):
    project.report(experiments=MIXED, **{group: {"one": options}})
    refused(project, pattern)


AGAINST = {"kind": "against", "experiments": ["cnn4", "resnet18_celu"], "metric": "val_accuracy"}


@pytest.mark.parametrize(
    ("setting", "pattern"),
    [
        (
            "learning_rat",
            r"reports/own.yaml: figures.one.setting: found 'learning_rat', which is no number that cnn4 is trained with; did you mean \"learning_rate\"\?",
        ),
        (
            "model.activation",
            r"found 'model.activation', which is no number that cnn4 is trained with; allowed: epochs",
        ),
        ("model.name", r"which is no number"),
    ],
)
def test_a_setting_that_is_no_number_of_every_experiment_is_refused(setting, pattern, project):
    with pytest.raises(DeclarationError, match=pattern):
        item(project, "figures", {**AGAINST, "setting": setting})


def test_settings_are_known_where_they_have_their_defaults(project):
    """Of the model's constructor and of the data set, which the declaration of the experiment does not state."""
    item(project, "figures", {**AGAINST, "experiments": ["cnn4"], "setting": "data.seed"})
    found = project.load()
    experiment = found.experiment("cnn4")
    assert experiment.every_setting()["data.seed"] == experiment.data["seed"]
    assert found.experiment("lenet5").every_setting()["optimizer.parameters.momentum"] == 0.9
    spec = Graph(found).figures(found.report("own"), "en").spec["items"]["one"]
    assert spec["experiments"]["cnn4"]["settings"] == {"data.seed": experiment.data["seed"]}


def test_a_kind_that_shows_samples_is_made_from_the_prepared_data_of_its_experiment(project):
    item(project, "figures", {"kind": "mistakes", "experiments": ["cnn4_longtail"]})
    found = project.load()
    made = Graph(found).figures(found.report("own"), "en")
    data = made.spec["items"]["one"]["data"]
    assert list(data) == ["cifar10_longtail"]
    assert [one.folder for one in made.needs if one.step == "prepare"] == list(data.values())


@pytest.mark.parametrize("name", MODELS)
def test_which_layers_a_model_has_is_told_by_its_code(name):
    modules = list(build(name, variants(name)[0]).modules())
    assert may_convolve(MODELS[name]) is any(isinstance(module, nn.Conv2d) for module in modules)
    assert recurs(MODELS[name]) is any(isinstance(module, nn.RNNBase | LSTMLayer) for module in modules)


def test_the_network_of_an_experiment_is_its_model_as_the_scale_sets_it_and_reads_its_data(project):
    drawn = item(project, "figures", {"kind": "architecture", "experiment": "cnn4_longtail", "part": "conv1"})
    model = project.load().experiment("cnn4_longtail").settings.model
    assert drawn.options == {**model.spec, "dataset": "cifar10_longtail", "part": "conv1"}
    assert drawn.datasets == ("cifar10_longtail",)
    assert drawn.experiments == ()


def test_a_kind_may_read_a_file_of_the_project_which_is_an_input(project, monkeypatch):
    (kind,) = kinds("labreport.figures", {}, curves={"experiments": Experiments, "reference": File}).values()
    monkeypatch.setitem(FIGURES, "curves", kind)
    found = {}
    for words in ("one", "two"):
        project.write("reference.csv", words)
        item = {"kind": "curves", "experiments": ["cnn3"], "reference": "config/reference.csv"}
        project.report(experiments=["cnn3"], figures={"drawn": item})
        graph = Graph(project.load())
        found[words] = graph.figures(graph.project.report("own"), "en")
        assert "config/reference.csv" in found[words].inputs
        located_spec = located(found[words].spec["items"]["drawn"], project.root)
        assert Results(located_spec).file("config/reference.csv").read_text() == words
    assert found["one"].key != found["two"].key
    for path, words in (("../x.csv", "a path inside the project is needed"), ("config/none.csv", "no such file")):
        project.report(experiments=["cnn3"], figures={"drawn": {**item, "reference": path}})
        refused(project, rf"own\.yaml: figures\.drawn\.reference: found '{path}', {words}")


def test_what_is_claimed_of_experiments_on_other_test_data_is_refused(project):
    """By the setting that makes the difference; what is only shown may have other data."""
    change = {"match": {"dataset": "cifar10_longtail"}, "set": {"data": {"test_per_class": 5}}}
    project.edit("scales/full.yaml", set_at(["overrides"], [change]))
    project.report(experiments=["cnn4", "cnn4_longtail"])
    assert project.load("full").report("own")
    project.report(experiments=["cnn4", "cnn4_longtail"], claims={"tail": GAIN})
    refused(
        project,
        r"config/scales/full\.yaml: overrides\.0\.set\.data\.test_per_class: found 5 for cnn4_longtail, but None for "
        r"cnn4 \(config/datasets\.yaml: cifar10\.parameters\.test_per_class\); config/reports/own\.yaml: claims\.tail "
        r"compares both",
        scale="full",
    )


@pytest.mark.parametrize("order", [["cnn4", "rnn_rows"], ["rnn_rows", "cnn4"]])
def test_a_report_with_two_forms_of_a_data_set_is_refused_by_the_setting(project, order):
    project.edit("experiments/longtail.yaml", set_at(["arms", "rnn_rows", "data"], {"train_per_class": 9}))
    project.report(experiments=order)
    refused(
        project,
        r"config/experiments/longtail\.yaml: arms\.rnn_rows\.data\.train_per_class: found 9 for rnn_rows, but None for "
        r"cnn4 .*; config/reports/own\.yaml shows both on cifar10",
        scale="full",
    )


def test_a_report_may_have_seeds_of_its_own(project):
    project.report(experiments=["cnn4"], seeds=[3, 4])
    declared = project.load()
    assert declared.seeds(declared.report("own")) == (3, 4)
    assert declared.seeds(declared.report("midterm")) == (0,)
    asked = project.load(seeds=["7"])  # the command line wins
    assert asked.seeds(asked.report("own")) == (7,)


def test_one_template_is_enough(project):
    project.report(experiments=["cnn4"])
    graph = Graph(project.load(lang="zh"))
    assert graph.project.report("own").langs == ("en",)
    assert graph.delivered("report/own.pdf").name == "own.en"
    refused_text = refused_target(graph, "report/own.zh.pdf")
    assert "templates/own/zh.md.j2" in refused_text


def refused_target(graph, target):
    with pytest.raises(Exception, match="own") as caught:
        graph.delivered(target)
    return str(caught.value)


def test_a_report_with_a_template_in_no_language_is_refused(project):
    project.report(experiments=["cnn4"])
    (project.root / "templates/own/en.md.j2").unlink()
    refused(project, r"templates/own/en\.md\.j2: no such file, nor templates/own/zh\.md\.j2; write the report's text")


def test_two_experiments_of_a_report_may_not_have_one_title(project):
    for name in ("resnet34", "myresnet34"):
        project.edit("experiments/images.yaml", set_at(["arms", name, "title"], "ResNet-34"))
    project.report(experiments=["resnet34"])
    assert project.load().report("own").experiments["resnet34"].title == "ResNet-34"
    project.report(experiments=["resnet34", "myresnet34"])
    refused(project, r"own\.yaml: experiments: two of them have the title 'ResNet-34'; give one another title")


def test_a_title_page_has_fields_of_its_own(project):
    project.report(experiments=["cnn4"], fields={"Supervisor": "B. Teacher"})
    assert project.load().report("own").title_page("en")["fields"] == {"Supervisor": "B. Teacher"}
    both = {"zh": {"指导教师": "某老师"}, "en": {"Supervisor": "B. Teacher"}}
    project.report(experiments=["cnn4"], fields=both)
    assert project.load().report("own").title_page("zh")["fields"] == both["zh"]
    project.report(experiments=["cnn4"], fields={"Supervisor": ["B. Teacher"]})
    refused(project, r"own\.yaml: fields\.Supervisor")
