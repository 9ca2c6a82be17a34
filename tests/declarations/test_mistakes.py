# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""What is wrong is named: the file, the key, what was found, what is allowed, what was most likely meant."""

from __future__ import annotations

import re
import shutil

import pytest

from labreport.artifacts import code
from labreport.declarations import models
from labreport.models.registry import MODELS

from .conftest import refused, set_at

IMAGES, TEXTS, TAIL, STS, AUGMENTED = (
    f"experiments/{name}.yaml" for name in ("images", "texts", "longtail", "similarity", "augmented")
)
PRACTICE1, MIDTERM = "reports/practice1.yaml", "reports/midterm.yaml"
DATASETS, DEMO = "datasets.yaml", "scales/demo.yaml"
VECTORS = {"name": "word2vec", "dimensions": 8, "window": 5, "epochs": 1, "seed": 0}
MYCNN = ["arms", "mycnn"]
KEEP = ["cifar10_longtail", "longtail"]


@pytest.mark.parametrize(
    ("file", "path", "value", "pattern"),
    [
        # numbers and words
        (IMAGES, ["shared", "epochs"], "many", r"images\.yaml: shared\.epochs: found 'many'; it should be a valid integer"),
        (IMAGES, ["shared", "epochs"], True, r"shared\.epochs: found True"),
        (IMAGES, ["shared", "epochs"], 0, r"shared\.epochs: found 0; it should be greater than or equal to 1"),
        (IMAGES, ["shared", "learning_rate"], float("inf"), r"shared\.learning_rate: found inf"),
        (IMAGES, ["shared", "learning_rate"], "fast", r"shared\.learning_rate: found 'fast'; it should be a valid number"),
        (IMAGES, ["shared", "precision"], "BF16", r"""shared\.precision: found 'BF16'; .*; did you mean "bf16"\?$"""),
        (TEXTS, ["shared", "precision"], "bf16", r"texts\.yaml: shared\.precision: found 'bf16'; lstm has recurrent layers, which .* write fp32"),
        (TAIL, ["arms", "rnn_rows", "precision"], "bf16_emulated", r"arms\.rnn_rows\.precision: found 'bf16_emulated'; rnn_rows has recurrent layers"),
        (STS, ["shared", "schedule", "parameters", "patience"], 2.5, r"shared\.schedule\.parameters\.patience: found 2\.5"),
        (STS, ["arms", "sts_bilstm1", "published", "test_pearson"], 38, r"arms\.sts_bilstm1\.published\.test_pearson: found 38"),
        (AUGMENTED, ["arms", "lenet5", "published", "per_class", "cat"], 47, r"arms\.lenet5\.published\.per_class\.cat: found 47"),
        # keys
        (IMAGES, [*MYCNN, "modle"], {}, r'arms\.mycnn\.modle: unknown key; did you mean "model"\?'),
        (IMAGES, [*MYCNN, "published"], {"val_acc": 0.8}, r'published\.val_acc: unknown key; did you mean "val_accuracy"\?'),
        (IMAGES, ["shared", "data"], {"lenght": 3}, r"shared\.data\.lenght: unknown parameter of CIFAR-10"),
        (TEXTS, ["shared", "data"], {"lenght": 3}, r"shared\.data\.lenght: unknown parameter of IMDB; did you mean \"length\"\?"),
        (TEXTS, ["shared", "data"], {"length": 0}, r"texts\.yaml: shared\.data\.length: found 0"),
        (PRACTICE1, ["fields"], {"Number": 90711}, r"practice1\.yaml: fields\.Number: found 90711: YAML reads no text there; put what is to be printed in quotes$"),
        (PRACTICE1, ["fields"], [90711], r"practice1\.yaml: fields: found \[90711\]; it should be a valid dictionary$"),
        (PRACTICE1, ["fields"], {"en": {"Number": "1"}}, r"practice1\.yaml: fields\.zh: is missing; it is needed$"),
        (PRACTICE1, ["title"], True, r"practice1\.yaml: title: found True: YAML reads no text there; put what is to be printed in quotes$"),
        (PRACTICE1, ["figures", "my-figure"], {}, r"figures\.my-figure: found 'my-figure', a name has letters, digits and underscores"),
        (PRACTICE1, ["titel"], "T", r'practice1\.yaml: titel: unknown key; did you mean "title"\?'),
        # methods
        (IMAGES, ["shared", "optimizer"], {"name": "Adamm"}, r"shared\.optimizer\.?\w*: found 'Adamm'; .*'SGD', 'Adam'.*did you mean \"Adam\"\?"),
        (IMAGES, ["shared", "optimizer"], {"nmae": "Adam"}, r"shared\.optimizer\.name: is missing; it is needed"),
        (IMAGES, ["shared", "optimizer"], "Adam", r"shared\.optimizer: found 'Adam'"),
        (IMAGES, ["shared", "optimizer"], {"name": "Adam", "parameters": {"lr": 1}}, r"shared\.optimizer\.parameters\.lr: unknown parameter of Adam"),
        (IMAGES, ["shared", "optimizer"], {"name": "SGD", "parameters": {"nesterov": True}}, r"optimizer\.parameters\.nesterov: found True, which needs a `momentum` above 0"),
        (IMAGES, ["shared", "schedule"], {"name": "StepLR"}, r"images\.yaml: shared\.schedule\.parameters: is missing"),
        (STS, ["shared", "schedule"], {"name": "ReduceOnPlateau"}, r"shared\.schedule.*: found 'ReduceOnPlateau'.*did you mean \"ReduceLROnPlateau\"\?"),
        (STS, ["shared", "schedule", "parameters", "mode"], "max", r"parameters\.mode: unknown parameter of ReduceLROnPlateau"),
        (STS, ["shared", "loss"], {"name": "cross_entropy"}, r"shared\.loss\.name: found 'cross_entropy', which similarity does not take; allowed: mse_loss"),
        (IMAGES, [*MYCNN, "loss"], {"name": "mse_loss"}, r"images\.yaml: arms\.mycnn\.loss\.name: found 'mse_loss', which classification does not take"),
        # models
        (IMAGES, [*MYCNN, "model"], {"name": "resnet43"}, r'arms\.mycnn\.model\.name: found \'resnet43\'.*did you mean "resnet34"\?'),
        (IMAGES, [*MYCNN, "model"], {"name": "CNN3"}, r'arms\.mycnn\.model\.name: found \'CNN3\'.*did you mean "cnn3"\?'),
        (IMAGES, [*MYCNN, "model"], {"name": "plain34", "widht": 8}, r'arms\.mycnn\.model\.widht: unknown parameter of plain34; did you mean "width"\?'),
        (IMAGES, [*MYCNN, "model"], {"name": "plain34", "width": [8]}, r"arms\.mycnn\.model\.width: found \[8\]"),
        (IMAGES, [*MYCNN, "model"], {"name": "cnn3", "widht": 8}, r"arms\.mycnn\.model\.widht: unknown parameter of cnn3; there are none"),
        (AUGMENTED, ["arms", "resnet18_celu", "model", "activation"], "cellu", r"""model\.activation: found 'cellu'; .*'relu' or 'celu'; did you mean "celu"\?$"""),
        (STS, ["shared", "model", "vectors"], 3, r"shared\.model\.vectors: found 3, which the data decide; leave it out"),
        (IMAGES, [*MYCNN, "pretrained"], {"file": "a.pth", "digest": "sha256:" + 64 * "0", "mirrors": ["https://example.org/a.pth"]}, r"images\.yaml: arms\.mycnn\.pretrained: plain34 does not start from weights; allowed models: torchvision_resnet34, resnet50"),
        (IMAGES, ["shared", "normalize", "std"], [0.5], r"images\.yaml: shared\.normalize\.std: found 1, but mean has 3; give each a value per channel"),
        (STS, ["shared", "model", "name"], "lstm", r"shared\.model\.name: found 'lstm', a model of texts; pairs are read here, allowed: siamese_lstm"),
        # what fits together
        (STS, ["task"], "simlarity", r"similarity\.yaml: task: found 'simlarity'; it should be 'classification' or 'similarity'; did you mean \"similarity\"\?"),
        (STS, ["task"], "classification", r"similarity\.yaml: dataset: found 'stsb', which is pairs; classification is a task for images or texts"),
        (STS, ["shared", "vectors"], None, r"similarity\.yaml: shared\.vectors: is missing; pairs start from word vectors"),
        (STS, ["shared", "vectors", "dimensions"], 0, r"shared\.vectors\.dimensions: found 0"),
        (STS, ["shared", "vectors", "name"], "glove", r"shared\.vectors\.name: found 'glove'; .*'word2vec'"),
        (TEXTS, ["shared", "vectors"], VECTORS, r"texts\.yaml: shared\.vectors: found .*, which is for pairs; IMDB is texts"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], "cifar10_longtial", r"arms\.cnn4_longtail\.dataset: found 'cifar10_longtial'.*did you mean \"cifar10_longtail\"\?"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], ["cifar10"], r"arms\.cnn4_longtail\.dataset: found \['cifar10'\]"),
        (TAIL, ["arms", "cnn4_longtail", "dataset"], "stsb", r"arms\.cnn4_longtail\.dataset: found 'stsb', which is pairs"),
        (IMAGES, ["dataset"], "cifar", r"dataset: found 'cifar'.*did you mean \"cifar10\"\?"),
        (IMAGES, ["arms", "bilstm2"], {"model": {"name": "resnet34"}}, r"arms\.bilstm2: .* has an experiment of that name; rename one"),
        (IMAGES, [*MYCNN, "published"], {"curve": "../x.csv"}, r"published\.curve: found '\.\./x\.csv', a path inside"),
        (IMAGES, [*MYCNN, "published"], {"curve": "config/none.csv"}, r"published\.curve: .*no such file"),
        (STS, ["arms", "sts_bilstm1", "published", "per_class"], {"high": 0.5}, r"published\.per_class\.high: is no class of stsb; there are none"),
        # data sets
        (DATASETS, ["imdb", "archive", "digest"], "md5:xyz", r"datasets\.yaml: imdb\.archive\.digest: found 'md5:xyz'"),
        (DATASETS, ["imdb", "archive", "file"], "../x.tar.gz", r"imdb\.archive\.file: found '\.\./x\.tar\.gz'"),
        (DATASETS, ["cifar10", "reader"], "labreport.data.cifar", r"cifar10\.reader: found 'labreport\.data\.cifar', no module of the project with `prepare`"),
        (DATASETS, ["cifar10", "classes"], ["a", "a"], r"cifar10\.classes: names a twice"),
        (DATASETS, ["cifar10", "classes"], ["a"], r"cifar10\.classes: found \['a'\]; it should have at least 2 items"),
        (DATASETS, ["stsb", "inputs"], "pictures", r"stsb\.inputs: found 'pictures'; it should be one of 'images', 'texts', 'pairs'"),
        (DATASETS, ["cifar10", "file"], "config/datasets.yaml", r"cifar10\.archive: stands beside `file`; a data set has a `file`"),
        (DATASETS, ["cifar10", "file"], "config/reports", r"cifar10\.file: found 'config/reports', a folder; pack it into one file"),
        (DATASETS, ["cifar10", "file"], "config/none.csv", r"cifar10\.file: found 'config/none\.csv', no such file"),
        (DATASETS, ["cifar10", "mirrors"], [], r"cifar10\.mirrors: is missing; a data set has a `file`"),
        (AUGMENTED, ["arms", "lenet5", "model", "channels"], 1, r"lenet5\.model\.channels: found 1, which the data decide; leave it out"),
        (DATASETS, ["stsb", "inputs"], "texts", r"stsb\.classes: is missing"),
        (DATASETS, ["stsb", "parameters", "min_count"], 0, r"stsb\.parameters\.min_count: found 0"),
        (DATASETS, ["stsb", "parameters", "length"], None, r"stsb\.parameters\.length: found None"),
        (DATASETS, ["cifar10_longtail", "base"], "cifar", r"cifar10_longtail\.base: found 'cifar', which is not declared; did you mean \"cifar10\"\?"),
        (DATASETS, ["cifar10_longtail", "base"], "cifar10_balanced", r"\.base: found '.*', which is made from .* itself"),
        (DATASETS, ["cifar10_longtail", "base"], "imdb", r"cifar10_longtail\.base: imdb is texts; only images have variants"),
        (DATASETS, ["cifar10_longtail", "balance"], {"flip": True, "noise_sigma": 0.1, "seed": 0}, r"cifar10_longtail: .*exactly one of `longtail` and `balance`"),
        (DATASETS, [*KEEP, "keep"], 0, r"cifar10_longtail\.longtail\.keep: found 0"),
        (DATASETS, [*KEEP, "keep"], 1.5, r"cifar10_longtail\.longtail\.keep: found 1\.5"),
        (DATASETS, [*KEEP, "classes"], [1, 1], r"longtail\.classes: names 1 twice"),
        (DATASETS, [*KEEP, "classes"], [0, 11], r"longtail\.classes: found 11, allowed are 0 to 9, the places of airplane, .*truck"),
        (DATASETS, ["cifar10_balanced", "balance", "flip"], "yes", r"cifar10_balanced\.balance\.flip: found 'yes'"),
        (DATASETS, ["cifar10_balanced", "mirrors"], [], r"cifar10_balanced\.mirrors: unknown key"),
        # scales
        (DEMO, ["source"], "samples", r"scales/demo\.yaml: source: found 'samples'; .*'archive' or 'sample'; did you mean \"sample\"\?"),
        (DEMO, ["trains"], ["mycnn", "mycn"], r"scales/demo\.yaml: trains\.1: found 'mycn'.*did you mean \"mycnn\"\?"),
        (DEMO, ["trains"], [], r"scales/demo\.yaml: trains: found \[\]"),
        (DEMO, ["overrides", 0, "match"], {"dataset": "cifar"}, r"overrides\.0\.match: .*applies to nothing; .*; did you mean \"cifar10\"\?"),
        (DEMO, ["overrides", 0, "match"], {}, r"overrides\.0\.match: it states no condition and applies to nothing"),
        (DEMO, ["overrides", 0, "match"], {"part": "probes"}, r"overrides\.0\.set\.epochs: changes nothing, .*`experiment: \[cnn4_sgd, .*\]`"),
        (DEMO, ["overrides", 0, "set", "epochs"], -1, r"scales/demo\.yaml: overrides\.0\.set\.epochs: found -1"),
        (DEMO, ["overrides", 0, "set", "epoch"], 1, r"scales/demo\.yaml: overrides\.0\.set\.epoch: unknown key"),
        # reports
        (PRACTICE1, ["experiments", 0], "mycn", r'practice1\.yaml: experiments\.0: found \'mycn\'.*did you mean "mycnn"\?'),
        (PRACTICE1, ["authors"], 3, r"practice1\.yaml: authors: found 3"),
        (PRACTICE1, ["figures", "lstm_cell"], {"kind": "lstm_sell"}, r'figures\.lstm_cell\.kind: found \'lstm_sell\'.*did you mean "lstm_cell"\?'),
        (PRACTICE1, ["figures", "lstm_cell"], {"knid": "lstm_cell"}, r"figures\.lstm_cell\.kind: is missing; allowed: curves"),
        (PRACTICE1, ["figures", "lstm_cell"], {"kind": "lstm_cell", "colour": 1}, r"figures\.lstm_cell\.colour: unknown option of lstm_cell"),
        (PRACTICE1, ["figures", "loss_bilstm2", "experiments"], ["resnet"], r"figures\.loss_bilstm2\.experiments: found 'resnet'"),
        (PRACTICE1, ["figures", "loss_bilstm2", "metric"], "los", r"""figures\.loss_bilstm2\.metric: found 'los'; .*; did you mean "loss"\?$"""),
        (PRACTICE1, ["claims", "images_close", "part"], "image", r'claims\.images_close\.part: found \'image\'.*did you mean "images"\?'),
        (PRACTICE1, ["claims", "residual_faster", "than"], "x", r"claims\.residual_faster\.than: found 'x'"),
        (PRACTICE1, ["tables", "lstm_cost"], {"kind": "lstm_cost"}, r"tables\.lstm_cost\.measurement: is missing"),
        (PRACTICE1, ["tables", "lstm_cost", "measurement"], "cost", r"tables\.lstm_cost\.measurement: found 'cost'"),
        (PRACTICE1, ["seeds"], [0, 0], r"practice1\.yaml: seeds: names 0 twice"),
        (MIDTERM, ["figures", "lstm cell"], {"kind": "lstm_cell"}, r"figures.*lstm cell"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_file_and_key(project, file, path, value, pattern):
    project.edit(file, set_at(path, value))
    refused(project, rf"(?m){pattern}")


@pytest.mark.parametrize(
    ("settings", "pattern"),
    [
        ({"scale": "fulll"}, r"""^--config .*: scale: found 'fulll'.*did you mean "full"\? allowed: auto, .*demo, full, lite"""),
        ({"lang": "fr"}, r"--config.*lang: found 'fr'; .*'zh' or 'en'"),
        ({"": 1}, r"^--config.*: unknown key"),
        ({"sacle": "demo"}, r'--config.*: sacle: unknown key; did you mean "scale"\?'),
        ({"seeds": []}, r"seeds: found \[\]; it should have at least 1 item"),
        ({"seeds": [2, 1, 1]}, r"^--config.*: seeds: names 1 twice, found 2, 1, 1; name each once$"),
        ({"seeds": ["0", "-1"]}, r": seeds\.1: found -1; it should be greater than or equal to 0$"),
        ({"seeds": [2**32]}, r": seeds\.0: found 4294967296; it should be less than 4294967296$"),
        ({"seeds": [True]}, r": seeds\.0: found True; it should be a valid integer$"),
        ({"seeds": [1.5]}, r": seeds\.0: found 1\.5; it should be a valid integer$"),
        ({"seeds": "0,1"}, r": seeds: found '0,1', a list is needed; write \[0, 1\], or on a command line seeds='\[0,1\]'$"),
        ({"raw": 3}, r"raw: found 3"),
        ({"tensorboard": "perhaps"}, r"tensorboard: found 'perhaps'"),
        ({"failed": "skip"}, r"failed: found 'skip'; .*'retry' or 'leave_out'"),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_the_command_is_named(project, settings, pattern):
    refused(project, pattern, **settings)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", r"a mapping `key: value` is needed, found nothing"),
        ("- a\n- b\n", r"a mapping `key: value` is needed, found a list"),
        ("a:\n\tb: 1\n", r"images\.yaml:2:1: not valid YAML: .*; indent with spaces, never with a tab"),
        ("a: @b\n", r"images\.yaml:1:4: not valid YAML: .*; indent .* quote a text that begins with @"),
        ("a: [1, 2\n", r"images\.yaml:\d+:\d+: not valid YAML: .*; is a bracket or quote above it not closed"),
        ("a: b: c\n", r"images\.yaml:1:5: not valid YAML: .* a colon too many, or one too few above; quote a text"),
        ("part: images\npart: texts\n", r"images\.yaml:2:1: not valid YAML: 'part' stands here a second time"),
        ("!!python/object/apply:os.system ['true']\n", r"not valid YAML: could not determine a constructor"),
        ("[1]: 2\n", r"images\.yaml"),
        ("3: 2\n", r"images\.yaml: 3: unknown key"),
        ("a\u202eb: 2\n", r"images\.yaml: a\\u202eb: unknown key"),
    ],
)
def test_what_is_no_mapping_is_named(project, text, pattern):
    project.write(IMAGES, text)
    refused(project, pattern)


def test_a_file_in_another_encoding_is_named(project):
    (project.root / "config" / IMAGES).write_bytes("part: Novák".encode("latin-1"))
    refused(project, r"config/experiments/images\.yaml: is no text in UTF-8 \(byte 9\); save it so$")


def test_a_missing_file_is_named(project):
    (project.root / "config/datasets.yaml").unlink()
    refused(project, r"config/datasets\.yaml: no such file")


@pytest.mark.parametrize("folder", ["experiments", "reports", "scales"])
def test_a_file_that_is_not_read_for_its_ending_is_named(project, folder):
    project.write(f"{folder}/own.yml", "title: T\n")
    refused(project, rf"config/{folder}/own\.yml: is not read; rename it to own\.yaml$")


def test_several_mistakes_are_all_told(project):
    project.edit(IMAGES, set_at(["shared", "learning_rate"], 0))
    project.edit(IMAGES, set_at(["shared", "batch_size"], "x"))
    text = refused(project, r"shared\.learning_rate: found 0")
    assert "shared.batch_size: found 'x'" in text
    assert len(re.findall("shared.batch_size", text)) == 1  # and not once per arm


def test_a_misspelt_key_and_what_it_leaves_missing_are_told_together(project):
    project.edit(IMAGES, lambda file: file["shared"].update(epoch=file["shared"].pop("epochs")))
    text = refused(project, r'shared\.epoch: unknown key; did you mean "epochs"\?', scale="full")
    assert "arms.resnet34.epochs: is missing" in text or "epochs" in text


def test_a_mistake_that_a_scale_covers_is_one_all_the_same(project):
    project.edit(IMAGES, set_at(["shared", "epochs"], "twenty"))
    refused(project, r"shared\.epochs: found 'twenty'", scale="demo")


def test_another_reports_mistake_stops_nothing(project):
    project.edit(PRACTICE1, set_at(["titel"], "T"))
    project.edit(IMAGES, set_at(["shared", "epochs"], 0))
    assert list(project.load().report("homework2").experiments)
    assert project.load().experiment("lstm4").settings.epochs


def test_a_registry_line_without_a_class_is_named(project, monkeypatch):
    monkeypatch.setitem(MODELS, "resnet34", "labreport.models.resnet:ResNet35")
    refused(
        project, r"labreport\.models\.registry: resnet34: found 'labreport\.models\.resnet:ResNet35', but there is no"
    )


def test_a_syntax_error_in_a_model_is_named_by_file_and_line(project, monkeypatch, tmp_path):
    shutil.copytree(code.SOURCES / "labreport", tmp_path / "labreport")
    model = tmp_path / "labreport/models/resnet.py"
    model.write_text(model.read_text(encoding="utf-8").replace("class ResNet34", "clas ResNet34"), encoding="utf-8")
    lines = model.read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if text.startswith("clas "))
    monkeypatch.setattr(code, "SOURCES", tmp_path)
    looked_up = (models.inputs_of, models.parameters_of, models.may_convolve, models.recurs)
    try:
        for one in looked_up:
            one.cache_clear()
        code.forget()
        refused(project, rf"resnet\.py:{line}: is no valid Python \(.*\); mend it and start again")
    finally:
        for one in looked_up:
            one.cache_clear()
        code.forget()
