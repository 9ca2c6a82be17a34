"""The smallest project that has every step: its jobs, and what they leave when nothing happens to them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from benchmarks.project import ROOT, copy
from faults.operations import Operations
from faults.process import Step
from labreport.artifacts import code
from labreport.artifacts.artifact import LONG
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
from labreport.files import write_json
from labreport.machine.outcome import receipt

REPORT = "small"
TARGETS = (f"report/{REPORT}.md", f"report/{REPORT}.pdf")
SAMPLES = {
    "cifar10": {"train_per_class": 8, "test_per_class": 4, "seed": 0},
    "imdb": {"train_per_class": 40, "test_per_class": 20, "seed": 0},
    "stsb": {"train_pairs": 80, "dev_pairs": 40, "test_pairs": 40, "seed": 0},
}
SOURCES = ("src", "workflow", "Snakefile", "profiles", "docs")  # what only Snakemake reads


@dataclass(frozen=True)
class Work:
    """A job of the small project, as Snakemake would start it.

    Attributes:
        step: its rule.
        words: of its command line.
        made: all that it leaves, relative to the project; first the folder or file that it is about.
        needs: the folders or files that it is made from.
    """

    step: str
    words: tuple[str, ...]
    made: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def out(self) -> str:
        """The folder or file that it is about."""
        return self.made[0]

    def start(self, root: Path, log: Path, before: Callable[[], None] | None = None) -> Step:
        """Start it in a project; see `Step`."""
        return Step(self.words, root, log, before)


def remove(path: Path) -> None:
    """Delete a file or a folder, where there is one."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def small_copy(target: Path) -> Path:
    """Copy the project to `target` and put the small declarations in place of its own."""
    copy(target)
    for folder in ("experiments", "reports", "scales"):
        shutil.rmtree(target / "config" / folder)
    shutil.copytree(ROOT / "faults" / "small", target, dirs_exist_ok=True)
    path = target / "config" / "datasets.yaml"
    datasets = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = {name: datasets[name] for name in SAMPLES}
    for name, parameters in SAMPLES.items():
        kept[name]["sample"]["parameters"] = parameters
    path.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), "utf-8")
    return target


def works(root: Path) -> list[Work]:
    """All jobs that the small report is made by, PDF and Markdown, in the order of making; their files are written."""
    graph = Graph(Project(root))
    documents = [graph.delivered(target) for target in TARGETS]
    found = {}
    for artifact in (one for document in documents for one in document.walk()):
        job, path = graph.job(artifact), f".snakemake/labreport/{artifact.step}-{artifact.key}.json"
        write_json(root / path, job)
        made = (artifact.folder, *([str(receipt(artifact.folder))] if artifact.step in LONG else []))
        words = (artifact.step, path, "--threads", "1")
        found[artifact.key] = Work(artifact.step, words, made, tuple(job["needs"]))
    code.keep(root / code.CACHE)
    for document, target in zip(documents, TARGETS, strict=True):
        beside = [target.removesuffix(".md")] if target.endswith(".md") else []
        words = ("deliver", document.output, target)
        found[target] = Work("deliver", words, (target, *beside), (document.output,))
    return list(found.values())


class Reference:
    """A project in which jobs are carried out only when they are needed.

    Attributes:
        root: its folder.
        works: all of its jobs, in the order of making.
        seconds: job -> how long it took.
        operations: job -> how many file operations it took.
    """

    def __init__(self, root: Path) -> None:
        self.root = small_copy(root)
        self.works = works(self.root)
        self.seconds: dict[Work, float] = {}
        self.operations: dict[Work, int] = {}

    def of_step(self, step: str) -> list[Work]:
        """The jobs of a step; they and all before them have been carried out."""
        found = [work for work in self.works if work.step == step]
        for work in self.works[: self.works.index(found[-1]) + 1]:
            if work not in self.seconds:
                self._carry_out(work)
        return found

    def before(self, work: Work, target: Path) -> Path:
        """Copy the project as it is when a job is about to begin."""
        later = [work]
        if work in self.works:
            self.of_step(work.step)
            later = self.works[self.works.index(work) :]
        shutil.copytree(self.root, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*SOURCES))
        for path in (target / name for one in later for name in one.made):
            remove(path)
        return target

    def finished(self, target: Path, *, sources: bool = False) -> Path:
        """Copy the finished project, with what Snakemake reads or without."""
        self.of_step("deliver")
        return Path(shutil.copytree(self.root, target, ignore=shutil.ignore_patterns(*([] if sources else SOURCES))))

    def _carry_out(self, work: Work) -> None:
        tally = self.root.with_name("operations")
        tally.write_bytes(b"")
        begun = time.monotonic()
        ended = work.start(self.root, self.root.with_name("log"), Operations(self.root, tally=tally)).ended()
        if ended.status:
            raise RuntimeError(f"{work.step}: a job that nothing was done to failed: {ended.said}")
        self.seconds[work] = time.monotonic() - begun
        self.operations[work] = tally.stat().st_size


@cache
def reference() -> Reference:
    """The one reference of this process, deleted when it ends."""
    folder = tempfile.mkdtemp(prefix="labreport-faults-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Reference(Path(folder) / "project")
