"""A small project of its own: two experiments and one report in English, made by the steps of fabricated runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
import yaml

from labreport.artifacts import code, prose
from labreport.artifacts.artifact import CODE, LONG, SPEC, Artifact, roots
from labreport.artifacts.graph import Graph
from labreport.cli.main import main
from labreport.cli.plan import work
from labreport.declarations.project import Project as Declarations
from labreport.files import write_json, write_sums
from labreport.machine.outcome import write_receipt
from labreport.steps.documents import deliver
from labreport.steps.step import Job, carry_out
from tests.conftest import CIFAR10, write_run
from tests.workflow import edits
from tests.workflow import project as workflow

PROJECT = Path(__file__).resolve().parents[2]
REPORT = ["report/own.en.pdf", "report/own.en.md"]
NAMES = ["cnn3", "resnet_small"]
SMALL, OWN, TEMPLATE = "config/experiments/small.yaml", "config/reports/own.yaml", "templates/own/en.md.j2"
DECLARED = {
    "title": "T",
    "authors": ["A"],
    "experiments": NAMES,
    "measurements": {"lstm_cost": {"kind": "lstm_cost", "batch_size": 8, "length": 9, "embedding": 4, "hidden": 4}},
    "figures": {"loss": {"kind": "curves", "experiments": ["cnn3"], "metric": "loss"}},
    "tables": {
        "results": {"kind": "results", "experiments": NAMES},
        "cost": {"kind": "lstm_cost", "measurement": "lstm_cost"},
    },
    "claims": {"close": {"kind": "equivalence", "quantity": "val_accuracy", "experiments": NAMES, "within": 50}},
}
TEXT = """# {{ report.title }} {#sec:one}

The best is {{ run("cnn3").best_val_accuracy | percent(1) }}.

![Loss.](figure:loss)

![Results.](table:results)

![Cost.](table:cost)

{% if claim("close").supported %}They are close.{% endif %}
"""
COST = {"implementation": ["own", "packaged"], "milliseconds": [160.5, 41.25]}
COST |= {name: [2.5, 1.5] for name in ("milliseconds_low", "milliseconds_high", "operations", "operations_per_step")}
COST |= {"repeats": [5, 5], "batch_size": [8, 8], "length": [9, 9]}


class Project(workflow.Project):
    """A project's folder, which must be the current one."""

    def graph(self, **settings: Any) -> Graph:
        """What is declared now."""
        return Graph(Declarations(Path(), settings))

    def run(self, experiment: str, seed: int = 0, **settings: Any) -> Artifact:
        """A run as it is declared now."""
        graph = self.graph(**settings)
        return graph.run(graph.project.experiment(experiment), seed)

    def make(self, *targets: str, **settings: Any) -> None:
        """Make what targets need by the steps themselves; what is trained, measured or typeset is fabricated."""
        graph = self.graph(**settings)
        found = work(graph, targets)
        for artifact in found.made:
            if artifact.step in {"sample", "prepare", "train", "measure"}:
                fabricate(artifact)
                continue
            path = Path(f".snakemake/labreport/{artifact.step}-{artifact.key}.json")
            write_json(path, graph.job(artifact))
            if artifact.step == "typeset":
                with Job.read(path).made() as folder:
                    (folder / artifact.file).write_text(f"a PDF of {artifact.spec['text']}")
            else:
                carry_out(artifact.step)(Job.read(path))
        for target in found.delivered:
            deliver([Path(graph.delivered(target).output), Path(target)])

    def edit_code(self, module: str, name: str) -> None:
        """An edit of a function or method that has a meaning, in the project's own sources."""
        edits.code(module, name)(self)
        code.forget()

    def kept(self) -> dict[str, bytes]:
        """Everything that lies in results/."""
        return {str(path): path.read_bytes() for path in Path("results").rglob("*") if path.is_file()}


def fabricate(artifact: Artifact) -> None:
    """Leave a finished run, a measurement, prepared data or a sample as its step would."""
    folder = Path(artifact.folder)
    if artifact.step == "train":
        trained = artifact.spec["training"]
        best = 0.8 if trained["learning_rate"] < 0.1 else 0.6  # which is too high
        settings = {"classes": CIFAR10, "epochs": trained["epochs"], "best": best}
        write_run(folder, artifact.beside["experiment"], artifact.spec["seed"], **settings)
    folder.mkdir(parents=True, exist_ok=True)
    if artifact.step == "measure":
        pd.DataFrame(COST).to_csv(folder / "measurement.csv", index=False)
        write_json(folder / "environment.json", {"device": "Test CPU", "finished": "2026-01-01T00:00:00Z"})
    if artifact.step == "prepare":
        counts = {"train_samples": 1000, "test_samples": 1000, "train_counts": [100] * 10, "test_counts": [100] * 10}
        write_json(folder / "dataset.json", {"dataset": artifact.name, "classes": list(CIFAR10), **counts})
    if artifact.step == "sample":
        (folder / artifact.file).touch()
    write_json(folder / SPEC, artifact.spec)
    write_json(folder / CODE, code.covered(roots(artifact.step, artifact.spec)))
    write_sums(folder)
    if artifact.step in LONG:
        write_receipt(folder)


@pytest.fixture(scope="session")
def declared(tmp_path_factory) -> Path:
    """The project before anything is made."""
    root = tmp_path_factory.mktemp("declared") / "project"
    shutil.copytree(
        PROJECT / "config", root / "config", ignore=lambda folder, names: {*names} if "reports" in folder else ()
    )
    workflow.Project(root).replace("config/config.yaml", "scale: auto ", "scale: demo ")
    (root / OWN).write_text(yaml.safe_dump(DECLARED), encoding="utf-8")
    for shell in ("latex", "markdown", "html", "docx"):
        shutil.copytree(PROJECT / "templates" / shell, root / "templates" / shell)
    (root / TEMPLATE).parent.mkdir()
    (root / TEMPLATE).write_text(TEXT, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def made(declared, tmp_path_factory) -> Path:
    """The project with its report in both forms."""
    root = tmp_path_factory.mktemp("made") / "project"
    shutil.copytree(declared, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        Project(root).make(*REPORT)
    return root


@pytest.fixture
def empty(declared, tmp_path, monkeypatch) -> Project:
    """A copy of the project before anything is made, which is the current folder."""
    return Project(_entered(declared, tmp_path / "project", monkeypatch))


@pytest.fixture
def project(made, tmp_path, monkeypatch) -> Project:
    """A copy of the project with its report, which is the current folder."""
    return Project(_entered(made, tmp_path / "project", monkeypatch))


def _entered(source: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(source, root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def sources(project, monkeypatch) -> Iterator[Project]:
    """The project with sources of its own, which may be edited and which its keys are taken of."""
    shutil.copytree(PROJECT / "src", "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for module in (code, prose):
        monkeypatch.setattr(module, "SOURCES", Path("src").resolve())
    code.forget()
    yield project
    monkeypatch.undo()
    code.forget()


class Said(NamedTuple):
    """How a command ended and what it printed."""

    status: int
    lines: list[str]
    error: str


@pytest.fixture
def labreport(capsys) -> Callable[..., Said]:
    """`labreport("plan", "all")`: the command, given in the current folder."""

    def give(*arguments: str) -> Said:
        capsys.readouterr()
        status = main(arguments)
        said = capsys.readouterr()
        return Said(status, said.out.splitlines(), said.err)

    return give
