"""The command line itself: where it may be given, with whose sources, how `--config` is read, and how it ends."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from snakemake.cli import parse_config

from labreport.cli.main import main, parse_settings
from labreport.errors import DeclarationError
from tests.workflow.project import run, run_anew

from .conftest import PROJECT

SOURCES = str(PROJECT / "src")
ENTRIES = ["scale=lite", "seeds='[0, 1]'", "raw=", "raw=null", "raw=a=b", "tensorboard=True", "tensorboard=true"]
ENTRIES += ["rate=1e-4", "some={a: 1, b: [x]}", "some={a: ", "two words=1", "report/own.pdf", "1scale=lite"]


@pytest.mark.parametrize("arguments", [(), ("paln",), ("show",), ("adopt", "a", "b")])
def test_a_command_that_is_none_is_told_how_it_is_used(empty, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: labreport")


@pytest.mark.parametrize(
    ("arguments", "file", "text", "words"),
    [
        ("--config scale=demmo", "", "", 'did you mean "demo"?'),
        ("--config scale=demo report/own.pdf", "", "", "targets stand before --config"),
        ("--config seed=3", "", "", "seed: "),
        ("--configfile absent.yaml", "", "", "absent.yaml: no such file"),
        ("", "config/config.yaml", "scale: [demo\n", "config/config.yaml:2:1: not valid YAML"),
        ("", "config/config.yaml", "- demo\n", "config/config.yaml: a mapping"),
        ("", "config/scales/demo.yaml", "source: nowhere\n", "config/scales/demo.yaml: source"),
        ("report/own.pdf", "config/datasets.yaml", "cifar10: {\n", "config/datasets.yaml:"),
    ],
)
def test_a_mistake_is_one_message(empty, labreport, arguments, file, text, words):
    if file:
        Path(file).write_text(text)
    said = labreport("plan", *arguments.split())
    assert (said.status, said.lines) == (1, [])
    assert said.error.startswith("error: ")
    assert words in said.error


def test_a_folder_that_is_no_project_is_refused(tmp_path, monkeypatch, labreport):
    monkeypatch.chdir(tmp_path)
    told = f"error: {tmp_path}: no config/config.yaml here; give the command in a project's folder\n"
    assert labreport("plan") == (1, [], told)


def test_a_projects_own_sources_are_used(empty):
    """An installed command may belong to another copy of the project."""
    shutil.copytree(SOURCES, "src", ignore=shutil.ignore_patterns("__pycache__"))
    empty.replace("src/labreport/declarations/project.py", "is not in config/scales", "the copy lacks in config/scales")
    done = run(empty.root, [sys.executable, "-m", "labreport", "plan", "--config", "scale=no"], PYTHONPATH=SOURCES)
    assert done.returncode == 1
    assert "which the copy lacks in config" in done.stderr


@pytest.mark.parametrize("command", ["labreport check", "snakemake --dry-run --cores 1"])
def test_a_registry_that_is_no_python_is_one_message(empty, command):
    for name in ("src", "workflow"):
        shutil.copytree(PROJECT / name, name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "Snakefile", "Snakefile")
    registry = empty.root / "src/labreport/models/registry.py"
    empty.rewrite("src/labreport/models/registry.py", lambda text: text.replace('CNN4",', 'CNN4"'))
    done = run_anew(empty.root, [sys.executable, "-m", *command.split()], PYTHONPATH=str(empty.root / "src"))
    assert done.returncode == 1
    (message,) = [line for line in done.stderr.splitlines() if not line.startswith("Using workflow specific profile")]
    assert re.fullmatch(rf"error: {registry}:\d+: is no valid Python \(.+\); mend it and start again", message)


def test_a_reader_that_stops_early_is_no_error(empty):
    seeds = ",".join(map(str, range(40)))
    command = f"{sys.executable} -m labreport plan train_all --json --config seeds=[{seeds}] | head -n 1"
    done = run(empty.root, ["bash", "-c", f"set -o pipefail; {command}"], PYTHONPATH=SOURCES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_setting_is_what_snakemake_makes_of_it(entry):
    try:
        expected = parse_config([entry])
    except ValueError:
        with pytest.raises(DeclarationError, match=r"allowed is KEY=VALUE.*targets stand before"):
            parse_settings([entry])
    else:
        assert parse_settings([entry]) == expected


def test_planning_imports_nothing_heavy(tmp_path):
    heavy = ("torch", "pandas", "numpy", "matplotlib", "jinja2", "snakemake")
    imports = "import sys; from labreport.cli import adopt, main, plan, prune, show"
    command = [sys.executable, "-c", f"{imports}; print([name for name in {heavy} if name in sys.modules])"]
    assert run(tmp_path, command, PYTHONPATH=SOURCES).stdout == "[]\n"
