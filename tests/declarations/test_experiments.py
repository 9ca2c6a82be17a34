# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Experiments of every task: what fits together, what does not, and the published figures beside them."""

from __future__ import annotations

import pytest

from labreport.declarations.models import inputs_of
from labreport.declarations.project import load
from labreport.models.registry import MODELS
from labreport.training.tasks import TASKS
from tests.declarations.conftest import PROJECT, refused, set_at

IMAGES, TEXTS, TAIL, STS, AUGMENTED = (
    f"experiments/{name}.yaml" for name in ("images", "texts", "longtail", "similarity", "augmented")
)
VECTORS = {"name": "word2vec", "dimensions": 8, "window": 5, "epochs": 1, "seed": 0}
# Optimizer, learning rate, batch size, epochs and published figures, as the reports state them.
STATED = {
    "cnn4": ("SGD", 0.01, 1024, 100, {"train_accuracy": 0.864, "val_accuracy": 0.719}),
    "rnn_rows": ("SGD", 0.01, 1024, 200, {"train_accuracy": 1.0, "val_accuracy": 0.528}),
    "cnn4_longtail": ("SGD", 0.01, 1024, 200, {"train_accuracy": 1.0, "val_accuracy": 0.534}),
    "rnn_rows_longtail": ("SGD", 0.01, 1024, 200, {"train_accuracy": 0.973, "val_accuracy": 0.42}),
    "resnet50_balanced": ("SGD", 0.01, 1024, 10, {"train_accuracy": 0.982, "val_accuracy": 0.674}),
    "rnn_rows_balanced": ("SGD", 0.01, 1024, 50, {"train_accuracy": 0.949, "val_accuracy": 0.454}),
    "lenet5": ("SGD", 0.01, 128, 80, {"train_accuracy": 0.742, "val_accuracy": 0.717}),
    "resnet18": ("SGD", 0.01, 128, 30, {"train_accuracy": 0.956, "val_accuracy": 0.889, "convergence_epoch": 30}),
    "resnet18_celu": ("SGD", 0.01, 128, 30, {"train_accuracy": 0.957, "val_accuracy": 0.885, "convergence_epoch": 25}),
    "resnet18_ls": ("SGD", 0.01, 128, 30, {"train_accuracy": 0.954, "val_accuracy": 0.888, "convergence_epoch": 27}),
    "resnet18_celu_ls": ("SGD", 0.01, 128, 30, {"train_accuracy": 0.952, "val_accuracy": 0.887, "convergence_epoch": 23}),
    "sts_lstm1_fixed": ("RMSprop", 0.001, None, None, {"test_loss": 3.05, "test_pearson": 0.37}),
    "sts_lstm2_fixed": ("RMSprop", 0.001, None, None, {"test_loss": 3.02, "test_pearson": 0.38}),
    "sts_bilstm1": ("RMSprop", 0.001, None, None, {"test_loss": 2.99, "test_pearson": 0.38}),
    "sts_bilstm1_ln": ("RMSprop", 0.001, None, None, {"test_loss": 2.33, "test_pearson": 0.48}),
    "sts_bilstm1_gcn": ("RMSprop", 0.001, None, None, {"test_loss": 2.54, "test_pearson": 0.46}),
    "sts_bilstm1_ln_mp": ("RMSprop", 0.001, None, None, {"test_loss": 1.52, "test_pearson": 0.576, "val_pearson": 0.607}),
    "cnn3": (None, None, None, 30, {"val_accuracy": 0.7672, "best_epoch": 28}),
    "resnet_small": (None, None, None, 30, {"val_accuracy": 0.8513, "best_epoch": 30}),
}  # fmt: skip


@pytest.fixture(scope="module")
def full():
    return load(PROJECT, {"scale": "full"}).experiments


