# ruff: noqa: E501 (one setting per line reads as the table it is)
"""What `labreport show` and `deps` say of a name: settings and who set them, where things lie, what a key covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.artifacts.code import digest_of

from .conftest import NAMES, SMALL

SCALE, TAIL, DATASETS = "config/scales/demo.yaml", "config/experiments/longtail.yaml", "config/datasets.yaml"
# Experiment, setting, its value, the key that set it, the file, and texts that stand in it one below the other.
SET = [
    ("cnn3", "learning_rate", "0.001", "shared.learning_rate", SMALL, ["shared:", "learning_rate"]),
    ("cnn3", "model.name", "cnn3", "arms.cnn3.model.name", SMALL, ["arms:", "cnn3:", "name: cnn3"]),
    ("cnn3", "epochs", "6", "overrides.11.set.epochs", SCALE, ["{part: small}", "epochs: 6"]),
    ("resnet_small", "model.width", "8", "overrides.13.set.model.width", SCALE, ["{model: resnet_small}", "width"]),
    ("mycnn", "epochs", "4", "overrides.2.set.epochs", SCALE, ["{experiment: mycnn}", "epochs: 4"]),
    ("cnn3", "published.best_epoch", "28", "arms.cnn3.published.best_epoch", SMALL, ["arms:", "cnn3:", "best_epoch: 28"]),
    ("resnet50_balanced", "published.val_accuracy", "0.674", "arms.resnet50_balanced.published.val_accuracy", TAIL, ["  resnet50_balanced:", "published"]),
    ("rnn_rows_balanced", "data.longtail", '{"classes": [0, 1, 2, 3, 4], "keep": 0.1, "seed": 0}', "cifar10_longtail.longtail", DATASETS, ["cifar10_longtail:", "  longtail:"]),
    ("rnn_rows_balanced", "data.balance", '{"flip": true, "noise_sigma": 0.05, "seed": 0}', "cifar10_balanced.balance", DATASETS, ["cifar10_balanced:", "  balance:"]),
    ("cnn3", "data.seed", "0", "cifar10.parameters.seed", DATASETS, ["cifar10:", "null, seed: 0"]),
]  # fmt: skip


def line_of(file, texts):
    """The number of the first line that has the last text, from that with the one before it on, and so on."""
    lines, number = Path(file).read_text().splitlines(), 0
    for text in texts:
        number = next(index for index in range(number, len(lines)) if text in lines[index])
    return number + 1


@pytest.mark.parametrize(("experiment", "setting", "value", "key", "file", "texts"), SET)
def test_a_setting_is_shown_with_who_set_it(empty, labreport, experiment, setting, value, key, file, texts):
    said = labreport("show", experiment)
    assert said.status == 0
    assert f"  {setting} = {value}    ({file}:{line_of(file, texts)}: {key})" in said.lines


def test_what_a_model_has_unless_told_otherwise_is_shown(empty, labreport):
    assert {"  model.hidden = 512    (default)", "  model.layers = 2    (default)"} <= {
        *labreport("show", "rnn_rows", "--config", "scale=full").lines
    }
    assert "  model.width = 64    (default)" in labreport("show", "resnet34", "--config", "scale=full").lines


def test_the_layer_that_wins_is_shown(project, labreport):
    """An arm's setting over a general override, that of an override that names the experiment over the arm's."""
    project.edit(SMALL, lambda value: value["arms"]["cnn3"].update(epochs=3))
    own = f"  epochs = 3    ({SMALL}:{line_of(SMALL, ['cnn3:', 'epochs: 3'])}: arms.cnn3.epochs)"
    assert own in labreport("show", "cnn3").lines
    override = {"match": {"experiment": ["cnn3"]}, "set": {"epochs": 9}}
    project.edit(SCALE, lambda value: value["overrides"].append(override))
    place = f"{SCALE}:{line_of(SCALE, ['epochs: 9'])}: overrides.16.set.epochs"
    assert f"  epochs = 9    ({place})" in labreport("show", "cnn3").lines
    full = labreport("show", "cnn3", "--config", "scale=full").lines
    assert full[0] == f"cnn3: {SMALL}, scale full"
    assert {own, "  schedule = null    (default)"} <= set(full)
    project.restore()
    for settings, seed, there, who in (
        ([], 0, "there", f"config/config.yaml:{line_of('config/config.yaml', ['seeds: [0]'])}"),
        (["--config", "seeds=[4]"], 4, "new seed", "--config or --configfile"),
    ):
        assert labreport("show", "cnn3", *settings).lines[-2:] == [
            f"  seed {seed}: {project.run('cnn3', seed).folder} ({there})",
            f"  seeds = [{seed}]    ({who})",
        ]


def test_a_run_is_shown_by_each_of_its_names(project, labreport):
    run = project.run("cnn3")
    shown = labreport("show", "cnn3/0").lines
    assert shown[:2] == [f"train cnn3 seed 0: key {run.key}", f"  {run.folder} (there)"]
    assert {f"  made from prepare cifar10: {run.needs[0].folder}", "  device: Test CPU"} < set(shown)
    for name in (run.key[:9], f"{run.folder}/", run.output):
        assert labreport("show", name).lines == shown
    assert labreport("show", "cnn3/7").lines[1] == f"  {project.run('cnn3', 7).folder} (new seed)"


def test_what_is_made_from_runs_is_shown_with_them(project, labreport):
    graph = project.graph()
    report = graph.project.report("own")
    figures, tables, claims = graph.figures(report, "en"), graph.tables(report, "en"), graph.claims(report)
    measurement = graph.measurement(report.measurements["lstm_cost"])
    made_from = {name: f"  made from train {name} seed 0: {project.run(name).folder}" for name in NAMES}
    made_from["lstm_cost"] = f"  made from measure lstm_cost: {measurement.folder}"
    for name, artifact, shown in (
        ("loss", figures, ["cnn3"]),
        ("results", tables, NAMES),
        ("cost", tables, ["lstm_cost"]),
        ("close", claims, NAMES),
    ):
        lines = labreport("show", f"own/{name}").lines
        assert lines[0].endswith(f", {name}: key {artifact.key}")
        assert lines[1] == f"  {artifact.folder}/{name}.* (there)"
        assert [line for line in lines if "made from" in line] == [made_from[one] for one in shown]
    assert labreport("show", "own/lstm_cost").lines[1] == f"  {measurement.folder} (there)"
    head, *lines = labreport("show", "own").lines
    assert head == "own: config/reports/own.yaml, templates/own/ in en, seeds 0"
    everything = [one.folder if one.step == "train" else one.output for one in graph.document(report, "en").walk()]
    assert sorted(line.rpartition(": ")[2] for line in lines) == sorted(everything)


@pytest.mark.parametrize("command", ["show", "deps"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resnet_smal", 'no experiment, report, REPORT/FIGURE or key; did you mean "resnet_small"?'),
        ("own/los", 'config/reports/own.yaml declares no los; did you mean "loss"?'),
        ("cnn3/one", "no experiment, report, REPORT/FIGURE or key"),
        ("0123456789abcdef", "no experiment, report, REPORT/FIGURE or key"),
    ],
)
def test_what_has_no_such_name_is_refused(empty, labreport, command, name, words):
    said = labreport(command, name)
    assert (said.status, said.lines) == (1, [])
    assert said.error.startswith(f"error: {name}: {words}")


def test_a_key_covers_definitions_that_can_be_looked_up(project, labreport):
    run = project.run("cnn3")
    head, *lines, last = labreport("deps", "cnn3").lines
    assert head == f"cnn3 seed 0: the key {run.key} covers"
    assert last == f"  {run.needs[0].key}  prepare cifar10"
    digests = {}
    for line in lines:
        digest, definition, place = line.split()
        file, _, number = place.rpartition(":")
        assert definition.partition(":")[2] in Path(file).read_text(encoding="utf-8").splitlines()[int(number) - 1]
        digests[definition] = digest
    assert digest_of(digests) == run.spec["code"]
    assert "labreport.models.cnn:CNN3" in digests
    graph = project.graph()
    claims = labreport("deps", graph.claims(graph.project.report("own")).folder)  # of which there is one
    assert claims.lines[1:] == labreport("deps", "own/close").lines[1:]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("sts_bilstm1", "training.loop"),
        ("own/loss", "figures.curves"),
        ("own/results", "tables.results"),
        ("own/close", "claims.equivalence"),
        ("own/lstm_cost", "measurements.lstm_cost"),
    ],
)
def test_a_key_covers_what_makes_a_result_and_no_plumbing(empty, labreport, name, module):
    lines = [line for line in labreport("deps", name).lines if "labreport." in line]
    modules = {line.split()[1].partition(":")[0].removeprefix("labreport.") for line in lines}
    assert module in modules
    plumbing = {"cli", "declarations", "running", "steps", "machine", "artifacts", "store", "kinds"}
    others = {"training": {"figures", "tables", "claims", "documents"}}.get(module.split(".")[0], {"documents"})
    assert not {one.split(".")[0] for one in modules} & (plumbing | others)
