"""A report at the scale `demo` tells the truth of a data set that is a file of the project."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import CIFAR10

from .conftest import DECLARED, OWN, TEMPLATE

MINE = {
    "title": "my photos",
    "inputs": "images",
    "classes": list(CIFAR10),
    "reader": "labreport.data.cifar10",
    "file": "data/mine.csv",
    "parameters": {"val_per_class": None, "train_per_class": None, "test_per_class": None, "seed": 0},
}
SAMPLES = "Demo scale: the data are small generated samples"


@pytest.mark.parametrize(
    ("arms", "said", "noted"),
    [
        ((), f"{SAMPLES}. The numbers show", True),
        (("resnet_small",), f"{SAMPLES}, but for my photos, which are real. The numbers of the samples", True),
        (("cnn3", "resnet_small"), "Demo scale: the data (my photos) are real; the settings may be smaller", False),
    ],
)
def test_the_notice_says_which_data_are_real(empty, arms, said, noted):
    declared = yaml.safe_load(Path("config/experiments/small.yaml").read_text())
    for arm in arms:
        declared["arms"][arm]["dataset"] = "mine"
    Path("config/experiments/small.yaml").write_text(yaml.safe_dump(declared))
    Path("data").mkdir()
    Path("data/mine.csv").write_text("1,2\n")
    with Path("config/datasets.yaml").open("a") as file:
        file.write(yaml.safe_dump({"mine": MINE}))
    results = {"kind": "results", "experiments": ["cnn3", "resnet_small"]}
    report = {"title": "T", "authors": ["A"], "experiments": ["cnn3", "resnet_small"], "tables": {"results": results}}
    report["measurements"] = DECLARED["measurements"]  # which the scale sets
    Path(OWN).write_text(yaml.safe_dump(report))
    Path(TEMPLATE).write_text("![Results.](table:results)\n")
    empty.make("report/own.en.md")
    text = Path("report/own.en.md").read_text()
    assert said in text
    assert ("small generated samples" in text) is noted
