# ruff: noqa: E501 (one experiment per line reads as the table it is)
"""Experiments: what reports state of them, and which of several layers sets what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults import mutations
from faults.mutants import FILES, OVERRIDES, Mutant, of_a_value
from labreport.artifacts.graph import Graph
from labreport.data import imdb, samples_images
from labreport.declarations import project as module
from labreport.declarations.models import inputs_of, parameters_of
from labreport.declarations.project import Project, announcement
from labreport.errors import DataError
from labreport.models.registry import MODELS
from labreport.result_files import read_table
from labreport.training.tasks import TASKS

from .conftest import PROJECT, Copy, refused, set_at

IMAGES, LITE = "experiments/images.yaml", "scales/lite.yaml"
SCALES = ["demo", "lite", "cpu", "full", "precision", "probe"]
EXAMPLES = 12
# Optimizer, learning rate, batch size, epochs and published figures, as the reports state them.
STATED = {
    "mycnn": (None, 0.001, 128, 30, {"val_accuracy": 0.8442, "seconds": 868.96}),
    "resnet34": (None, 0.001, 128, 20, {"val_accuracy": 0.8459, "seconds": 611.57}),
    "myresnet34": (None, 0.001, 128, 20, {"val_accuracy": 0.846, "seconds": 610.23}),
    "bilstm2": (None, 0.001, 64, 10, {"val_accuracy": 0.8689, "seconds": 238.35}),
    "lstm4": (None, 0.001, 64, 10, {"val_accuracy": 0.8692, "seconds": 233.46}),
    "lstm8": (None, 0.001, 64, 10, {"val_accuracy": 0.5, "seconds": 366.85}),
    "res_lstm8": (None, 0.001, 64, 10, {"val_accuracy": 0.8744, "seconds": 437.83}),
    "my_lstm1": (None, 0.001, 64, 10, {"val_accuracy": 0.8722, "seconds": 904.25}),
    "cnn4": ("SGD", 0.01, 1024, 100, {"train_accuracy": 0.864, "val_accuracy": 0.719}),
    "rnn_rows": ("SGD", 0.01, 1024, 200, {"train_accuracy": 1.0, "val_accuracy": 0.528}),
    "cnn4_longtail": ("SGD", 0.01, 1024, 200, {"train_accuracy": 1.0, "val_accuracy": 0.534}),
    "rnn_rows_longtail": ("SGD", 0.01, 1024, 200, {"train_accuracy": 0.973, "val_accuracy": 0.42}),
    "resnet50_balanced": ("SGD", 0.01, 1024, 10, {"train_accuracy": 0.982, "val_accuracy": 0.674}),
    "resnet50_pretrained": ("SGD", 0.01, 1024, 10, {"train_accuracy": 0.982, "val_accuracy": 0.674}),
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
# Data set, network and what the reports state of it.
TEXT = {"embedding": 200, "hidden": 256, "dropout": 0.5, "pooling": "max"}
SENTENCE = {"layers": 1, "bidirectional": True, "hidden": 64, "pooling": "last"}
NETWORKS = {
    "mycnn": ("cifar10", "plain34", {"initialisation": "default"}),
    "resnet34": ("cifar10", "torchvision_resnet34", {"stem": "cifar"}),
    "myresnet34": ("cifar10", "resnet34", {"initialisation": "default"}),
    "bilstm2": ("imdb", "lstm", {**TEXT, "layers": 2, "bidirectional": True}),
    "lstm4": ("imdb", "lstm", {**TEXT, "layers": 4}),
    "lstm8": ("imdb", "lstm", {**TEXT, "layers": 8}),
    "res_lstm8": ("imdb", "residual_lstm", {**TEXT, "layers": 8}),
    "my_lstm1": ("imdb", "own_lstm", TEXT),
    "cnn4": ("cifar10", "cnn4", {}),
    "rnn_rows": ("cifar10", "rnn_rows", {"hidden": 512, "layers": 2}),
    "cnn4_longtail": ("cifar10_longtail", "cnn4", {}),
    "rnn_rows_longtail": ("cifar10_longtail", "rnn_rows", {"hidden": 512, "layers": 2}),
    "resnet50_balanced": ("cifar10_balanced", "resnet50", {"stem": "imagenet"}),
    "resnet50_pretrained": ("cifar10_balanced", "resnet50", {"stem": "imagenet"}),
    "rnn_rows_balanced": ("cifar10_balanced", "rnn_rows", {"hidden": 512, "layers": 2}),
    "lenet5": ("cifar10", "lenet5", {}),
    "resnet18": ("cifar10", "resnet18", {}),
    "resnet18_celu": ("cifar10", "resnet18", {"activation": "celu"}),
    "resnet18_ls": ("cifar10", "resnet18", {}),
    "resnet18_celu_ls": ("cifar10", "resnet18", {"activation": "celu"}),
    "sts_lstm1_fixed": ("stsb", "siamese_lstm_padded", {**SENTENCE, "bidirectional": False, "frozen": True}),
    "sts_lstm2_fixed": ("stsb", "siamese_lstm_padded", {**SENTENCE, "layers": 2, "bidirectional": False, "frozen": True}),
    "sts_bilstm1": ("stsb", "siamese_lstm_padded", SENTENCE),
    "sts_bilstm1_ln": ("stsb", "siamese_lstm_padded", {**SENTENCE, "layer_norm": True}),
    "sts_bilstm1_gcn": ("stsb", "siamese_lstm_padded", {**SENTENCE, "graph_convolution": True}),
    "sts_bilstm1_ln_mp": ("stsb", "siamese_lstm_padded", {**SENTENCE, "layer_norm": True, "pooling": "max"}),
    "cnn3": ("cifar10", "cnn3", {}),
    "resnet_small": ("cifar10", "resnet_small", {"width": 16}),
}  # fmt: skip
# Of a published curve: its first epoch, and what was told of it (losses and accuracies of training and of validation).
CURVES = {
    "mycnn": (7, (0.8627, 0.6920, 1.0207, 0.6475)),
    "resnet34": (1, (1.3207, 0.5204, 1.3880, 0.5379)),
    "myresnet34": (1, (1.5525, 0.4327, 1.5719, 0.5041)),
    "bilstm2": (1, (0.4647, 0.7775, 0.3635, 0.8458)),
    "lstm4": (1, (0.5182, 0.7412, 0.3940, 0.8284)),
    "lstm8": (1, (0.6938, 0.4996, 0.6932, 0.5000)),
    "res_lstm8": (1, (0.5345, 0.7207, 0.4372, 0.8200)),
    "my_lstm1": (1, (0.5083, 0.7460, 0.3495, 0.8486)),
}


@pytest.fixture(scope="module")
def full():
    project = Project(PROJECT, {"scale": "full"})
    return {name: project.experiment(name) for name in project.experiment_names}


def keys_of(project, *names):
    """The keys of runs at scale full."""
    graph = Graph(project.load("full"))
    return [graph.run(project.load("full").experiment(name), 0).key for name in names]


@pytest.mark.parametrize("name", STATED)
def test_full_is_what_the_report_states(full, name):
    chosen = full[name].settings
    found = (chosen.optimizer.name, chosen.learning_rate, chosen.batch_size, chosen.epochs)
    assert all(stated in (None, one) for one, stated in zip(found, STATED[name][:4], strict=True))
    published = full[name].published.model_dump(exclude={"per_class", "curve"}, exclude_none=True)
    assert published == STATED[name][4]
    dataset, network, parameters = NETWORKS[name]
    assert (full[name].dataset.name, chosen.model.name) == (dataset, network)
    taken = parameters_of(network).model_validate(chosen.model.parameters).model_dump()
    assert parameters.items() <= taken.items()
    unstated = {"frozen", "layer_norm", "graph_convolution"} - parameters.keys()
    assert not any(taken.get(one) for one in unstated)


def test_every_published_experiment_is_looked_at(full):
    figures = {name: one.published.model_dump(exclude={"curve"}, exclude_none=True) for name, one in full.items()}
    published = {name for name, said in figures.items() if said}  # a curve alone stands beside a trial, to compare it
    assert published == set(STATED) == set(NETWORKS)


@pytest.mark.parametrize("name", CURVES)
def test_a_published_curve_begins_and_ends_as_its_report_tells(full, name):
    first, begin = CURVES[name]
    rows = read_table(Path(full[name].published.curve), ("epoch",))
    assert list(rows["epoch"]) == list(range(first, full[name].settings.epochs + 1))
    assert tuple(rows.iloc[0, 1:]) == begin
    assert rows["val_accuracy"].iloc[-1] == full[name].published.val_accuracy
    of_published = {one for one in full if full[one].published.curve and one in STATED}
    assert of_published == set(CURVES)


def test_what_the_homework_report_states_and_implies(full):
    tail, balanced = full["rnn_rows_longtail"].dataset.changes, full["rnn_rows_balanced"].dataset.changes
    assert [(one["name"], one["classes"], one["keep"]) for one in tail] == [("longtail", [0, 1, 2, 3, 4], 0.1)]
    assert balanced[0] == tail[0]
    assert (balanced[1]["name"], balanced[1]["flip"], balanced[1]["noise_sigma"] > 0) == ("balance", True, True)
    for one in (one for one in full.values() if one.part == "longtail"):
        assert (one.settings.optimizer.parameters.momentum, one.settings.normalize) == (0.9, None)
        assert (one.settings.pretrained is not None) is (one.name == "resnet50_pretrained")


def test_what_the_midterm_report_states_of_its_images(full):
    for name, one in full.items():
        if one.part == "augmented":
            chosen = one.settings
            stated = chosen.optimizer.parameters
            assert (stated.momentum, stated.weight_decay) == (0.9, 5e-4)
            assert [entry.model_dump() for entry in chosen.augment] == [
                {"name": "crop", "padding": 4}, {"name": "flip", "p": 0.5}
            ]  # fmt: skip
            assert chosen.normalize.mean == [0.4914, 0.4822, 0.4465]
            assert chosen.normalize.std == [0.2023, 0.1994, 0.2010]
            assert (chosen.loss.parameters.label_smoothing > 0) == name.endswith("_ls")


def test_what_the_reports_state_of_their_texts(full):
    for one in full.values():
        if one.part == "texts":
            assert (one.data["vocabulary"], one.data["length"]) == (20000, 300)
        if one.part == "similarity":
            assert (one.data["min_count"], one.data["length"]) == (3, 55)
            assert one.settings.vectors.dimensions == 100
            assert one.settings.schedule.name == "ReduceLROnPlateau"
            stated = one.settings.schedule.parameters
            assert (stated.factor, stated.patience) == (0.1, 20)


def test_no_experiment_that_was_published_without_augmentation_has_any(full):
    assert {one.part for one in full.values() if one.settings.augment} == {"augmented", "small", "precisions"}


@pytest.mark.parametrize("name", ["lenet5", "cnn3", "resnet_small"])
def test_two_precisions_are_compared_in_what_a_report_trains(full, name):
    stated = [full[one].settings.model_dump() for one in (name, f"{name}_fp32", f"{name}_bf16")]
    precisions = [one.pop("precision") for one in stated]
    epochs = [one.pop("epochs") for one in stated]
    assert precisions == ["bf16", "fp32", "bf16_emulated"]
    assert stated[0] == stated[1] == stated[2]
    assert epochs[1] == epochs[2]


@pytest.mark.parametrize(
    ("name", "percent"),
    [("lenet5", "73 93 88 47 71 50 67 92 91 95"), ("resnet18", "99 97 95 88 90 82 84 98 96 98")],
)
def test_the_published_classes_are_in_the_data_sets_order(full, name, percent):
    per_class = full[name].published.per_class
    assert [round(100 * share) for share in per_class.values()] == list(map(int, percent.split()))
    assert tuple(per_class) == full[name].dataset.classes


def test_the_similarity_experiments_differ_in_their_models_alone(full):
    models = {name: one.settings.model.parameters for name, one in full.items() if one.task == "similarity"}
    others = {str(one.settings.model_dump(exclude={"model"})) for one in full.values() if one.part == "similarity"}
    assert len(models) >= 6
    assert len(others) == 1
    frozen = {name.removesuffix("_masked") for name, one in models.items() if one.get("frozen")}
    assert frozen == {"sts_lstm1_fixed", "sts_lstm2_fixed"}


def test_masked_and_published_similarity_experiments_differ_in_their_reading_alone(full):
    for name in (name for name, one in full.items() if one.part == "masked"):
        masked, published = (full[one].settings for one in (name, name.removesuffix("_masked")))
        assert masked.model.parameters == published.model.parameters
        assert (masked.model.name, published.model.name) == ("siamese_lstm", "siamese_lstm_padded")
        assert masked.model_dump(exclude={"model"}) == published.model_dump(exclude={"model"})


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_that_is_declared_is_well_declared(scale, lang):
    project = Project(PROJECT, {"scale": scale, "lang": lang})
    assert project.mistakes() == []
    assert len(list(project.reports())) == len(project.report_names) >= 4
    for name in project.experiment_names:
        experiment = project.experiment(name)
        task = TASKS[experiment.task]
        assert experiment.dataset.inputs in task.inputs
        assert experiment.settings.loss.name in task.losses
        assert inputs_of(experiment.settings.model.name) == experiment.dataset.inputs


def test_every_model_of_the_registry_reads_something():
    assert {inputs_of(name) for name in MODELS} == {"images", "texts", "pairs"}


def test_a_report_is_made_without_an_experiment_whose_weights_are_not_there(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    raw = tmp_path / "raw"
    raw.mkdir()

    def made(**settings):
        declared = project.load("full", raw=str(raw), **settings)
        report = declared.report("homework2")
        shown = report.tables["results_balanced"].experiments
        return declared, set(report.experiments), report.left_out, shown

    declared, names, left_out, shown = made()
    assert left_out == {"resnet50_pretrained": "resnet50-11ad3fa6.pth"}
    assert "resnet50_pretrained" not in names
    assert shown == ("resnet50_balanced", "rnn_rows_balanced")
    report = declared.report("homework2")
    assert not [item for item in (*report.tables, *report.claims, *report.figures) if "pretrained" in item]
    assert not [run for run in Graph(declared).all_runs() if "pretrained" in run.spec]
    with pytest.raises(
        DataError, match=r"fetch them with `snakemake --cores 1 results/data/raw/resnet50-11ad3fa6\.pth`"
    ):
        declared.weights(declared.experiment("resnet50_pretrained"))
    for place in (raw, tmp_path / "results/data/raw"):
        place.mkdir(parents=True, exist_ok=True)
        (place / "resnet50-11ad3fa6.pth").write_bytes(b"weights")
        declared, names, left_out, shown = made()
        assert left_out == {}
        assert "resnet50_pretrained" in names
        assert "resnet50_pretrained" in shown
        report = declared.report("homework2")
        assert "log_resnet50_pretrained" in report.tables
        assert "agrees_resnet50_pretrained" in report.claims
        (run,) = [run for run in Graph(declared).all_runs() if "pretrained" in run.spec]
        assert Path(Graph(declared).job(run)["beside"]["weights"]).resolve() == place / "resnet50-11ad3fa6.pth"
        (place / "resnet50-11ad3fa6.pth").unlink()


@pytest.mark.parametrize(("devices", "scale"), [(0, "demo"), (1, "full"), (2, "full")])
def test_auto_asks_for_a_gpu(project, monkeypatch, devices, scale):
    monkeypatch.setattr(module, "cuda_devices", lambda: devices)
    first = announcement(project.load("auto")).splitlines()[0]
    assert first.startswith(f"scale: {scale} (")
    assert "--config scale=" in first


def test_an_arm_wins_over_a_scale_that_does_not_name_it(project):
    """And a scale that names the experiment wins over both."""
    project.edit(IMAGES, set_at(["arms", "mycnn", "epochs"], 7))
    override = {"match": {"part": "images"}, "set": {"epochs": 3, "batch_size": 5}}
    project.edit(LITE, set_at(["overrides"], [override]))
    images = project.load("lite")
    assert (images.experiment("mycnn").settings.epochs, images.experiment("mycnn").settings.batch_size) == (7, 5)
    assert images.experiment("resnet34").settings.epochs == 3
    project.edit(LITE, set_at(["overrides"], [{"match": {"experiment": ["mycnn"]}, "set": {"epochs": 2}}, override]))
    assert project.load("lite").experiment("mycnn").settings.epochs == 2
    assert project.load("lite").experiment("mycnn").place("epochs").endswith("lite.yaml: overrides.0.set.epochs")


def test_a_scale_changes_a_part_of_a_setting(full):
    demo = Project(PROJECT, {"scale": "demo"}).experiment("sts_bilstm1").settings
    whole = full["sts_bilstm1"].settings
    assert demo.vectors.dimensions < whole.vectors.dimensions == 100
    assert (demo.vectors.window, demo.vectors.seed) == (whole.vectors.window, whole.vectors.seed)
    assert demo.model.parameters["hidden"] < whole.model.parameters["hidden"]
    assert demo.model.parameters["bidirectional"] is whole.model.parameters["bidirectional"] is True


def test_a_scale_that_levels_two_arms_is_refused_with_both_names(project):
    """One that makes them differ in nothing but what it sets itself; two names for the same run are no mistake."""
    match = {"experiment": ["resnet18", "resnet18_ls"]}
    level = {"match": match, "set": {"loss": {"name": "cross_entropy", "parameters": {"label_smoothing": 0.0}}}}
    project.edit(LITE, lambda file: file["overrides"].append(level))
    text = refused(
        project, r"scales/lite\.yaml: makes resnet18 and resnet18_ls of .*augmented\.yaml equal", scale="lite"
    )
    assert "resnet18_celu " not in text
    arm = {"model": {"name": "resnet18"}, "epochs": 30}
    project.edit(LITE, lambda file: file["overrides"].pop())
    project.edit("experiments/augmented.yaml", set_at(["arms", "resnet18_again"], arm))
    assert project.load("lite").mistakes() == []


@pytest.mark.parametrize(("on", "changed"), [("cifar10", 1), ("cifar10_longtail", 0)])
def test_a_condition_on_a_data_set_holds_for_its_variants_alone(project, on, changed):
    project.edit(LITE, set_at(["overrides"], [{"match": {"dataset": on}, "set": {"epochs": 3}}]))
    project.edit("experiments/longtail.yaml", lambda file: [arm.pop("epochs", None) for arm in file["arms"].values()])
    project.edit("experiments/longtail.yaml", set_at(["shared", "epochs"], 9))
    epochs = {name: project.load("lite").experiment(name).settings.epochs for name in ("cnn4", "cnn4_longtail")}
    assert epochs == {"cnn4": 3 if changed else 9, "cnn4_longtail": 3}


def test_an_arm_may_be_on_a_data_set_of_its_own(project):
    project.edit(IMAGES, set_at(["arms", "mycnn", "dataset"], "cifar10_longtail"))
    assert project.load().experiment("mycnn").dataset.name == "cifar10_longtail"
    assert project.load().experiment("resnet34").dataset.name == "cifar10"


def test_names_and_defaults_are_no_part_of_a_key(project):
    before = keys_of(project, "mycnn", "lenet5")
    project.edit(IMAGES, set_at(["arms", "mycnn", "title"], {"zh": "平凡网络", "en": "a plain network"}))
    project.edit(IMAGES, set_at(["arms", "mycnn", "published"], {"val_accuracy": 0.5}))
    project.edit(IMAGES, set_at(["shared", "optimizer"], {"name": "Adam", "parameters": {"eps": 1e-8}}))
    project.edit("experiments/augmented.yaml", set_at(["arms", "lenet6"], {"model": {"name": "lenet5"}, "epochs": 80}))
    project.edit("datasets.yaml", set_at(["cifar10_longtail", "longtail", "classes"], [4, 0, 3, 1, 2]))
    again = keys_of(project, "mycnn", "lenet5", "lenet6")
    assert again[:2] == before
    assert again[2] == before[1]
    project.edit(IMAGES, set_at(["shared", "optimizer"], {"name": "Adam", "parameters": {"eps": 1e-7}}))
    assert keys_of(project, "mycnn")[0] != before[0]


def test_variants_stand_on_their_base_wherever_that_stands(project):
    datasets = project.load().datasets
    tail, balanced = datasets["cifar10_longtail"], datasets["cifar10_balanced"]
    assert balanced.lineage == ("cifar10_balanced", "cifar10_longtail", "cifar10")
    assert [change["name"] for change in balanced.changes] == ["longtail", "balance"]
    assert tail.changes == balanced.changes[:1]
    assert tail.changes[0] == {"name": "longtail", "classes": [0, 1, 2, 3, 4], "keep": 0.1, "seed": 0}
    assert balanced.tail == tail.tail == {0, 1, 2, 3, 4}
    project.edit("datasets.yaml", lambda file: file.update(cifar10=file.pop("cifar10")))  # comes last now
    assert project.load().mistakes() == []


def test_the_declared_classes_are_those_that_the_readers_find():
    datasets = Project(PROJECT, {"scale": "demo"}).datasets
    assert datasets["cifar10_balanced"].classes == datasets["cifar10"].classes == samples_images.CLASSES
    assert datasets["imdb"].classes == tuple(imdb.CLASSES.values())
    assert datasets["stsb"].classes == ()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return Copy(tmp_path_factory.mktemp("any") / "project").root


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(st.one_of([of_a_value(file) for file in FILES]))
def test_one_wrong_value_is_planned_or_named(folder, mutant: Mutant):
    """Whatever a user writes in place of one value; `faults.mutations` does the same at random and in number."""
    trial = mutations.trial(folder, mutant)
    assert trial.survived, trial.note


@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True)
@given(OVERRIDES)
def test_one_wrong_setting_of_the_command_is_planned_or_named(folder, values):
    trial = mutations.trial(folder, values)
    assert trial.survived, trial.note
