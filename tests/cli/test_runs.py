"""What `labreport runs` says of finished runs, and where it writes it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import ttest_rel

from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
from labreport.files import read_json
from labreport.rounding import fixed

from .conftest import OWN, REPORT, SMALL, fabricate


def test_every_finished_run_is_a_row_of_what_it_measured(project, labreport):
    project.make(*REPORT)
    run = project.run("cnn3")
    said = labreport("runs", "cnn3", "mycnn")
    (row,) = [line for line in said.lines if run.key in line]
    summary = read_json(Path(run.folder) / "summary.json")
    last = pd.read_csv(Path(run.folder) / "metrics.csv").iloc[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:3] == ["cnn3", "0", str(summary["epochs"])]
    assert cells[4] == f"{100 * last['val_accuracy']:.2f}"
    assert cells[6] == str(summary["best_epoch"])
    assert cells[8] == "– / 76.72"
    assert not [line for line in said.lines if "mycnn" in line]


def test_a_page_keeps_what_else_stands_there(project, labreport):
    project.make(*REPORT)
    page = Path("page.md")
    page.write_text("# Mine\n\nWords.\n")
    for _ in range(2):
        assert labreport("runs", "--page", str(page)).status == 0
    text = page.read_text()
    assert text.startswith("# Mine\n\nWords.\n")
    assert text.count("<!-- begin runs demo -->") == 1
    assert project.run("resnet_small").key in text


def test_a_row_stays_as_it_was_when_its_run_is_gone_and_gives_way_to_a_new_one(project, labreport):
    project.make(*REPORT)
    page = Path("page.md")
    labreport("runs", "--page", str(page))
    before = page.read_text()
    assert "- All runs: " in before
    run = project.run("resnet_small")
    shutil.rmtree(run.folder)
    Path(run.folder + ".done").unlink()
    labreport("runs", "--page", str(page))
    assert page.read_text() == before
    key = project.run("cnn3").key
    page.write_text(
        before.replace(key, "0" * 16).replace("- All runs: ", "- cnn3 seed 0, resnet_small seed 0: a lent GPU, ")
    )
    labreport("runs", "cnn3", "--page", str(page))
    text = page.read_text()
    assert key in text
    assert "0" * 16 not in text
    assert "\n- cnn3 seed 0: " in text
    assert "\n- resnet_small seed 0: a lent GPU, " in text
    page.write_text(text.replace("| cnn3 |", "| mycnn |"))
    labreport("runs", "cnn3", "--page", str(page))
    assert page.read_text().count(key) == 1  # the run has another name now
    project.edit(SMALL, lambda value: value["arms"].pop("resnet_small"))
    labreport("runs", "cnn3", "--page", str(page))
    assert "small" not in page.read_text()


def test_an_epoch_stands_beside_the_same_one_of_the_published_curve(project, labreport):
    project.make(*REPORT)
    run = project.run("cnn3")
    curve = Path("config/published/curve.csv")
    curve.parent.mkdir(exist_ok=True)
    curve.write_text("epoch,train_loss,train_accuracy,val_loss,val_accuracy\n2,1.5,0.25,1.25,0.375\n")
    project.edit(SMALL, lambda value: value["arms"]["cnn3"]["published"].update(curve=str(curve)))
    measured = pd.read_csv(Path(run.folder) / "metrics.csv").set_index("epoch")
    cells = {}
    for epoch in (1, 2):
        (row,) = [line for line in labreport("runs", "cnn3", "--epoch", str(epoch)).lines if run.key in line]
        cells[epoch] = [cell.strip() for cell in row.strip("|").split("|")]
        pairs = [
            f"{measured.loc[epoch, f'{split}_loss']:.4f} / {measured.loc[epoch, f'{split}_accuracy']:.4f}"
            for split in ("train", "val")
        ]
        assert cells[epoch][2::2] == [*pairs, f"`{run.key}`"]
    assert cells[1][3::2] == ["", ""]
    assert cells[2][3::2] == ["1.5000 / 0.2500", "1.2500 / 0.3750"]
    curve.write_text("epoch,train_loss,train_accuracy\n2,1.5,0.25\n")  # as of a metric that the task does not count
    (row,) = [line for line in labreport("runs", "cnn3", "--epoch", "2").lines if run.key in line]
    assert [cell.strip() for cell in row.strip("|").split("|")][3::2] == ["1.5000 / 0.2500", ""]
    assert "no run at demo has an epoch 99" in labreport("runs", "cnn3", "--epoch", "99").error


def test_no_run_and_no_experiment_are_told(empty, labreport):
    assert "none of 1 experiments has a finished run at demo" in labreport("runs", "cnn3").error
    said = labreport("runs", "cnn").error
    assert "runs: found 'cnn', which is not an experiment of config/experiments/; did you mean \"cnn4\"?" in said


@pytest.mark.parametrize("of_report", [False, True])
def test_pairs_are_compared_seed_by_seed(empty, labreport, of_report):
    seeds = (3, 5, 8)
    accuracies = {"cnn3": (0.50, 0.60, 0.55), "resnet_small": (0.52, 0.60, 0.58)}
    graph = Graph(Project(Path(), {"seeds": list(seeds)}))
    for name, values in accuracies.items():
        for seed, value in zip(seeds, values, strict=True):
            run = graph.run(graph.project.experiment(name), seed)
            fabricate(run)
            path = Path(run.folder) / "summary.json"
            path.write_text(json.dumps(json.loads(path.read_text()) | {"val_accuracy": value}))
    if of_report:
        empty.edit(OWN, lambda value: value.update(seeds=list(seeds)))
        assert sum(line.startswith("| cnn3 |") for line in labreport("runs").lines) == len(seeds)
        assert labreport("show", "cnn3").lines[-1].startswith("  seeds = [0, 3, 5, 8]    (config/config.yaml:")
    said = labreport("runs", *accuracies, "--pairs", *([] if of_report else ["--config", "seeds=[3,5,8]"]))
    (row,) = [line for line in said.lines if line.startswith("| cnn3 (")]
    found = ttest_rel(accuracies["resnet_small"], accuracies["cnn3"]).confidence_interval(0.95)
    interval = f"{fixed(100 * found.low, 2)} to {fixed(100 * found.high, 2)}".replace("-", "−")
    assert row == rf"| cnn3 (fp32) | resnet\_small (fp32) | 3, 5, 8 | 55.00 | 56.67 | 1.67 | {interval} |"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["cnn3"], "found 1 experiments; allowed are pairs"),
        (["cnn3", "resnet_small"], "share 0 finished seeds; two are needed"),
        (["lstm4", "sts_bilstm1"], "has no accuracy"),
    ],
)
def test_pairs_that_cannot_be_compared(empty, labreport, names, words):
    said = labreport("runs", *names, "--pairs")
    assert said.status == 1
    assert words in said.error
