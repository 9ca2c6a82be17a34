"""The plan: every spec, key and path that a project's declarations lead to. Reads no result, imports no torch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.data.archives import locate
from labreport.declarations.experiments import Experiment
from labreport.declarations.project import Declarations
from labreport.declarations.reading import suggestion
from labreport.declarations.reports import Item, ReportDeclaration
from labreport.errors import DeclarationError
from labreport.planning.code import code_digest
from labreport.planning.keys import key_of, measurement_roots, module_of, prepared_identity, run_roots

REPORT = re.compile(r"report/([^/]+?)(\.zh|\.en)?\.(pdf|md)")
RUN_FILES = (
    "spec.json",
    "metrics.csv",
    "summary.json",
    "per_class.csv",
    "confusion.csv",
    "environment.json",
    "train.log",
    "SHA256SUMS",
)


@dataclass(frozen=True)
class Kept:
    """Something that is kept under its key: a sample, prepared data, a run or a measurement.

    Attributes:
        name: data set, experiment or measurement.
        spec: what its key is a hash of (and how a raw folder is checked, which is not).
        folder: where it lies, relative to the project.
        last: the file whose presence says that it is complete.
    """

    name: str
    spec: dict[str, Any]
    key: str
    folder: str
    last: str

    @property
    def address(self) -> str:
        """NAME/KEY: the end of its folder, and what tells it from every other of its sort."""
        return f"{self.name}/{self.key}"

    def is_there(self, root: Path) -> bool:
        """Whether it is complete; folders are renamed into place, so one file tells."""
        return (root / self.folder / self.last).is_file()

    def file(self, name: str) -> str:
        """Path of one of its files."""
        return f"{self.folder}/{name}"


@dataclass(frozen=True)
class Run(Kept):
    """A run of an experiment with one seed."""

    seed: int
    data: Kept


class Plan:
    """What a project needs, derived from its declarations; every property is computed at most once."""

    def __init__(self, declarations: Declarations) -> None:
        self.declarations = declarations
        self.root = declarations.root
        self._prepared: dict[str, Kept] = {}

    @cached_property
    def samples(self) -> dict[str, Kept]:
        """The demo sample of each data set; the archive's own name is the last file."""
        samples = {}
        for name, dataset in self.declarations.datasets.items():
            generator = dataset.sample.generator
            spec = {
                "dataset": name,
                "generator": generator,
                "parameters": dict(dataset.sample.parameters),
                "code": code_digest(["labreport.steps.sample", generator]),
            }
            key = key_of(spec)
            samples[name] = Kept(name, spec, key, f"results/data/samples/{key}", dataset.archive.file)
        return samples

    @cached_property
    def runs(self) -> dict[str, list[Run]]:
        """Experiment -> its runs, one per seed."""
        return {
            name: [self._run(experiment, seed) for seed in self.declarations.config.seeds]
            for name, experiment in self.declarations.experiments.items()
        }

    @property
    def prepared(self) -> dict[str, Kept]:
        """Every prepared data set that a run needs, by its folder."""
        _ = self.runs
        return self._prepared

    @cached_property
    def measurements(self) -> dict[str, Kept]:
        """Every measurement of every report, by its folder."""
        return {
            kept.folder: kept
            for report in self.declarations.reports.values()
            for kept in self.report_measurements(report).values()
        }

    def report(self, name: str) -> ReportDeclaration:
        """A report by name.

        Raises:
            DeclarationError: config/reports/ has no such file.
        """
        reports = self.declarations.reports
        if name not in reports:
            raise DeclarationError(
                f"report/{name}: config/reports/{name}.yaml does not exist{suggestion(name, reports)}"
            )
        return reports[name]

    def report_measurements(self, report: ReportDeclaration) -> dict[str, Kept]:
        """The measurements of a report, by name."""
        return {name: self._measurement(item) for name, item in report.measurements.items()}

    def report_runs(self, names: Iterable[str]) -> Iterator[Run]:
        """All runs of some experiments."""
        for name in names:
            yield from self.runs[name]

    def unfinished(self, kept: Iterable[Kept]) -> list[Kept]:
        """Those that are not there yet: the only ones that Snakemake is offered a rule for."""
        return [one for one in kept if not one.is_there(self.root)]

    def raw_source(self, dataset: str) -> str | None:
        """A data set's archive or unpacked folder in the user's raw folder; None where that is not to be read.

        Raises:
            DataError: it is not there.
        """
        raw = self.declarations.config.raw
        if raw is None or self.declarations.scale.source == "sample":
            return None
        return str(locate(Path(raw), self.declarations.datasets[dataset].model_dump()))

    def _prepare(self, experiment: Experiment) -> Kept:
        dataset = self.declarations.datasets[experiment.dataset]
        sampled = self.declarations.scale.source == "sample"
        digest = f"sample:{self.samples[experiment.dataset].key}" if sampled else dataset.archive.digest
        spec = {
            "dataset": experiment.dataset,
            "reader": dataset.reader,
            "digest": digest,
            "folder": dataset.folder.model_dump(exclude_none=True),
            "parameters": {**dataset.parameters, **experiment.settings.data},
            "code": code_digest(["labreport.steps.prepare", dataset.reader]),
        }
        key = key_of(prepared_identity(spec))
        kept = Kept(experiment.dataset, spec, key, f"results/data/{experiment.dataset}/{key}", "dataset.json")
        return self._prepared.setdefault(kept.folder, kept)

    def _run(self, experiment: Experiment, seed: int) -> Run:
        data = self._prepare(experiment)
        settings = experiment.settings.model_dump(exclude={"model", "data"})
        spec: dict[str, Any] = {
            "experiment_kind": experiment.task,
            "model": {"target": experiment.target, "parameters": experiment.settings.model.parameters},
            "data": {"dataset": experiment.dataset, "key": data.key},
            "training": {"task": experiment.task, **settings},
            "seed": seed,
        }
        spec["code"] = code_digest(run_roots(spec))
        key = key_of(spec)
        folder = f"results/runs/{experiment.name}/{key}"
        return Run(experiment.name, spec, key, folder, "SHA256SUMS", seed, data)

    def _measurement(self, item: Item) -> Kept:
        spec: dict[str, Any] = {"kind": item.kind.target.rpartition(".")[2], "target": item.kind.target}
        spec["parameters"] = item.options
        spec["code"] = code_digest(measurement_roots(spec))
        key = key_of(spec)
        return Kept(item.name, spec, key, f"results/measurements/{item.name}/{key}", "SHA256SUMS")


def check_targets(plan: Plan, targets: Iterable[object]) -> None:
    """Refuse what cannot be made before Snakemake begins, and says it in its own words.

    Args:
        plan: the project's plan.
        targets: what stands on the command line; without a report among it, everything is meant.

    Raises:
        DeclarationError: a target report/NAME... whose report is not declared.
        DataError: the raw folder holds no data that one of the reports needs.
    """
    names = [found[1] for target in targets if (found := REPORT.fullmatch(str(target)))]
    experiments = {experiment: None for name in names for experiment in plan.report(name).experiments}
    runs = plan.report_runs(experiments or plan.runs)
    for data in {run.data.folder: run.data for run in runs if not run.is_there(plan.root)}.values():
        if not data.is_there(plan.root):
            plan.raw_source(data.name)


def option_targets(options: Mapping[str, Any]) -> Iterator[str]:
    """Modules of all models that options name, however deep."""
    for key, value in options.items():
        if key == "target":
            yield module_of(str(value))
        elif isinstance(value, Mapping):
            yield from option_targets(value)
