"""Five seeds of which one fails: the others and, where that is wanted, the report are made, and the report says so."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from labreport.training.seeds import stream

from .conftest import copy_project, snakemake

BROKEN = 3  # the seed whose loss is not a number
SEEDS = "seeds=[0,1,2,3,4]"
REPORT = "report/fragile.en.md"
FILES = {
    "src/labreport/models/fragile.py": f"""
import torch
from torch import Tensor, nn


class Fragile(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.factor = float("nan") if torch.initial_seed() == {stream(BROKEN, "model")} else 1.0
        self.linear = nn.Linear(3 * 32 * 32, classes)

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * self.linear(images.flatten(1))
""",
    "config/experiments/fragile.yaml": """
part: fragile
dataset: cifar10
task: classification
shared:
  data: {train_per_class: 8, test_per_class: 4}
  epochs: 2
  batch_size: 16
  learning_rate: 0.001
  optimizer: {name: SGD}
  loss: {name: cross_entropy}
  normalize: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
arms:
  fragile: {model: {name: fragile}}
""",
    "config/reports/fragile.yaml": """
title: Fragile
authors: [A. Author]
experiments: [fragile]
figures:
  losses: {kind: curves, experiments: [fragile], metric: loss}
tables:
  results: {kind: results, experiments: [fragile]}
""",
    "templates/fragile/en.md.j2": """
![Loss.](figure:losses)

![Result.](table:results)

Seeds: {{ run("fragile").seeds }}.
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("fragile") / "project")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    registry = folder / "src/labreport/models/registry.py"
    entry = '    "fragile": "labreport.models.fragile:Fragile",\n}'
    registry.write_text(
        "".join(registry.read_text(encoding="utf-8").rsplit("}", 1)[:1]) + entry + "\n", encoding="utf-8"
    )
    return folder


def outcomes(project: Path) -> dict[int, str]:
    """Seed -> the run is there, or has failed."""
    folders = sorted(project.glob("results/runs/Fragile-cifar10/*"))
    there = [
        json.loads((path / "spec.json").read_text())["seed"] for path in folders if (path / "SHA256SUMS").is_file()
    ]
    failed = [path for path in folders if (path / "failure.json").is_file()]
    assert len(failed) == 1
    return dict.fromkeys(there, "there") | {BROKEN: "failed"}


def test_the_failure_ends_it_with_one_message_but_the_other_runs_are_trained(project):
    """They are trained in one process, and what is wrong with one is no matter of the others."""
    done = snakemake(project, "--cores", "1", REPORT, "--config", "scale=demo", SEEDS, check=False)
    assert done.returncode == 1
    text = done.stdout + done.stderr
    assert "Traceback" not in text
    said = [line for line in text.splitlines() if line.startswith("error: ")]
    words = "fragile, seed 3: the training loss is nan at epoch 1, step 1; a lower learning_rate than 0.001 may help"
    assert {line.partition(": ")[2] for line in said} == {words}
    assert not (project / REPORT).exists()
    assert outcomes(project) == {0: "there", 1: "there", 2: "there", 3: "failed", 4: "there"}


def test_the_report_is_made_of_four_of_five(project):
    snakemake(project, "--cores", "1", REPORT, "--config", "scale=demo", SEEDS, "failed=leave_out")
    text = (project / REPORT).read_text(encoding="utf-8")
    assert "4 of 5 seeds" in text.partition("![")[0]  # before the first figure
    assert "nan" in text
    assert "Seeds: 4." in text
    (frame,) = project.glob("results/tables/fragile.en/*/frames/metrics.csv")
    assert set(pd.read_csv(frame)["seed"]) == {0, 1, 2, 4}


def test_what_failed_is_not_tried_again_while_it_is_done_without(project):
    done = snakemake(project, "--cores", "1", "-n", REPORT, "--config", "scale=demo", SEEDS, "failed=leave_out")
    assert "Nothing to be done" in done.stdout + done.stderr


def test_else_it_is_tried_again(project):
    done = snakemake(project, "--cores", "1", "-n", REPORT, "--config", "scale=demo", SEEDS)
    trains = [line for line in (done.stdout + done.stderr).splitlines() if "train fragile" in line]
    assert len(trains) == 1
    assert "seed 3: failed before: the training loss is nan" in trains[0]


def test_without_its_seed_the_report_is_made_of_what_is_there(project):
    done = snakemake(project, "--cores", "1", "-n", REPORT, "--config", "scale=demo", "seeds=[0,1,2,4]")
    assert "train fragile" not in done.stdout
    assert "write fragile" in done.stdout
