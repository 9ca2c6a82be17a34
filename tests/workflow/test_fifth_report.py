"""The worked example of docs/fifth-report.md: a report of the files in the page, without a change of the package."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from .conftest import PROJECT, snakemake
from .project import Project

PAGE = (PROJECT / "docs/fifth-report.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def fifth(built, tmp_path_factory) -> Path:
    """A copy of the built project with the page's files, in which its command was run."""
    folder = tmp_path_factory.mktemp("fifth") / "project"
    shutil.copytree(built, folder, symlinks=True)
    for name, text in FILES.items():
        assert not (folder / name).exists()
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command = re.search(r"```sh\n\.venv/bin/snakemake (.*?)\n```", PAGE)
    assert command is not None
    arguments = shlex.split(command[1])
    assert trained(folder, *arguments) == {"lenet5", "lenet5_no_momentum"}
    snakemake(folder, *arguments)
    return folder


def trained(folder: Path, *arguments: str) -> set[str]:
    """The experiments that a command would train."""
    return set(re.findall(r"train (\w+) seed", snakemake(folder, "--dry-run", *arguments).stdout))


def test_the_page_holds_the_files_of_a_report():
    suffixes = ["en.md.j2", "zh.md.j2"]
    templates = [f"templates/momentum/{name}" for name in suffixes]
    assert sorted(FILES) == ["config/experiments/momentum.yaml", "config/reports/momentum.yaml", *templates]


@pytest.mark.parametrize("name", ["momentum.pdf", "momentum.en.pdf"])
def test_both_languages_are_typeset(fifth, name):
    assert (fifth / "report" / name).read_bytes().startswith(b"%PDF")


def test_the_report_says_the_difference_that_was_judged(fifth):
    snakemake(fifth, "--cores", "1", "report/momentum.en.md")
    text = (fifth / "report/momentum.en.md").read_text(encoding="utf-8")
    (judged,) = fifth.glob("results/claims/momentum/*/helps.json")
    claim = json.loads(judged.read_text(encoding="utf-8"))
    accuracies = []
    for name in ("lenet5", "lenet5_no_momentum"):
        summary = Project(fifth).run_folder(name) / "summary.json"
        accuracies.append(json.loads(summary.read_text(encoding="utf-8"))["val_accuracy"])
    assert claim["estimate"] == pytest.approx(accuracies[0] - accuracies[1])
    shown = f"{100 * claim['estimate']:.1f}".replace("-", "\N{MINUS SIGN}")
    verdict = text.partition(" shows how the training loss falls")[0].rpartition("\n\n")[2]
    assert shown in verdict
    assert all(f"{100 * accuracy:.1f}" in text for accuracy in accuracies)


def test_a_run_belongs_to_no_report(fifth):
    """LeNet-5 is trained for the fifth report, so that midterm, which shows it too, finds it there."""
    others = trained(fifth, "--cores", "1", "report/midterm.pdf")
    assert "resnet18" in others
    assert "lenet5" not in others


@pytest.mark.parametrize("target", ["report/momentum.pdf", "report/practice1.pdf"])
def test_nothing_is_left_to_do_and_the_other_reports_are_as_they_were(fifth, target):
    done = snakemake(fifth, "--cores", "1", target)
    assert "Nothing to be done" in done.stdout + done.stderr
