"""Snakemake's own options, which the rules must not get in the way of."""

from __future__ import annotations

import os
import shutil

import pytest

from .conftest import snakemake
from .project import jobs_of, run

TARGET = "report/cifar10.en.pdf"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--dag"], "digraph"),
        (["--rulegraph"], "digraph"),
        (["--filegraph"], "digraph"),
        (["--summary"], "results/figures/cifar10/en/"),
        (["--detailed-summary"], "results/figures/cifar10/en/"),
        (["--list-input-changes"], ""),
        (["--delete-all-output", "--dry-run"], TARGET),
        (["--lint"], ""),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_only_looks_works(finished, options, words):
    done = snakemake(finished, "--cores", "1", TARGET, *options, check=options != ["--lint"])
    assert words in done.stdout
    assert "Error" not in done.stderr
    assert "Exception" not in done.stderr


def forced(project, what):
    """The jobs that --forcerun leads to."""
    arguments = ["--cores", "1", "--dry-run", "--printshellcmds", "--forcerun", what, "--", TARGET]
    return jobs_of(snakemake(project, *arguments).stdout)


def test_what_is_forced_has_all_that_is_made_from_it_made_again(finished):
    jobs = forced(finished, "judge")
    kinds = {job.partition("/")[0] for job in jobs}
    assert kinds == {"judge", "write", "typeset"}
    assert len(jobs) > len(kinds)


def test_a_forced_file_has_all_that_is_made_from_it_made_again(finished):
    (figure, *_) = sorted((finished / "results/figures/cifar10/en").glob("loss_*.pdf"))
    name = str(figure.relative_to(finished))
    assert forced(finished, name) == {
        f"draw/cifar10.en/{figure.stem}",
        "write/cifar10.en.tex",
        "typeset/cifar10.en.pdf",
    }


def test_another_folder_is_refused_in_one_message(finished, tmp_path):
    shutil.copytree(finished / "config", tmp_path / "config")
    arguments = ["--snakefile", str(finished / "Snakefile"), "--directory", str(tmp_path), "--cores", "1", "--dry-run"]
    done = run(finished, [".venv/bin/snakemake", *arguments, TARGET])
    assert done.returncode == 1
    assert f"error: --directory: found {tmp_path}, allowed is the project's own folder, {finished}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_raw_archive_may_be_asked_for(finished):
    done = snakemake(finished, "--cores", "1", "--dry-run", "results/data/raw/cifar-10-python.tar.gz")
    assert "download cifar-10-python.tar.gz" in done.stdout


def test_keep_going_is_what_the_command_says(finished, monkeypatch):
    monkeypatch.setitem(os.environ, "LABREPORT_KEEP_GOING", "1")
    done = snakemake(finished, "--cores", "1", "--dry-run", TARGET)
    assert "Nothing to be done" in done.stdout + done.stderr


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
