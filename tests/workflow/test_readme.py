"""The README tells the truth: its commands are run, its links and files are there."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from .conftest import PROJECT, README_REPORTS, readme_commands, snakemake
from .project import run

TEXT = (PROJECT / "README.md").read_text(encoding="utf-8")
COMMANDS = readme_commands()


def test_the_commands_that_the_demo_is_made_with_are_the_readmes():
    assert all(f".venv/bin/snakemake {shlex.join(command)}" in COMMANDS for command in README_REPORTS)


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith(".venv/bin/snakemake")])
def test_snakemake_takes_every_command(built, command):
    for folder in ("cifar-10-batches-py", "aclImdb"):
        (built.parent / "raw" / folder).mkdir(parents=True, exist_ok=True)
    arguments = shlex.split(command)[1:]
    done = snakemake(built, *arguments, "--dry-run")
    assert "scale: " in done.stderr


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith(".venv/bin/labreport")])
def test_labreport_takes_every_command_and_finds_nothing_wrong(built, command):
    done = run(built, shlex.split(command))
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("make ")])
def test_make_knows_every_target(command):
    done = subprocess.run([*shlex.split(command), "--dry-run"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ".venv/bin/" in done.stdout


def test_no_other_commands_stand_there():
    assert COMMANDS
    assert all(line.startswith((".venv/bin/snakemake ", ".venv/bin/labreport ", "make ")) for line in COMMANDS)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", TEXT))))
def test_links_lead_somewhere(link):
    assert (PROJECT / link).exists()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:config|src|docs|templates)/[\w./-]+)`", TEXT))))
def test_files_that_it_names_are_there(path):
    path = path.replace("NAME", "practice1")
    assert (PROJECT / path).exists() or list(PROJECT.glob(path))
