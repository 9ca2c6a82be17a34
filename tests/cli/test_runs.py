"""What `labreport runs` says of finished runs, and where it writes it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from labreport.files import read_json

from .conftest import REPORT


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


def test_no_run_and_no_experiment_are_told(empty, labreport):
    assert "none of 1 experiments has a finished run at demo" in labreport("runs", "cnn3").error
    assert "found 'cnn', which no file in config/experiments/ declares" in labreport("runs", "cnn").error
