"""The plan: every spec, key and path that a project's declarations lead to. Reads no result, imports no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.data.archives import locate
from labreport.declarations.dataset_schema import Archived
from labreport.declarations.experiments import Experiment
from labreport.declarations.items import Item
from labreport.declarations.mistakes import suggestion
from labreport.declarations.project import Declarations
from labreport.declarations.reports import ReportDeclaration
from labreport.errors import DeclarationError
from labreport.jobs.outcome import failure, is_final
from labreport.planning.code import code_digest
from labreport.planning.keys import key_of, measurement_roots, prepared_identity, run_roots
from labreport.training.tasks import TASKS

VARIANTS = "labreport.data.variants"
# The modules that train word vectors, by the name an experiment gives.
VECTORS: Mapping[str, str] = {"word2vec": "labreport.data.word2vec"}


@dataclass(frozen=True)
class Kept:
    """Something that is kept under its key: a sample, prepared data, word vectors, a run or a measurement.

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
    """A run of an experiment with one seed, on its data and, where its model takes them, its word vectors."""

    seed: int
    data: Kept
    vectors: Kept | None

    @property
    def outcome(self) -> str:
        """The file that says what came of the attempt to train it: finished, or failed and why."""
        return f"results/outcomes/{self.address}.json"


class Plan:
    """What a project needs, derived from its declarations; every property is computed at most once.

    Args:
        declarations: the project's.
        keep_going: do without runs that failed; without it they are tried again.
    """

    def __init__(self, declarations: Declarations, keep_going: bool = False) -> None:
        self.declarations = declarations
        self.keep_going = keep_going
        self.root = declarations.root
        self._prepared: dict[str, Kept] = {}
        self._vectors: dict[str, Kept] = {}

    @cached_property
    def archived(self) -> dict[str, Archived]:
        """Every data set that comes from an archive; variants are made from these."""
        return {dataset.root: dataset.archived for dataset in self.declarations.datasets.values()}

    @cached_property
    def samples(self) -> dict[str, Kept]:
        """The demo sample of each data set of an archive; the archive's own name is the last file."""
        samples = {}
        for name, archived in self.archived.items():
            generator = archived.sample.generator
            spec = {
                "dataset": name,
                "generator": generator,
                "parameters": dict(archived.sample.parameters),
                "code": code_digest(["labreport.steps.sample", generator]),
            }
            key = key_of(spec)
            samples[name] = Kept(name, spec, key, f"results/data/samples/{key}", archived.archive.file)
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

    @property
    def vectors(self) -> dict[str, Kept]:
        """All word vectors that a run needs, by their folder."""
        _ = self.runs
        return self._vectors

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

    def failed(self, run: Run) -> str | None:
        """Why the last attempt at a run failed; None where it is there, was never tried, or was only interrupted."""
        return None if run.is_there(self.root) else failure(self.root / run.outcome)

    def is_settled(self, run: Run) -> bool:
        """Whether nothing is to be done for a run: it is there, or it failed for good and is done without."""
        return run.is_there(self.root) or (self.keep_going and is_final(self.root / run.outcome))

    def run_file(self, run: Run) -> str:
        """The file that stands for a run in Snakemake: its last one where it is there, else the outcome."""
        return run.file(run.last) if run.is_there(self.root) else run.outcome

    def raw_source(self, dataset: str) -> str | None:
        """The archive or unpacked folder of a data set or its base in the user's raw folder; None where that is not
        to be read.

        Raises:
            DataError: it is not there.
        """
        raw = self.declarations.config.raw
        if raw is None or self.declarations.scale.source == "sample":
            return None
        return str(locate(Path(raw), self.declarations.datasets[dataset].archived.model_dump()))

    def _prepare(self, experiment: Experiment) -> Kept:
        dataset, archived = experiment.dataset, experiment.dataset.archived
        sampled = self.declarations.scale.source == "sample"
        spec: dict[str, Any] = {
            "dataset": dataset.name,
            "reader": archived.reader,
            "digest": f"sample:{self.samples[dataset.root].key}" if sampled else archived.archive.digest,
            "folder": archived.folder.model_dump(exclude_none=True),
            "parameters": dict(experiment.data),
        }
        roots = ["labreport.steps.prepare", archived.reader]
        if dataset.changes:
            spec["variants"] = list(dataset.changes)
            roots.append(VARIANTS)
        spec["code"] = code_digest(roots)
        key = key_of(prepared_identity(spec))
        kept = Kept(dataset.name, spec, key, f"results/data/{dataset.name}/{key}", "dataset.json")
        return self._prepared.setdefault(kept.folder, kept)

    def _train_vectors(self, experiment: Experiment, data: Kept) -> Kept | None:
        declared = experiment.settings.vectors
        if declared is None:
            return None
        target = VECTORS[declared.name]
        spec = {
            "method": declared.name,
            "target": target,
            "data": {"dataset": data.name, "key": data.key},
            "parameters": declared.model_dump(exclude={"name"}),
            "code": code_digest(["labreport.steps.vectors", target]),
        }
        key = key_of(spec)
        kept = Kept(data.name, spec, key, f"results/vectors/{data.name}/{key}", "SHA256SUMS")
        return self._vectors.setdefault(kept.folder, kept)

    def _run(self, experiment: Experiment, seed: int) -> Run:
        data = self._prepare(experiment)
        vectors = self._train_vectors(experiment, data)
        spec: dict[str, Any] = {
            "task": {"name": experiment.task, "target": TASKS[experiment.task].target},
            "model": {"target": experiment.target, "parameters": experiment.settings.model.parameters},
            "data": {"dataset": data.name, "key": data.key},
            "training": experiment.settings.model_dump(exclude={"model", "data", "vectors"}),
            "seed": seed,
        }
        if vectors is not None:
            spec["vectors"] = {"key": vectors.key}
        spec["code"] = code_digest(run_roots(spec))
        key = key_of(spec)
        folder = f"results/runs/{experiment.name}/{key}"
        return Run(experiment.name, spec, key, folder, "SHA256SUMS", seed, data, vectors)

    def _measurement(self, item: Item) -> Kept:
        spec: dict[str, Any] = {"kind": item.kind.target.rpartition(".")[2], "target": item.kind.target}
        spec["parameters"] = item.options
        spec["code"] = code_digest(measurement_roots(spec))
        key = key_of(spec)
        return Kept(item.name, spec, key, f"results/measurements/{item.name}/{key}", "SHA256SUMS")
