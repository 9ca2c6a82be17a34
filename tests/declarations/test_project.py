# ruff: noqa: E501 (one mistake per line reads as the table it is)
"""Reading a whole project: what is right loads, what is wrong is named by file and key."""

from __future__ import annotations

import shutil

import pytest

from labreport.declarations import project as module
from labreport.declarations import sources
from labreport.declarations.project import announcement, load
from labreport.models.registry import MODELS
from tests.declarations.conftest import refused, set_at


@pytest.mark.parametrize("scale", ["demo", "lite", "full"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_projects_own_declarations_load(project, scale, lang):
    declarations = load(project.root, {"scale": scale, "lang": lang})
    assert declarations.scale_name == scale
    assert set(declarations.reports) >= {"practice1"}


@pytest.mark.parametrize(("devices", "scale"), [(0, "demo"), (1, "full"), (2, "full")])
def test_auto_asks_for_a_gpu(project, monkeypatch, devices, scale):
    monkeypatch.setattr(module, "cuda_devices", lambda: devices)
    declarations = load(project.root)
    assert declarations.scale_name == scale
    first = announcement(declarations).splitlines()[0]
    assert first.startswith(f"scale: {scale} (")
    assert "--config scale=" in first


def test_full_is_the_published_experiment(project):
    experiments = load(project.root, {"scale": "full"}).experiments
    epochs = {name: experiment.settings.epochs for name, experiment in experiments.items()}
    assert epochs["mycnn"] == 30
    assert epochs["resnet34"] == epochs["myresnet34"] == 20
    assert {epochs[name] for name in ("bilstm2", "lstm4", "lstm8", "res_lstm8", "my_lstm1")} == {10}
    assert experiments["mycnn"].published.val_accuracy == 0.8442
    assert experiments["my_lstm1"].published.seconds == 904.25


def test_a_scale_overrides_an_arm_and_keeps_the_rest(project):
    full = load(project.root, {"scale": "full"}).experiments["bilstm2"].settings
    demo = load(project.root, {"scale": "demo"}).experiments["bilstm2"].settings
    assert demo.model.parameters["bidirectional"] is True
    assert demo.model.parameters["hidden"] < full.model.parameters.get("hidden", 256)
    assert demo.optimizer == full.optimizer


def test_seeds_from_the_command_line_may_be_words(project):
    assert load(project.root, {"seeds": ["0", "7"]}).config.seeds == [0, 7]


@pytest.mark.parametrize(
    ("overrides", "pattern"),
    [
        (
            {"scale": "fulll"},
            r'^--config .*: scale: found \'fulll\'.*did you mean "full"\? allowed: auto, .*demo, full, lite',
        ),
        ({"lang": "fr"}, r"--config.*lang: found 'fr', allowed is 'zh' or 'en'"),
        ({" ": 1}, r"^--config: key ' ': a word of printable letters is needed$"),
        ({"": 1}, r"^--config: key '': a word of printable letters is needed$"),
        ({"sacle": "demo"}, r'--config: sacle: unknown key; did you mean "scale"\?'),
        ({"seeds": []}, r"seeds: found \[\], at least one is needed; write seeds='\[0,1\]'$"),
        ({"seeds": [2, 1, 1]}, r"^--config.*: seeds: names the seed 1 twice; name each once; found \[2, 1, 1\]$"),
        ({"seeds": ["0", "0"]}, r": seeds: names the seed 0 twice; name each once; found \[0, 0\]$"),
        ({"seeds": ["0", "-1"]}, r": seeds: found -1, a seed is a whole number from 0 to 4294967295$"),
        ({"seeds": [2**32]}, r": seeds: found 4294967296, a seed is"),
        ({"seeds": ["x"]}, r": seeds: found 'x', a seed is"),
        ({"seeds": [True]}, r": seeds: found True, a seed is"),
        ({"seeds": [1.5]}, r": seeds: found 1\.5, a seed is"),
        ({"seeds": [["0"]]}, r": seeds: found \['0'\], a seed is"),
        ({"seeds": 2}, r": seeds: found 2, a list is needed; write seeds='\[0,1\]'$"),
        ({"seeds": "0,1"}, r": seeds: found '0,1', a list is needed; write seeds='\[0,1\]'$"),
        ({"raw": 3}, r"raw: found 3, a text is needed$"),
        ({"tensorboard": "perhaps"}, r"tensorboard: found 'perhaps', true or false is needed$"),
    ],
)
def test_a_wrong_override_is_named(project, overrides, pattern):
    refused(project, pattern, **overrides)


@pytest.mark.parametrize(
    ("file", "path", "value", "pattern"),
    [
        ("experiments/images.yaml", ["shared", "epochs"], "many", r"images\.yaml: shared\.epochs: found 'many'"),
        ("experiments/images.yaml", ["shared", "epochs"], True, r"images\.yaml: shared\.epochs: found True"),
        ("experiments/images.yaml", ["shared", "epochs"], 0, r"images\.yaml: shared\.epochs: found 0, a number above 0 is needed"),
        ("experiments/images.yaml", ["shared", "learning_rate"], float("inf"), r"shared\.learning_rate: found inf"),
        ("experiments/images.yaml", ["arms", "mycnn", "modle"], {}, r'arms\.mycnn\.modle: unknown key; did you mean "model"\?'),
        ("experiments/images.yaml", ["arms", "mycnn", "model"], {"name": "resnet43"}, r'arms\.mycnn\.model\.name: found \'resnet43\'.*did you mean "resnet34"\?'),
        ("experiments/images.yaml", ["arms", "mycnn", "model"], {"name": "plain34", "widht": 8}, r'arms\.mycnn\.model\.widht: unknown parameter of plain34; did you mean "width"\?'),
        ("experiments/images.yaml", ["arms", "mycnn", "model"], {"name": "plain34", "width": [8]}, r"arms\.mycnn\.model\.width: found \[8\], a whole number"),
        ("experiments/images.yaml", ["arms", "mycnn", "published"], {"val_acc": 0.8}, r'arms\.mycnn\.published\.val_acc: unknown key; did you mean "val_accuracy"\?'),
        ("experiments/images.yaml", ["arms", "mycnn", "published"], {"curve": "../x.csv"}, r"published\.curve: found '\.\./x\.csv', a path inside"),
        ("experiments/images.yaml", ["arms", "mycnn", "published"], {"curve": "config/none.csv"}, r"published\.curve: .*no such file"),
        ("experiments/images.yaml", ["shared", "optimizer"], {"name": "Adamm"}, r"shared\.optimizer\.name: found 'Adamm', allowed is 'SGD'"),
        ("experiments/images.yaml", ["shared", "optimizer"], {"name": "adam"}, r"""shared\.optimizer\.name: found 'adam', allowed is .*; did you mean "Adam"\?$"""),
        ("experiments/images.yaml", ["shared", "precision"], "BF16", r"""shared\.precision: found 'BF16', allowed is 'bf16' or 'fp32'; did you mean "bf16"\?$"""),
        ("experiments/images.yaml", ["arms", "mycnn", "model"], {"name": "cnn3", "widht": 8}, r"arms\.mycnn\.model\.widht: unknown parameter of cnn3; there are none$"),
        ("experiments/images.yaml", ["arms", "mycnn", "model"], {"name": "CNN3"}, r'arms\.mycnn\.model\.name: found \'CNN3\'.*did you mean "cnn3"\?'),
        ("experiments/augmented.yaml", ["arms", "resnet18_celu", "model", "activation"], "cellu", r"""found 'cellu', allowed: relu, celu; did you mean "celu"\?$"""),
        ("experiments/images.yaml", ["shared", "data"], {"lenght": 3}, r"shared\.data\.lenght: unknown parameter of CIFAR-10"),
        ("experiments/images.yaml", ["dataset"], "cifar", r"dataset: found 'cifar'.*did you mean \"cifar10\"\?"),
        ("experiments/images.yaml", ["arms", "bilstm2"], {"model": {"name": "resnet34"}}, r"arms\.bilstm2: .*images\.yaml has an experiment of that name"),
        ("scales/demo.yaml", ["source"], "samples", r"scales/demo\.yaml: source: found 'samples', allowed is 'archive' or 'sample'"),
        ("scales/demo.yaml", ["overrides", 0, "match"], {"dataset": "cifar"}, r"overrides\.0\.match: .*applies to nothing"),
        ("scales/demo.yaml", ["overrides", 0, "set", "epochs"], -1, r"scales/demo\.yaml: overrides\.0\.set\.epochs: found -1"),
        ("datasets.yaml", ["imdb", "archive", "digest"], "md5:xyz", r"datasets\.yaml: imdb\.archive\.digest: found 'md5:xyz'"),
        ("datasets.yaml", ["imdb", "archive", "file"], "../x.tar.gz", r"imdb\.archive\.file: found '\.\./x\.tar\.gz'"),
        ("reports/practice1.yaml", ["experiments", 0], "mycn", r'practice1\.yaml: experiments\.0: found \'mycn\'.*did you mean "mycnn"\?'),
        ("reports/practice1.yaml", ["figures", "lstm_cell"], {"kind": "lstm_sell"}, r'figures\.lstm_cell\.kind: found \'lstm_sell\'.*did you mean "lstm_cell"\?'),
        ("reports/practice1.yaml", ["figures", "lstm_cell"], {"knid": "lstm_cell"}, r'figures\.lstm_cell\.kind: is missing; it is needed; found "knid" instead$'),
        ("reports/practice1.yaml", ["figures", "lstm\u202ecell"], {}, r"practice1\.yaml: figures: key 'lstm\\u202ecell': a word of printable letters is needed$"),
        ("reports/practice1.yaml", ["x" * 201], 1, r"at most 200 letters are allowed$"),
        ("reports/practice1.yaml", ["figures", "lstm_cell"], {"kind": "lstm_cell", "colour": 1}, r"figures\.lstm_cell\.colour: unknown option of lstm_cell"),
        ("reports/practice1.yaml", ["figures", "loss_bilstm2", "experiments"], ["resnet"], r"figures\.loss_bilstm2\.experiments: found 'resnet'"),
        ("reports/practice1.yaml", ["figures", "loss_bilstm2", "metric"], "los", r"""figures\.loss_bilstm2\.metric: found 'los', allowed: loss, accuracy.*; did you mean "loss"\?$"""),
        ("reports/practice1.yaml", ["claims", "images_close", "part"], "image", r'claims\.images_close\.part: found \'image\'.*did you mean "images"\?'),
        ("reports/practice1.yaml", ["claims", "residual_faster", "faster"], "x", r"claims\.residual_faster\.faster: found 'x'"),
        ("reports/practice1.yaml", ["tables", "lstm_cost"], {"kind": "lstm_cost"}, r"tables\.lstm_cost\.measurement: is missing"),
        ("reports/practice1.yaml", ["tables", "lstm_cost", "measurement"], "cost", r"tables\.lstm_cost\.measurement: found 'cost'"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_named_by_file_and_key(project, file, path, value, pattern):
    project.edit(file, set_at(path, value))
    refused(project, pattern, scale="demo")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", r"a mapping `key: value` is needed, found nothing"),
        ("- a\n- b\n", r"a mapping `key: value` is needed, found a list"),
        ("a: [1, 2\n", r"images\.yaml:\d+:\d+: not valid YAML"),
        ("part: images\npart: texts\n", r"images\.yaml:2:1: not valid YAML: 'part' stands here a second time"),
        ("!!python/object/apply:os.system ['true']\n", r"not valid YAML: could not determine a constructor"),
        ("[1]: 2\n", r"images\.yaml"),
        ("3: 2\n", r"key 3: a word is needed"),
    ],
)
def test_what_is_no_mapping_is_named(project, text, pattern):
    project.write("experiments/images.yaml", text)
    refused(project, pattern)


def test_a_missing_file_is_named(project):
    (project.root / "config/datasets.yaml").unlink()
    refused(project, r"config/datasets\.yaml: no such file")


def test_several_mistakes_are_all_told(project):
    def change(mapping):
        mapping["shared"]["learning_rate"] = 0
        mapping["shared"]["batch_size"] = "x"

    project.edit("experiments/images.yaml", change)
    text = refused(project, r"shared\.learning_rate: found 0")
    assert "shared.batch_size: found 'x'" in text


@pytest.mark.parametrize("place", [["shared"], ["arms", "mycnn"]])
def test_a_misspelt_key_is_told_before_what_it_leaves_missing(project, place):
    def change(mapping):
        mapping["shared"].pop("epochs", None)
        for arm in mapping["arms"].values():
            arm.pop("epochs", None)
        set_at([*place, "epoch"], 3)(mapping)

    project.edit("experiments/images.yaml", change)
    cause, effect = refused(project, "unknown key", scale="full").splitlines()
    at = "config/experiments/images.yaml: "
    assert cause.startswith(f'{at}{".".join(place)}.epoch: unknown key; did you mean "epochs"?')
    assert effect.startswith(at)
    assert effect.endswith(".epochs: is missing; write it there or under `shared`")


def test_a_misspelt_key_of_another_file_is_told_first_too(project):
    project.edit("datasets.yaml", lambda file: file["cifar10"].update(licens=file["cifar10"].pop("licence")))
    cause, effect = refused(project, "unknown key", scale="full").splitlines()
    assert cause.startswith('config/datasets.yaml: cifar10.licens: unknown key; did you mean "licence"?')
    assert effect.startswith("config/datasets.yaml: cifar10.licence: is missing")


def test_a_registry_line_without_a_class_is_named(project, monkeypatch):
    monkeypatch.setitem(MODELS, "resnet34", "labreport.models.resnet:ResNet35")
    refused(
        project, r"labreport\.models\.registry: resnet34: found 'labreport\.models\.resnet:ResNet35', but there is no"
    )


def test_a_syntax_error_in_a_model_is_named_by_file_and_line(project, monkeypatch, tmp_path):
    shutil.copytree(sources.SOURCES / "labreport", tmp_path / "labreport")
    model = tmp_path / "labreport/models/resnet.py"
    model.write_text(model.read_text().replace("class ResNet34", "clas ResNet34"))
    line = next(number for number, text in enumerate(model.read_text().splitlines(), 1) if text.startswith("clas "))
    monkeypatch.setattr(sources, "SOURCES", tmp_path)
    sources._body.cache_clear()
    sources.constructor.cache_clear()
    try:
        refused(project, rf"resnet\.py:{line}: is no valid Python \(.*\); mend it and start again")
    finally:
        sources._body.cache_clear()
        sources.constructor.cache_clear()
