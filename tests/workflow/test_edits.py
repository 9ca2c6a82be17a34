"""What is done again after an edit, by Snakemake's dry run and by the words of `labreport plan`, which must agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import fabricate
from .declared import Declared
from .edits import arm, code, commented, item, several
from .project import ITEMS, jobs_for, plan_would, snakemake_would
from .table import NO_TRAINING, NOTHING, OWN, TOGETHER


def agree(root: Path, *config: str) -> dict[str, str | None]:
    """What Snakemake would do and `labreport plan` says, which must be the same; job, or figure and so on -> why."""
    settings = ["--config", *config] if config else []
    jobs, plan = snakemake_would(root, *settings), plan_would(root, *config)
    assert jobs_for(plan) == jobs
    return plan


def made(plan: Mapping[str, str | None]) -> set[str]:
    """What is made, without the jobs that make several figures, tables or claims."""
    several = {job for job in plan if job.split(" ")[0] in ITEMS and job.count(" ") == 1}
    return set(plan) - {job for job in several if any(one.startswith(f"{job} ") for one in plan)}


def test_no_edit_without_a_meaning_has_anything_done_again(project):
    """All of them at once; what was done again would say for which."""
    for edit in NOTHING:
        edit.change(project)
    assert agree(project.root, *(setting for edit in NOTHING for setting in edit.config)) == {}


def test_every_edit_of_a_meaning_is_tried_once():
    assert sorted(name for names in TOGETHER for name in names) == sorted(edit.name for edit in [*OWN, *NO_TRAINING])


@pytest.mark.parametrize("names", TOGETHER, ids="; ".join)
def test_an_edit_has_exactly_its_own_done_again(project, names):
    edits = [edit for edit in [*OWN, *NO_TRAINING] if edit.name in names]
    for edit in edits:
        edit.change(project)
    plan = agree(project.root, *(setting for edit in edits for setting in edit.config))
    declared = Declared(project.root)
    own = [edit.redone(declared) for edit in edits]
    expected = set().union(*own)
    assert len(expected) == sum(map(len, own)), "one edit would hide what another has done again"
    frames = {one for one in expected if re.fullmatch(r"tabulate \S+", one)}
    assert made(plan) - expected == set()
    assert expected - frames - made(plan) == set()
    assert frames - set(plan) == set()
    words = {job: why for edit in edits for job, why in edit.words.items()}
    assert {job: plan[job] for job in words} == words


def ended(root: Path) -> set[str]:
    """What is done again, by both."""
    return set(agree(root))


def test_touching_every_file_has_nothing_done_again(project):
    for age, path in enumerate(sorted(project.root.rglob("*"), key=lambda path: path.name)):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (age * 3600, age * 3600))
    assert ended(project.root) == set()


def test_a_checkout_away_and_back_has_nothing_done_again(project):
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    several(code("training/loop", "fit"), item("cifar10", "claims", "cnn_overfits", at_least=6))(project)
    commands = ["checkout -qb another", "commit -qam edit", "checkout -q -"]
    for command in commands:
        subprocess.run([*git, *command.split()], cwd=project.root, check=True)
    assert ended(project.root) == set()


def test_another_folder_of_raw_data_has_nothing_done_again(project):
    raw = project.root.parent / "raw"
    moved = raw.rename(raw.with_name("elsewhere"))
    try:
        assert agree(project.root, "raw=../elsewhere") == {}
    finally:
        moved.rename(raw)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--cores", "3", "--set-threads", "train=3", "measure=2", "--resources", "gpu=2"],
        ["--scheduler", "ilp"],
        ["--workflow-profile", "none"],
        ["--workflow-profile", "profiles/own"],
    ],
    ids=["threads", "scheduler", "no profile", "another profile"],
)
def test_how_jobs_are_run_has_nothing_done_again(project, arguments):
    project.write("profiles/own/config.yaml", "cores: 2\nkeep-going: true\ndefault-resources: {mem_mb: 500}\n")
    assert snakemake_would(project.root, *arguments) == set()


def test_snakemakes_own_folder_is_not_needed(project):
    shutil.rmtree(project.root / ".snakemake")
    assert ended(project.root) == set()


def test_a_copy_in_another_folder_has_nothing_done_again(project, tmp_path):
    with project.elsewhere(tmp_path / "a copy") as copy:
        assert ended(copy.root) == set()


def test_a_setting_that_was_taken_back_needs_no_training(project, tmp_path):
    """Its runs, figures and texts are there; only the copies in report/ are put back."""
    with project.elsewhere(tmp_path / "copy") as copy:
        arm("images", "mycnn", learning_rate=0.0005)(copy)
        fabricate(copy.root)
        assert ended(copy.root) == set()
        copy.restore()
        shutil.rmtree(copy.root / ".snakemake")
        assert ended(copy.root) == {f"deliver practice1{end}" for end in (".pdf", ".md", ".en.pdf", ".en.md")}


def test_what_a_text_takes_in_is_followed(project, tmp_path):
    """An included template, and the code that it shows."""
    with project.elsewhere(tmp_path / "copy") as copy:
        remark = "templates/practice1/remark.md.j2"
        copy.rewrite("templates/practice1/en.md.j2", lambda text: f'{text}\n\n{{% include "remark.md.j2" %}}\n')
        copy.write(remark, "![](code:labreport.models.lenet:LeNet5)\n")
        fabricate(copy.root)
        assert ended(copy.root) == set()
        shown = Declared(copy.root).texts("practice1", langs=["en"])
        copy.rewrite("src/labreport/models/lenet.py", commented)
        assert ended(copy.root) == shown
        fabricate(copy.root)
        copy.rewrite(remark, lambda text: f"A remark.\n{text}")
        plan = agree(copy.root)
        assert set(plan) == shown
        assert plan["write practice1.en"] == f"{remark} changed"
