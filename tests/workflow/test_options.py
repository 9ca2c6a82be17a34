"""Snakemake's own options do what a user of Snakemake expects of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile

import pytest
import yaml

from .conftest import snakemake
from .edits import arm, code
from .project import jobs_of, run

TARGET = "report/cifar10.en.pdf"
LAST = {"write cifar10.en", "typeset cifar10.en", "deliver cifar10.en.pdf"}


def planned(root, *arguments, target=TARGET):
    """The jobs of a dry run."""
    done = snakemake(root, "--cores", "1", "--dry-run", "--printshellcmds", target, *arguments)
    return jobs_of(root, done.stdout + done.stderr)


def status_of(root, *arguments):
    """Output -> its status and what is planned for it, as --summary says."""
    done = snakemake(root, "--cores", "1", "--summary", *arguments)
    _, *rows = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") > 3]
    return {row[0]: tuple(row[-2:]) for row in rows}


@pytest.mark.parametrize("form", ["--dag", "--rulegraph", "--filegraph"])
def test_graphs_show_the_whole_provenance(finished, form):
    """Although everything is there: from the archives to the PDF."""
    done = snakemake(finished, "--cores", "1", "report/practice1.pdf", "report/midterm.pdf", form)
    subprocess.run(["dot", "-Tsvg"], input=done.stdout, text=True, check=True, capture_output=True)
    for rule in ("prepare", "vectors", "train", "measure", "draw", "tabulate", "judge", "write", "typeset", "deliver"):
        assert rule in done.stdout
    assert done.stdout.count("train") >= (8 if form == "--dag" else 1)


def test_lint_has_no_remark(finished):
    done = snakemake(finished, "--lint")
    assert "Congratulations" in done.stdout + done.stderr


def test_a_dry_run_says_why(project):
    arm("augmented", "lenet5", learning_rate=0.02)(project)
    done = snakemake(project.root, "--cores", "1", "--dry-run", "report/midterm.en.pdf")
    assert "train lenet5 seed 0: learning_rate 0.01 -> 0.02" in done.stdout
    assert re.search(r"draw midterm\.en: .*: results of lenet5 changed|draw midterm\.en: .*lenet5.* made", done.stdout)


def test_a_summary_shows_nothing_to_do_after_a_build(built):
    found = status_of(built, "report/practice1.pdf", "report/practice1.en.md")
    assert len(found) > 15
    assert set(found.values()) == {("ok", "no update")}


@pytest.mark.parametrize("kind", ["input", "code"])
def test_no_changes_are_listed_after_a_build(built, kind):
    """Of params, Snakemake 9.27 lists every output of every workflow; the next test looks at those."""
    done = snakemake(built, "--cores", "1", "report/practice1.pdf", "--list-changes", kind)
    assert "results/" not in done.stdout
    assert "report/" not in done.stdout


@pytest.mark.parametrize("trigger", ["mtime", "params", "input", "software-env", "code"])
def test_no_trigger_has_anything_done_after_a_build(built, trigger):
    assert planned(built, "--rerun-triggers", trigger, target="report/practice1.pdf") == set()


def test_an_edit_of_the_rules_is_no_reason_but_where_it_is_asked_for(project):
    """By default: what makes something is in its key. `--rerun-triggers code` looks at the text of the rules, too."""
    project.replace("workflow/rules/report.smk", "step typeset {params.job:q}", "step typeset  {params.job:q}")
    assert planned(project.root) == set()


def test_a_forced_rule_has_all_that_is_made_from_it_made_again(finished):
    assert planned(finished, "--forcerun", "judge") == {
        "judge cifar10",
        "draw cifar10.en",
        *LAST,
    }  # a forest shows them
    assert planned(finished, "-R", "typeset") == {"typeset cifar10.en", "deliver cifar10.en.pdf"}


def test_a_forced_file_has_all_that_is_made_from_it_made_again(finished):
    (figures,) = (path.parent for path in finished.glob("results/figures/cifar10.en/*/index.json"))
    assert planned(finished, "--forcerun", str(figures.relative_to(finished))) == {"draw cifar10.en", *LAST}


def test_a_forced_run_has_its_own_measured_again(finished):
    folders = [path.parent for path in finished.glob("results/runs/*/*/summary.json")]
    (run_of_cnn3,) = (
        path for path in folders if json.loads((path / "summary.json").read_text())["experiment"] == "cnn3"
    )
    jobs = planned(finished, "--forcerun", f"{run_of_cnn3.relative_to(finished)}.done")
    assert jobs == {"train cnn3 0", "draw cifar10.en", "tabulate cifar10.en", "judge cifar10", *LAST}


def test_everything_can_be_forced(finished):
    jobs = planned(finished, "-F")
    assert {job.split(" ")[0] for job in jobs} == {
        "prepare", "train", "draw", "tabulate", "judge", "write", "typeset", "deliver",
    }  # fmt: skip
    assert len([job for job in jobs if job.startswith("train")]) == len(
        yaml.safe_load((finished / "config/reports/cifar10.yaml").read_text())["experiments"]
    )


def test_until_stops_there(project):
    code("figures/style", "house_style")(project)
    assert planned(project.root) >= {"draw cifar10.en", *LAST}
    assert planned(project.root, "--until", "draw") == {"draw cifar10.en"}


def test_omit_from_leaves_out(project):
    code("figures/style", "house_style")(project)
    assert planned(project.root, "--omit-from", "typeset") == {"draw cifar10.en", "write cifar10.en"}


def test_touched_is_up_to_date(project, tmp_path):
    with project.elsewhere(tmp_path / "copy") as copy:
        snakemake(copy.root, "--cores", "1", "--touch", TARGET)
        assert planned(copy.root) == set()


def test_another_configuration_file_is_taken(finished, tmp_path):
    """Its keys win over those of config/config.yaml."""
    (tmp_path / "own.yaml").write_text("seeds: [0, 1]\n", encoding="utf-8")
    jobs = planned(finished, "--configfile", str(tmp_path / "own.yaml"))
    assert {job for job in jobs if job.startswith("train")} == {
        f"train {name} 1"
        for name in yaml.safe_load((finished / "config/reports/cifar10.yaml").read_text())["experiments"]
    }


@pytest.mark.parametrize("where", ["--directory", "cwd"])
def test_a_project_can_be_asked_from_elsewhere(finished, tmp_path, where):
    options = ["--snakefile", str(finished / "Snakefile"), "--cores", "1", "--dry-run", TARGET]
    folder = tmp_path
    if where == "--directory":
        options += ["--directory", str(finished)]
    else:
        folder = finished
    done = run(folder, [str(finished / ".venv/bin/snakemake"), *options])
    assert "Nothing to be done" in done.stdout + done.stderr, done.stderr


def test_results_may_lie_in_another_folder(finished, tmp_path):
    raw = finished.parent / "raw"
    options = ["--snakefile", str(finished / "Snakefile"), "--directory", str(tmp_path), "--cores", "1", "--dry-run"]
    done = snakemake(finished, *options, "--printshellcmds", TARGET, "--config", f"raw={raw}")
    assert "train cnn3 0" in jobs_of(tmp_path, done.stdout + done.stderr)
    assert not (tmp_path / "report").exists()


def test_the_folder_that_is_worked_in_may_have_declarations_of_its_own(finished, tmp_path):
    for name in ("config", "templates"):
        shutil.copytree(finished / name, tmp_path / name)
    own = tmp_path / "config/reports/cifar10.yaml"
    own.rename(own.with_name("own.yaml"))
    (tmp_path / "templates/cifar10").rename(tmp_path / "templates/own")
    options = ["--snakefile", str(finished / "Snakefile"), "--directory", str(tmp_path), "--cores", "1", "--dry-run"]
    done = snakemake(finished, *options, "report/own.pdf", "--config", f"raw={finished.parent / 'raw'}")
    assert "report/own.pdf" in done.stdout


def test_the_report_shows_every_figure_and_table(built, tmp_path):
    """With captions, in categories, with the settings of the runs that each shows."""
    snakemake(built, "report/practice1.pdf", "--report", str(tmp_path / "report.zip"))
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        (page,) = [name for name in archive.namelist() if name.endswith("report.html")]
        text = archive.read(page).decode()
        shown = {name.rpartition("/")[2] for name in archive.namelist() if "/data/" in name}
    declared = yaml.safe_load((built / "config/reports/practice1.yaml").read_text(encoding="utf-8"))
    assert {f"{name}.svg" for name in declared["figures"]} <= shown
    assert {f"{name}.csv" for name in declared["tables"]} <= shown
    assert "Figures" in text
    assert "Tables" in text
    assert "practice1.zh" in text
    assert "learning_rate 0.001, " in text
    assert ", optimizer Adam, " in text


def test_a_raw_archive_may_be_asked_for(finished):
    done = snakemake(finished, "--cores", "1", "--dry-run", "results/data/raw/cifar-10-python.tar.gz")
    assert "download" in done.stdout


def test_what_nothing_makes_is_one_message(finished):
    done = snakemake(finished, "--dry-run", "results/runs/LeNet5-cifar10/0123456789abcdef.done", check=False)
    output = done.stdout + done.stderr
    assert "error: LeNet5-cifar10/0123456789abcdef: nothing that is declared has this key" in output
    assert "Traceback" not in output


def test_all_output_can_be_deleted(finished):
    done = snakemake(finished, "--cores", "1", TARGET, "--delete-all-output", "--dry-run")
    assert TARGET in done.stdout + done.stderr


def test_unlocking_needs_no_cores(finished):
    done = run(finished, [".venv/bin/snakemake", "--unlock"])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", ["scale: [demo\n", "scale demo\n", "[1, 2]\n"])
def test_a_broken_configuration_is_one_message(project, text):
    project.write("config/config.yaml", text)
    done = run(project.root, [".venv/bin/snakemake", "--cores", "1", "--dry-run", TARGET])
    assert done.returncode == 1
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "config/config.yaml" in said
    assert "Traceback" not in done.stderr


def test_another_reports_mistake_stops_nothing(project):
    project.edit("config/reports/midterm.yaml", lambda value: value.update(titel="a typo"))
    assert planned(project.root) == set()
    done = snakemake(project.root, "--cores", "1", "--dry-run", "report/midterm.pdf", check=False)
    assert "config/reports/midterm.yaml" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
