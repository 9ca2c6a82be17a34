"""Every job of a project as a command, in the order of making, without Snakemake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults.process import Step
from faults.project import REPORT
from labreport.declarations.project import load
from labreport.planning.keys import canonical
from labreport.planning.plan import Kept, Plan, Run
from labreport.planning.product import Product
from labreport.planning.products import Products

STEPS = {"figure": "draw", "table": "tabulate", "claim": "judge", "frames": "gather", "text": "write", "pdf": "typeset"}
SUFFIXES = {"figure": ".pdf", "table": ".csv"}
TARGETS = (f"report/{REPORT}.md", f"report/{REPORT}.pdf")
EACH_EPOCH = {"LABREPORT_CHECKPOINT_EVERY_EPOCH": "1"}


@dataclass(frozen=True)
class Command:
    """One job.

    Attributes:
        step: the name of its step.
        arguments: of the step's command line.
        outputs: files that it leaves, relative to the project; the last one comes last.
        whole: the folder that is complete or absent; None where single files are.
    """

    step: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]
    whole: str | None = None

    def start(self, root: Path, log: Path, before: Callable[[], None] | None = None) -> Step:
        """Start it in a project; training keeps a checkpoint of every epoch.

        Args:
            root: the project.
            log: takes what the step says.
            before: is called in the step's process first.
        """
        return Step(self.step, self.arguments, root, log, before, EACH_EPOCH)


def commands(root: Path) -> list[Command]:
    """All jobs that the small project's report is made by, in English: PDF and Markdown."""
    plan = Plan(load(root, {}))
    made = Products(plan).reachable(TARGETS)
    runs = [run for runs in plan.runs.values() for run in runs]
    return [
        *(_sample(name, sample) for name, sample in plan.samples.items()),
        *(_prepare(plan, data) for data in plan.prepared.values()),
        *(_vectors(vectors) for vectors in plan.vectors.values()),
        *(_train(run) for run in runs),
        *(_product(product) for product in made),
    ]


def _sample(name: str, sample: Kept) -> Command:
    out = sample.file(sample.last)
    arguments = ("--dataset", name, "--spec", canonical(sample.spec), "--out", out)
    return Command("sample", arguments, (out, f"{out}.sha256"))


def _prepare(plan: Plan, data: Kept) -> Command:
    dataset = plan.declarations.datasets[data.name]
    source = plan.samples[dataset.root].file(dataset.archived.archive.file)
    arguments = ("--spec", canonical(data.spec), "--source", source, "--out", data.folder)
    return Command("prepare", arguments, (data.file(data.last),), data.folder)


def _vectors(vectors: Kept) -> Command:
    data = vectors.spec["data"]
    folder = f"results/data/{data['dataset']}/{data['key']}"
    arguments = ("--spec", canonical(vectors.spec), "--data", folder, "--out", vectors.folder)
    return Command("vectors", arguments, (vectors.file(vectors.last),), vectors.folder)


def _train(run: Run) -> Command:
    arguments = ["--spec", canonical(run.spec), "--experiment", run.name, "--data", run.data.folder]
    arguments += ["--vectors", run.vectors.folder] if run.vectors else []
    arguments += ["--out", run.folder, "--device", "cpu", "--threads", "1"]
    return Command("train", tuple(arguments), (run.file(run.last),), run.folder)


def _product(product: Product) -> Command:
    first, step = product.files[0], STEPS[product.kind]
    arguments = ["--spec", canonical(product.spec), "--record", product.record]
    if product.kind == "text":
        arguments += ["--format", "latex" if first.endswith(".tex") else "markdown"]
    if product.kind == "pdf":
        arguments += ["--source", product.needs[0].files[0]]
    out = str(Path(first).parent) if product.kind == "frames" else first.removesuffix(SUFFIXES.get(product.kind, ""))
    return Command(step, (*arguments, "--out", out), (*product.files, product.record))
