"""A copy of the project in which the real workflow has made the demo reports, once for all tests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from .project import TARGETS, Project, run, run_anew

PROJECT = Path(__file__).resolve().parents[2]
# Takes the place of a line of the demo scale: what is trained is trained for two epochs on a part of the samples.
LAST = "  - match: {measurement: lstm_cost}\n"
SHORT = f"""\
  - match: {{dataset: cifar10}}
    set: {{epochs: 2, data: {{train_per_class: 20, test_per_class: 10}}}}
  - match: {{dataset: imdb}}
    set: {{epochs: 2, data: {{train_per_class: 50, test_per_class: 25}}}}
  - match: {{experiment: [mycnn, resnet34, myresnet34, lstm8, res_lstm8, lenet5]}}
    set: {{epochs: 2}}
{LAST}"""
REPORTS = ["report/practice1.pdf", "report/practice1.md", "report/practice1.en.pdf", "report/practice1.en.md"]
# README's commands, word for word, that the copy's reports are made with.
README_REPORTS = [
    ["--cores", "1", "report/practice1.pdf"],
    ["--cores", "1", "report/practice1.en.pdf", "report/practice1.md", "report/practice1.en.md"],
]


def readme_commands() -> list[str]:
    """Every line of README's shell blocks."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def copy_project(target: Path, edits: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> Path:
    """Copy what git knows, and what it does not ignore, to `target` as a repository of its own.

    Args:
        target: the folder to make.
        edits: file -> text in it -> what stands in its place in the copy.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = PROJECT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    for name, texts in edits.items():
        for old, new in texts.items():
            Project(target).replace(name, old, new)
    (target / ".venv").symlink_to(sys.prefix)  # README's `.venv/bin/snakemake` is this environment's
    # Python's own cache goes by time stamps, which an edit and its end may share within a second; this one by contents.
    compiled = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "src"]
    subprocess.run(compiled, cwd=target, check=True)
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "copy"]):
        subprocess.run([*git, *command], cwd=target, check=True, capture_output=True)
    return target


def snakemake(
    folder: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a copy as a user would, with more variables of the environment."""
    done = run(folder, [".venv/bin/snakemake", *arguments], **environment)
    if check and done.returncode:
        pytest.fail(f"snakemake {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """A project in which README's commands made the demo report in every form; read-only by agreement.

    The steps of the second command write into `traced/` what they executed.
    """
    folder = copy_project(tmp_path_factory.mktemp("built") / "project", {"config/scales/demo.yaml": {LAST: SHORT}})
    first, second = README_REPORTS
    tracing = {
        "PYTHONPATH": f"{folder}:{folder / 'tests/workflow/tracing'}",
        "LABREPORT_TRACED": str(folder / "traced"),
    }
    for command, settings in ((first, {}), (second, tracing)):
        done = run_anew(folder, [".venv/bin/snakemake", *command], **settings)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def edited(built, tmp_path) -> Path:
    """A copy of the built project that a test may edit."""
    folder = tmp_path / "edited"
    shutil.copytree(built, folder, symlinks=True)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """A project that has all reports in every form, of fabricated runs on real data in the folder `raw` beside it."""
    folder = tmp_path_factory.mktemp("finished") / "project"
    for name in ("cifar-10-batches-py", "aclImdb", "stsbenchmark"):
        (folder.parent / "raw" / name).mkdir(parents=True)
    copy_project(folder, {"config/config.yaml": {"scale: auto": "scale: lite", "raw: null": "raw: ../raw"}})
    fabricate(folder)
    return folder


def fabricate(folder: Path) -> list[str]:
    """Make what all reports need and is not there, without training; the titles of what was made."""
    command = [sys.executable, "-m", "tests.workflow.fabricated_project", *TARGETS]
    done = run(folder, command, PYTHONPATH="src:.")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def project(finished) -> Iterator[Project]:
    """The finished project, for one edit that is put back."""
    project = Project(finished)
    yield project
    project.restore()