@pytest.mark.parametrize("name", STATED)
def test_full_is_what_the_report_states(full, name):
    settings = full[name].settings
    found = (settings.optimizer.name, settings.learning_rate, settings.batch_size, settings.epochs)
    assert all(stated in (None, one) for one, stated in zip(found, STATED[name][:4], strict=True))
    published = full[name].published.model_dump(exclude_none=True)
    published.pop("per_class", None)
    assert published == STATED[name][4]


@pytest.mark.parametrize(
    ("name", "percent"),
    [("lenet5", "73 93 88 47 71 50 67 92 91 95"), ("resnet18", "99 97 95 88 90 82 84 98 96 98")],
)
def test_the_published_classes_are_in_the_data_sets_order(full, name, percent):
    per_class = full[name].published.per_class
    assert [round(100 * share) for share in per_class.values()] == list(map(int, percent.split()))
    classes = "airplane automobile bird cat deer dog frog horse ship truck"
    assert list(per_class) == classes.split()


def test_the_augmented_experiments_are_the_midterms(full):
    settings = full["resnet18_celu_ls"].settings
    assert settings.optimizer.parameters == {"momentum": 0.9, "weight_decay": 5e-4}
    assert [one.model_dump() for one in settings.augment] == [
        {"name": "crop", "padding": 4},
        {"name": "flip", "p": 0.5},
    ]
    assert settings.normalize.std == [0.2023, 0.1994, 0.2010]
    assert settings.model.parameters == {"activation": "celu"}
    assert settings.loss.parameters == {"label_smoothing": 0.1}


def test_the_similarity_experiments_differ_in_their_models_alone(full):
    models = {name: one.settings.model.parameters for name, one in full.items() if one.task == "similarity"}
    others = {str(one.settings.model_dump(exclude={"model"})) for one in full.values() if one.task == "similarity"}
    assert len(models) >= 6
    assert len(others) == 1
    assert {name for name, one in models.items() if one.get("frozen")} == {"sts_lstm1_fixed", "sts_lstm2_fixed"}
    assert {name for name, one in models.items() if not one["bidirectional"]} == {"sts_lstm1_fixed", "sts_lstm2_fixed"}
    assert {name for name, one in models.items() if one["pooling"] == "max"} == {"sts_bilstm1_ln_mp"}
    assert {name for name, one in models.items() if one.get("layer_norm")} == {"sts_bilstm1_ln", "sts_bilstm1_ln_mp"}
    assert {name for name, one in models.items() if one.get("graph_convolution")} == {"sts_bilstm1_gcn"}
    assert full["sts_bilstm1"].settings.schedule.model_dump() == {
        "name": "ReduceLROnPlateau",
        "parameters": {"factor": 0.1, "patience": 20},
    }


@pytest.mark.parametrize("scale", ["demo", "lite", "full"])
def test_a_task_gets_inputs_losses_and_models_that_it_takes(project, scale):
    for experiment in load(project.root, {"scale": scale}).experiments.values():
        task = TASKS[experiment.task]
        assert experiment.dataset.inputs in task.inputs
        assert experiment.settings.loss.name in task.losses
        assert inputs_of(experiment.settings.model.name) == experiment.dataset.inputs
        assert (experiment.settings.vectors is None) == (experiment.dataset.inputs != "pairs")


def test_every_model_of_the_registry_reads_something():
    assert {inputs_of(name) for name in MODELS} == {"images", "texts", "pairs"}


def test_an_arm_on_a_data_set_of_its_own(project):
    project.edit(IMAGES, set_at(["arms", "mycnn", "dataset"], "cifar10_longtail"))
    experiments = load(project.root, {"scale": "demo"}).experiments
    assert experiments["mycnn"].dataset.name == "cifar10_longtail"
    assert experiments["resnet34"].dataset.name == "cifar10"


def test_a_scale_changes_a_part_of_the_vectors(project):
    demo = load(project.root, {"scale": "demo"}).experiments["sts_bilstm1"].settings.vectors
    full = load(project.root, {"scale": "full"}).experiments["sts_bilstm1"].settings.vectors
    assert demo.dimensions < full.dimensions == 100
    assert (demo.window, demo.epochs, demo.seed) == (full.window, full.epochs, full.seed)


