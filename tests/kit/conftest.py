"""A project at scale demo with what two runs need, and its kit; commands are given where a user would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from labreport.artifacts.graph import Graph
from labreport.cli.main import main
from labreport.declarations.project import Project as Declarations
from labreport.files import write_json
from labreport.steps.step import Job, carry_out
from tests.workflow.project import Project

SOURCE = Path(__file__).resolve().parents[2]
NAMES = ("sts_bilstm1", "cnn3")
SCALE = "config/scales/demo.yaml"
SHORT = "\n  - match: {experiment: [cnn3, sts_bilstm1]}\n    set: {epochs: 2}\n"
# Takes the place of Python's own search for modules: these are not on a bare machine.
BARE = """
import sys
from importlib.machinery import PathFinder

ABSENT = {"gensim", "jinja2", "matplotlib", "pydantic", "pydantic_core", "pypandoc", "requests", "scipy", "snakemake"}
ABSENT |= {"tqdm", "yaml"}


class Bare(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in ABSENT else PathFinder.find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = Bare
"""


def graph() -> Graph:
    """What the current folder declares."""
    return Graph(Declarations(Path()))


def make(step: str, *names: str) -> None:
    """Carry out a step for all that some runs need."""
    project, threads = graph(), torch.get_num_threads()
    runs = [project.run(project.project.experiment(name), 0) for name in names]
    for artifact in dict.fromkeys(one for run in runs for one in run.walk() if one.step == step):
        path = Path(f".snakemake/labreport/{step}-{artifact.key}.json")
        write_json(path, project.job(artifact))
        carry_out(step)(Job.read(path, threads=1))
    torch.set_num_threads(threads)  # a step makes settings for its own process; other tests share this one
    torch.set_flush_denormal(False)


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project before anything is made."""
    root = tmp_path_factory.mktemp("declared") / "project"
    shutil.copytree(SOURCE / "config", root / "config")
    project = Project(root)
    project.replace("config/config.yaml", "scale: auto ", "scale: demo ")
    project.rewrite(SCALE, lambda text: text + SHORT)
    return root


@pytest.fixture(scope="session")
def planned(declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the samples, and texts and word vectors, which are made where the kit is."""
    root = tmp_path_factory.mktemp("planned") / "project"
    shutil.copytree(declared, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        make("sample", *NAMES)
        make("prepare", "sts_bilstm1")
        make("vectors", *NAMES)
        assert main(["export", *NAMES, "--to", "kit"]) == 0
    return root


@pytest.fixture
def kit(planned: Path, tmp_path: Path) -> Path:
    """The kit alone, carried to another place."""
    return Path(shutil.copytree(planned / "kit", tmp_path / "carried"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine that has no more than training needs."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "sitecustomize.py").write_text(BARE, encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "LABREPORT"))}
    return {**kept, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}


@pytest.fixture
def start(kit: Path, bare: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`start("--seconds", "9")`: what is given on the other machine."""

    def give(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(kit / "start.py"), "--processes", "2", *arguments]
        return subprocess.run(command, env=bare, cwd=kit.parent, capture_output=True, text=True, timeout=300)

    return give


@pytest.fixture(scope="session")
def came_back(planned: Path, bare: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The tar of both runs trained from the kit, and what was printed."""
    kit = Path(shutil.copytree(planned / "kit", tmp_path_factory.mktemp("there") / "carried"))
    done = subprocess.run(
        [sys.executable, str(kit / "start.py")], env=bare, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return kit / "runs.tar", done.stdout


@pytest.fixture
def home(declared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project without any results, which is the current folder."""
    root = Path(shutil.copytree(declared, tmp_path / "home"))
    monkeypatch.chdir(root)
    return root
