"""The command line itself: where it may be given, with whose sources, and how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from labreport.commands.command import main
from tests.declarations.conftest import PROJECT


def run(folder, *arguments, **environment):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "LABREPORT"))}
    return subprocess.run(
        [sys.executable, "-m", "labreport", *arguments],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(PROJECT / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def other(tmp_path):
    """Another copy of the project, whose sources say so."""
    root = tmp_path / "other"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("config", "src", "templates"):
        shutil.copytree(PROJECT / name, root / name, ignore=ignore)
    shutil.copy(PROJECT / "Snakefile", root)
    path = root / "src/labreport/declarations/project.py"
    path.write_text(path.read_text().replace('f"scale: {name} (', 'f"the other copy, scale: {name} ('))
    return root


def test_a_projects_own_sources_are_used(other):
    done = run(other, "plan", "train_all", "--config", "scale=demo")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the other copy, scale: demo")


def test_a_folder_that_is_no_project_is_refused(tmp_path):
    done = run(tmp_path, "plan")
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path}: no Snakefile here; give the command in a project's folder\n"


def test_a_wrong_setting_is_one_message(project, capsys):
    assert main(["plan", "--config", "scale=demmo"]) == 1
    assert 'did you mean "demo"?' in capsys.readouterr().err
    assert main(["plan", "--config", "scale=demo", "report/own.pdf"]) == 1
    assert "targets stand before --config" in capsys.readouterr().err


def test_an_unknown_command_is_no_traceback(project, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["paln"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_reader_that_stops_early_is_no_error(project):
    seeds = ",".join(map(str, range(40)))
    command = f"{sys.executable} -m labreport plan train_all --json --config scale=demo seeds=[{seeds}]"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -n 1"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")