@pytest.mark.parametrize(
    ("file", "path", "value", "pattern"),
    [
        (STS, ["task"], "simlarity", r"similarity\.yaml: task: found 'simlarity', allowed is 'classification' or 'similarity'"),
        (STS, ["task"], "classification", r"similarity\.yaml: dataset: found 'stsb', which is pairs; classification is a task for images or texts"),
        (STS, ["shared", "loss"], {"name": "cross_entropy"}, r"similarity\.yaml: shared\.loss\.name: found 'cross_entropy', which similarity does not take; allowed: mse_loss"),
        (IMAGES, ["arms", "mycnn", "loss"], {"name": "mse_loss"}, r"images\.yaml: arms\.mycnn\.loss\.name: found 'mse_loss', which classification does not take"),
        (STS, ["shared", "vectors"], None, r"similarity\.yaml: arms\.sts_lstm1_fixed\.vectors: is missing; siamese_lstm starts from word vectors"),
        (STS, ["shared", "vectors", "dimensions"], 0, r"similarity\.yaml: shared\.vectors\.dimensions: found 0"),
        (STS, ["shared", "vectors", "name"], "glove", r"similarity\.yaml: shared\.vectors\.name: found 'glove', allowed is 'word2vec'"),
        (STS, ["shared", "vectors", "min_count"], 3, r"similarity\.yaml: shared\.vectors\.min_count: unknown key"),
        (TEXTS, ["shared", "vectors"], VECTORS, r"texts\.yaml: shared\.vectors: found .*, which is for pairs; IMDB is texts"),
        (STS, ["shared", "model", "name"], "lstm", r"similarity\.yaml: shared\.model\.name: found 'lstm', a model of texts; pairs are read here, allowed: siamese_lstm"),
        (STS, ["arms", "sts_bilstm1_ln_mp", "model", "pooling"], "mean", r"sts_bilstm1_ln_mp\.model\.pooling: found 'mean', allowed: last, max"),
        (STS, ["shared", "model", "vectors"], 3, r"shared\.model\.vectors: unknown parameter of siamese_lstm"),
        (STS, ["shared", "schedule"], {"name": "ReduceOnPlateau"}, r"shared\.schedule\.name: found 'ReduceOnPlateau', allowed is 'ReduceLROnPlateau' or"),
        (STS, ["shared", "schedule", "parameters", "patience"], 2.5, r"shared\.schedule\.parameters\.patience: found 2\.5, a whole number from 0"),
        (STS, ["shared", "schedule", "parameters", "mode"], "max", r"parameters\.mode: is not to be set: the validation loss is watched"),
        (IMAGES, ["shared", "schedule"], {"name": "StepLR"}, r"images\.yaml: shared\.schedule\.parameters\.step_size: is missing; StepLR needs it"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], "cifar10_longtial", r"longtail\.yaml: arms\.cnn4_longtail\.dataset: found 'cifar10_longtial'.*did you mean \"cifar10_longtail\"\?"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], ["cifar10"], r"longtail\.yaml: arms\.cnn4_longtail\.dataset: found \['cifar10'\]"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], "stsb", r"arms\.cnn4_longtail\.dataset: found 'stsb', which is pairs; classification is a task for images or texts"),
        (AUGMENTED, ["arms", "lenet5", "published", "per_class", "cat"], 47, r"augmented\.yaml: arms\.lenet5\.published\.per_class\.cat: found 47"),
        (STS, ["arms", "sts_bilstm1", "published", "test_pearson"], 38, r"arms\.sts_bilstm1\.published\.test_pearson: found 38"),
        (AUGMENTED, ["arms", "resnet18_celu", "model", "activation"], "selu", r"arms\.resnet18_celu\.model\.activation: found 'selu', allowed: relu, celu"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_file_and_key(project, file, path, value, pattern):
    project.edit(file, set_at(path, value))
    refused(project, pattern, scale="full")
