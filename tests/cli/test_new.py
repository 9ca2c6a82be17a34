"""A new report has no mistakes and few lines; what is wrong with a report is said all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

FILES = ("config/experiments/wind.yaml", "config/reports/wind.yaml")


@pytest.mark.parametrize("langs", [["en"], ["zh"], ["en", "zh"]])
def test_a_new_report_is_checked_and_planned(empty, labreport, langs):
    texts = [f"templates/wind/{lang}.md.j2" for lang in langs]
    said = labreport("new", "wind", "--lang", *langs)
    assert said.lines[:-1] == [*FILES, *texts]
    assert said.lines[-1].startswith("next: .venv/bin/labreport check wind; .venv/bin/snakemake --cores 1 report/wind.")
    assert labreport("check", "wind").lines == ["wind: no mistakes"]
    planned = labreport("plan", f"report/wind.{langs[0]}.pdf").lines
    assert "    wind_lenet5 seed 0: never run" in planned
    assert sum(line.strip().startswith(("draw 1 figure", "tabulate 1 table")) for line in planned) == 2


@pytest.mark.parametrize("name", ["null", "yes"])  # which YAML takes for something else
def test_a_report_may_have_any_plain_name(empty, labreport, name):
    labreport("new", name)
    assert labreport("check", name).lines == [f"{name}: no mistakes"]


def test_a_minimal_report_has_at_most_twenty_five_lines(empty, labreport):
    labreport("new", "wind")
    lines = [line for path in (*FILES, "templates/wind/en.md.j2") for line in Path(path).read_text().splitlines()]
    assert len([line for line in lines if line.strip() and not line.startswith("#  ")]) <= 25


def test_nothing_is_overwritten(empty, labreport):
    before = Path(FILES[0]).exists()
    assert not before
    Path(FILES[1]).write_text("mine")
    said = labreport("new", "wind")
    assert (said.status, Path(FILES[0]).exists(), Path(FILES[1]).read_text()) == (1, False, "mine")
    assert "config/reports/wind.yaml is there already" in said.error


@pytest.mark.parametrize("name", ["Wind", "../wind", "1", "a b", ""])
def test_a_name_is_plain(empty, labreport, name):
    said = labreport("new", name)
    assert said.status == 1
    assert "lower-case letters, digits and underscores" in said.error


def test_every_mistake_is_said_with_its_place(empty, labreport):
    labreport("new", "wind")
    text = Path("templates/wind/en.md.j2")
    text.write_text(text.read_text().replace("val_accuracy", "val_acuracy").replace("@tab:results", "@tab:result"))
    said = labreport("check")
    assert said.status == 1
    assert [line for line in said.lines if "wind" in line] == [
        "templates/wind/en.md.j2: line 3: wind_lenet5 has no 'val_acuracy'; did you mean \"val_accuracy\"?",
        "templates/wind/en.md.j2: line 3: @tab:result: the text has no such target; "
        'did you mean "tab:results"? There are: tab:results',
    ]
    assert "own: no mistakes" in said.lines
    report = yaml.safe_load(Path(FILES[1]).read_text())
    Path(FILES[1]).write_text(yaml.safe_dump({**report, "experiments": ["wind_lenet"]}))
    assert 'did you mean "wind_lenet5"?' in labreport("check", "wind").lines[0]


def test_a_scale_for_an_experiment_that_there_is_not_is_a_mistake(empty, labreport):
    empty.edit("config/scales/probe.yaml", lambda value: value["trains"].insert(1, "my_lstm9"))
    probe = ["--config", "scale=probe"]
    said = labreport("check", *probe)
    assert said.status == 1
    assert said.lines[0].startswith("config/scales/probe.yaml: trains.1: found 'my_lstm9'")
    assert 'did you mean "my_lstm1"?' in said.lines[0]
    assert labreport("check", "own", *probe).lines == ["own: no mistakes"]
    assert labreport("check").status == 0
