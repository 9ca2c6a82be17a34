"""What `labreport plan` says: all that would be made, each with its reason, and for how long runs are trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labreport.files import read_json
from labreport.machine.outcome import Failure, write_failure

from .conftest import NAMES, OWN, REPORT, SMALL, TEMPLATE, fabricate

ARCHIVE = "results/data/raw/cifar-10-python.tar.gz"


def arm(**settings):
    return lambda project: project.edit(SMALL, lambda value: value["arms"]["cnn3"].update(settings))


def reasons(plan):
    """`STEP TITLE`, or with the name of the figure and so on -> why."""
    found = {}
    for step, made in plan.items():
        for one in made if step not in {"scale", "targets", "deliver", "publish"} else ():
            items = one["items"] if "items" in one else {one["title"]: one["why"]}
            found |= {f"{step} {name}": why for name, why in items.items()}
    return found


@pytest.fixture(autouse=True)
def capable(monkeypatch):
    """The machine computes in bf16, whatever it is."""
    monkeypatch.setattr("labreport.cli.plan.computes_bf16", lambda: True)


@pytest.fixture
def planned(labreport):
    """`planned("train_all")`: what the command says of it for programs."""

    def ask(*arguments):
        said = labreport("plan", "--json", *arguments)
        assert (said.status, said.error) == (0, "")
        return json.loads("\n".join(said.lines))

    return ask


def test_of_nothing_everything_is_to_be_done_in_order(empty, labreport):
    status, lines, _ = labreport("plan")
    assert status == 0
    assert lines[0] == "scale: demo (as configured); choose with --config scale=cpu|full|lite|precision|probe"
    words = "generate prepare take train judge draw tabulate write typeset deliver"
    assert " ".join(line.split()[0] for line in lines[3:-1] if line[2] != " ") == words
    assert "  train 2 runs (in bf16; time unknown: no earlier run tells it)" in lines
    assert "  tabulate 2 tables" in lines
    assert "    resnet_small seed 0: never run" in lines
    assert lines[-1] == "there already: nothing"


def test_the_precision_is_the_one_that_runs_will_be_computed_in(empty, labreport, monkeypatch):
    empty.edit(SMALL, lambda value: value["arms"]["cnn3"].update(precision="fp32"))
    said = "  train 2 runs (1 of them in bf16; time unknown: no earlier run tells it)"
    assert said in labreport("plan").lines
    monkeypatch.setattr("labreport.cli.plan.computes_bf16", lambda: False)
    assert said.replace("1 of them in bf16", "in fp32, as nothing here computes in bf16") in labreport("plan").lines
    empty.edit(SMALL, lambda value: value["arms"]["resnet_small"].update(precision="fp32"))
    assert said.replace("1 of them in bf16", "in fp32") in labreport("plan").lines
    empty.edit(SMALL, lambda value: value["arms"]["cnn3"].update(precision="bf16_emulated"))
    assert said.replace("1 of them in bf16", "1 of them in emulated bf16") in labreport("plan").lines
    empty.edit(SMALL, lambda value: value["arms"]["resnet_small"].update(precision="bf16"))
    words = "1 of them in emulated bf16, the others in fp32, as nothing here computes in bf16"
    assert said.replace("1 of them in bf16", words) in labreport("plan").lines


def test_of_a_finished_report_nothing_is_to_be_done(project, labreport):
    before = project.kept()
    there = "there already: 1 measurement, 2 runs, 1 claim, 1 figure, 2 tables, 2 texts, 1 document"
    assert labreport("plan", *REPORT).lines[2:] == [f"nothing to do for {', '.join(REPORT)}", there]
    assert project.kept() == before


def test_one_changed_setting_is_told_with_all_that_follows(project, labreport):
    arm(learning_rate=0.0005)(project)
    assert labreport("plan", *REPORT).lines[2:] == [
        "to do for report/own.en.pdf, report/own.en.md:",
        "  train 1 run (in bf16; about 1 s, from earlier runs)",
        "    cnn3 seed 0: learning_rate 0.001 -> 0.0005",
        "  judge 1 claim",
        "    close: cnn3 seed 0 is made (own)",
        "  draw 1 figure",
        "    loss: cnn3 seed 0 is made (own.en)",
        "  tabulate 1 table",
        "    results: cnn3 seed 0 is made (own.en)",
        "  write 2 texts",
        "    own in latex (en), own in markdown (en): claims are made anew, declared.learning_rate of cnn3 changed, "
        "results of cnn3 changed, figures are made anew, tables are made anew",
        "  typeset 1 document",
        "    own.pdf (en): its text is written anew",
        "  deliver report/own.en.pdf, report/own.en.md",
        "there already: 1 measurement, 1 run",
    ]


def test_a_time_is_told_by_runs_of_the_same_model_on_such_a_device(project, labreport):
    path = Path(project.run("cnn3").folder) / "environment.json"
    arm(learning_rate=0.0005)(project)
    assert "about 1 s, from earlier runs" in labreport("plan", *REPORT).lines[3]
    project.edit(SMALL, lambda value: value["arms"]["cnn3"].update(epochs=600))
    assert "min, from earlier runs" in labreport("plan", *REPORT).lines[3]
    path.chmod(0o600)
    path.write_text(json.dumps(read_json(path) | {"device_type": "cuda"}), encoding="utf-8")
    assert "time unknown: no earlier run tells it" in labreport("plan", *REPORT).lines[3]


WORDS = [
    (arm(augment=[{"name": "crop", "padding": 4}]), {"train cnn3 seed 0": "augment flip taken away"}),
    (
        lambda project: project.edit(SMALL, lambda value: value["shared"].update(data={"train_per_class": 5})),
        {"train cnn3 seed 0": "data train_per_class none -> 5", "prepare cifar10": "train_per_class none -> 5"},
    ),
    (
        lambda project: project.edit(OWN, lambda value: value["figures"]["loss"].update(metric="accuracy")),
        {"draw loss": "metric loss -> accuracy", "write own in latex (en)": "figures are made anew"},
    ),
    (
        lambda project: project.edit(OWN, lambda value: value.update(title="U")),
        {"write own in markdown (en)": "title T -> U"},
    ),
    (
        lambda project: project.rewrite(TEMPLATE, lambda text: f"{text}\nMore.\n"),
        {"write own in latex (en)": f"{TEMPLATE} changed", "typeset own.pdf (en)": "its text is written anew"},
    ),
    (lambda project: next(Path("results/figures").rglob("loss.svg")).unlink(), {"draw loss": "a file of it is gone"}),
]


@pytest.mark.parametrize(("change", "words"), WORDS)
def test_a_change_is_told_in_words(project, planned, change, words):
    change(project)
    found = reasons(planned(*REPORT))
    assert found.items() >= words.items()
    assert ("train cnn3 seed 0" in found) == ("train cnn3 seed 0" in words)


def test_changed_code_is_named(sources, planned):
    assert reasons(planned(*REPORT)) == {}
    sources.edit_code("models/cnn", "CNN3.forward")
    found = reasons(planned(*REPORT))
    assert found["train cnn3 seed 0"] == "code of models.cnn:CNN3 changed"
    assert "train resnet_small seed 0" not in found
    sources.restore()
    sources.edit_code("claims/equivalence", "judge")
    found = reasons(planned(*REPORT))
    assert found["judge close"] == "code of claims.equivalence:judge changed"
    assert {name.split(" ")[0] for name in found} == {"judge", "write", "typeset"}


def test_programs_are_told_keys_and_seconds(project, planned):
    """Of a fabricated run of 6 epochs of 50,000 samples, which began and ended 60 s apart; now there are 1,000."""
    arm(learning_rate=0.0005)(project)
    override = {"match": {"experiment": "cnn3"}, "set": {"epochs": 12}}
    project.edit("config/scales/demo.yaml", lambda value: value["overrides"].append(override))
    run = project.run("cnn3")
    checkpoint = Path(project.run("cnn3", 3).folder.replace("/runs/", "/checkpoints/"), f"9-{'0' * 16}.pt")
    checkpoint.parent.mkdir(parents=True)
    checkpoint.touch()
    plan = planned(REPORT[0], "--config", "seeds=[0,3]")
    assert (plan["scale"], plan["targets"], plan["deliver"]) == ("demo", REPORT[:1], REPORT[:1])
    found = {(one["experiment"], one["seed"]): one for one in plan["train"]}
    assert {key: one["why"] for key, one in found.items()} == {
        ("cnn3", 0): "epochs 6 -> 12, learning_rate 0.001 -> 0.0005",
        ("cnn3", 3): "stopped after epoch 9 of 12, goes on there",
        ("resnet_small", 3): "new seed",
    }
    assert (found["cnn3", 0]["key"], found["cnn3", 0]["output"]) == (run.key, run.output)
    seconds = [found["cnn3", 0]["seconds"], found["cnn3", 3]["seconds"]]
    assert seconds == pytest.approx([60 * 12 / 6 / 50, 60 * 3 / 6 / 50])
    assert {one["seconds"] for one in planned("train_all")["train"]} == {seconds[0], None}


def test_every_target_of_snakemake_can_be_asked_for(project, planned):
    assert planned("own")["deliver"] == ["report/own.pdf"]
    found = reasons(planned("train_all"))
    assert {name.split(" ")[0] for name in found} == {"sample", "prepare", "vectors", "train"}
    assert {"train mycnn seed 0", "train sts_bilstm1 seed 0"} < found.keys()
    assert "train cnn3 seed 0" not in found
    for target in ("publish_own", "publish"):
        plan = planned(target)
        assert plan["publish"] == ["own"]
        assert reasons(plan) == {"section own at demo": "never made"}
    run = project.run("mycnn")
    for target in (run.output, f"./{run.output}", run.folder):
        assert reasons(planned(target)) == {"train mycnn seed 0": "never run"}
    fabricate(run)
    assert reasons(planned(run.output)) == {}


def test_an_official_archive_is_downloaded_once(empty, labreport, planned):
    full = ["--config", "scale=full"]
    for target in ("own", ARCHIVE):
        assert reasons(planned(target, *full))["download cifar-10-python.tar.gz"] == "never made"
    assert "  download 1 archive" in labreport("plan", *full).lines
    raw = labreport("plan", "own", *full, "raw=raw")
    assert raw.status == 1
    assert "raw does not exist; name a folder that holds cifar-10-python.tar.gz" in raw.error
    Path(ARCHIVE).parent.mkdir(parents=True)
    Path(ARCHIVE).touch()
    assert "download cifar-10-python.tar.gz" not in reasons(planned("own", *full))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("reprot/own.pdf", 'nothing makes this; did you mean "report/own.pdf"?; allowed are all, train_all'),
        ("results/claims/own", "nothing makes this; allowed are all"),
        ("report/onw.pdf", 'config/reports/onw.yaml does not exist; did you mean "own"?'),
        ("report/own.zh.pdf", "own has a text in en"),
        ("publish_other", "config/reports/other.yaml does not exist"),
    ],
)
def test_what_nothing_makes_is_refused(empty, labreport, target, words):
    said = labreport("plan", target)
    assert (said.status, said.lines) == (1, [])
    assert words in said.error


def test_configuration_files_and_settings_are_taken_in_order(project, planned, tmp_path):
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for seed, file in enumerate(files, 3):
        file.write_text(f"seeds: [{seed}]\n")
    for settings, seed in ([], 4), (["--config", "seeds=[2]"], 2):
        plan = planned("own", "--configfile", *map(str, files), *settings)
        assert {one["experiment"]: one["seed"] for one in plan["train"]} == dict.fromkeys(NAMES, seed)


def test_a_failed_run_is_tried_again_unless_it_is_left_out(project, planned):
    arm(learning_rate=0.0005)(project)
    write_failure(project.run("cnn3").folder, Failure("loss is not finite"))
    assert reasons(planned(*REPORT))["train cnn3 seed 0"] == "failed before: loss is not finite"
    for name in NAMES:
        fabricate(project.run(name, 1))
    found = reasons(planned(*REPORT, "--config", "failed=leave_out", "seeds=[0,1]"))
    assert found["draw loss"] == "failures of cnn3 changed, results of cnn3 changed"
    assert not [name for name in found if name.startswith("train")]


def test_a_text_that_names_what_there_is_not_is_refused_before_training(empty, labreport):
    empty.rewrite(TEMPLATE, lambda text: f'{{{{ run("cnn4").epochs }}}}\n{text}')
    said = labreport("plan", "report/own.pdf")
    assert said.status == 1
    assert f'{TEMPLATE}: line 1: experiment "cnn4": is not declared' in said.error


def test_a_mistake_elsewhere_is_told_and_stops_nothing(project, labreport):
    project.edit("config/experiments/images.yaml", lambda value: value["arms"]["mycnn"].update(epoch=3))
    said = labreport("plan", *REPORT)
    assert (said.status, said.lines[3]) == (0, f"nothing to do for {', '.join(REPORT)}")
    assert said.lines[2].startswith("not used: config/experiments/images.yaml: arms.mycnn.epoch")
