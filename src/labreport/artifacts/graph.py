"""All artifacts of a project, derived from its declarations: the one place that knows what depends on what."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from labreport import languages
from labreport.artifacts.artifact import ITEMS, SUFFIXES, Artifact, canonical, roots
from labreport.artifacts.code import code_digest
from labreport.artifacts.difference import shown_value
from labreport.artifacts.prose import listings, pictures, prose
from labreport.data.archives import locate
from labreport.declarations.experiments import Experiment
from labreport.declarations.fields import in_language
from labreport.declarations.items import Item
from labreport.declarations.project import Project
from labreport.declarations.reports import Report, template
from labreport.errors import DataError, DeclarationError, UserError
from labreport.files import file_digest
from labreport.spelling import did_you_mean
from labreport.training.tasks import TASKS

# The modules that train word vectors, by the name an experiment gives.
VECTORS: Mapping[str, str] = {"word2vec": "labreport.data.word2vec"}
# The kinds of tables that the page of measured results shows.
PAGE_KINDS = frozenset({"results", "ablation", "group_accuracy", "lstm_cost"})
FRAMES = "labreport.tables.frames:frames"  # all runs of a report, for whoever wants to go on with the numbers
# Roles of options whose values are names of experiments.
NAMING = frozenset({"experiment", "member"})
# Files beside items that tell how they were made.
TAKEN = frozenset({"spec", "code", "made", "index"})
# A report as users ask for it: its name, its language where that is said, and its form.
REPORT_FILE = re.compile(r"report/(([^/]+?)(?:\.(zh|en))?)\.(pdf|md|html|docx|zip)")
DELIVERED = ("pdf", "md", "html", "docx", "zip")


def _once(derive: Callable[..., Artifact]) -> Callable[..., Artifact]:
    """Have a method of a graph derive an artifact once of what it is given."""

    @wraps(derive)
    def derived(graph: Graph, *of: Any) -> Artifact:
        memo = (derive.__name__, *of)
        if memo not in graph.memo:
            graph.memo[memo] = derive(graph, *of)
        return graph.memo[memo]

    return derived


def _given(**facts: Any) -> dict[str, Any]:
    """Those of some facts of a spec that there are, so that one that is not there is in no key."""
    return {name: fact for name, fact in facts.items() if fact}


class Graph:
    """A project's artifacts, each derived when it is asked for, and once.

    Args:
        project: the declarations.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.root = project.root
        self._made: dict[str, Artifact] = {}  # by key
        self.memo: dict[tuple[Any, ...], Artifact] = {}  # by method and what it was given

    def of_key(self, key: str) -> Artifact | None:
        """An artifact by its key, of those that were derived; None where there is none."""
        return self._made.get(key)

    def _artifact(self, step: str, name: str, declared: dict[str, Any], *needs: Artifact, **about: Any) -> Artifact:
        spec = json.loads(canonical(declared))  # as its step reads it
        if step not in {"download", *ITEMS}:  # whose code is that of their items
            spec["code"] = code_digest(roots(step, spec))
        artifact = Artifact(step, name, spec, needs, **about)
        found = self._made.setdefault(artifact.key, artifact)
        if (found.step, found.spec) != (artifact.step, artifact.spec):
            raise DeclarationError(
                f"{artifact.folder}: {found.title} and {artifact.title} have one key by chance; change a setting of "
                "one, such as its seed"
            )
        return found

    # Data

    def archive(self, experiment: Experiment) -> Artifact:
        """The official archive, or the generated sample of the scale demo, that an experiment's data come from."""
        root, archived = experiment.dataset.root, experiment.dataset.archived
        assert archived.archive is not None  # what has neither is a file of the project
        assert archived.sample is not None
        file = archived.archive.file
        if self.project.sampled:
            spec = {
                "dataset": root,
                "target": archived.sample.generator,
                "parameters": archived.sample.parameters.model_dump(),
            }
            return self._artifact("sample", root, spec, title=f"the demo sample {file}", file=file)
        return self._download(root, file, archived.archive.digest, archived.mirrors)

    def _download(self, name: str, file: str, digest: str, mirrors: Iterable[str]) -> Artifact:
        beside = {"mirrors": list(mirrors)}
        return self._artifact("download", name, {"digest": digest}, title=file, file=file, beside=beside)

    def source(self, data: Artifact) -> str:
        """What prepared data are read from: a file of the project, a demo sample, the user's archive, or a download.

        Raises:
            DataError: it is not in the user's raw folder.
        """
        if data.inputs:
            return data.inputs[0]
        (archive,) = data.needs
        raw = self.project.config.raw
        if raw is None or self.project.sampled:
            return archive.output
        try:
            return str(locate(Path(raw), archive.file, data.beside["folder"]["name"]))
        except DataError:
            if not data.is_there(Path()):
                raise
            return str(Path(raw) / archive.file)  # nobody needs it

    @_once
    def data(self, experiment: Experiment) -> Artifact:
        """The prepared data of an experiment."""
        dataset, archived = experiment.dataset, experiment.dataset.archived
        needs = () if archived.file else (self.archive(experiment),)
        inputs = (archived.file,) if archived.file else ()
        digests = [
            *(f"sha256:{file_digest(self.root / path)}" for path in inputs),
            *(f"sample:{one.key}" if one.step == "sample" else one.spec["digest"] for one in needs),
        ]
        spec: dict[str, Any] = {
            "dataset": dataset.name,
            "target": archived.reader,
            "digest": digests[0],
            "parameters": dict(experiment.data),
            **_given(variants=list(dataset.changes)),
        }
        folder = archived.folder.model_dump(exclude_none=True) if archived.folder else None
        beside = {"folder": folder, "classes": list(dataset.classes)}
        about = {"title": dataset.name, "beside": beside, "inputs": inputs}
        return self._artifact("prepare", dataset.name, spec, *needs, **about)

    def _vectors(self, experiment: Experiment, data: Artifact) -> Artifact | None:
        declared = experiment.settings.vectors
        if declared is None:
            return None
        spec = {
            "target": VECTORS[declared.name],
            "data": {"dataset": data.name, "key": data.key},
            "parameters": declared.model_dump(exclude={"name"}),
        }
        name = f"{declared.name}-{data.name}"
        return self._artifact("vectors", name, spec, data, title=f"word vectors of {data.name}")

    @_once
    def run(self, experiment: Experiment, seed: int) -> Artifact:
        """A run of an experiment; two experiments with the same settings have the same runs."""
        settings, data = experiment.settings, self.data(experiment)
        vectors, weights = self._vectors(experiment, data), settings.pretrained
        apart = {"model", "data", "vectors", "pretrained"}
        spec: dict[str, Any] = {
            "task": {"name": experiment.task, "target": TASKS[experiment.task].target},
            "model": settings.model.spec,
            "data": {"dataset": data.name, "key": data.key},
            "training": settings.model_dump(exclude=apart, exclude_defaults=True),
            "seed": seed,
            **({"vectors": {"key": vectors.key}} if vectors else {}),
        }
        if weights:
            spec["pretrained"] = self._download(weights.file, weights.file, weights.digest, weights.mirrors).spec
        about = {"title": f"{experiment.name} seed {seed}", "beside": {"experiment": experiment.name}}
        name = f"{settings.model.target.partition(':')[2]}-{data.name}"
        return self._artifact("train", name, spec, data, *([vectors] if vectors else []), **about)

    def runs(self, report: Report, names: Iterable[str] | None = None) -> list[Artifact]:
        """The runs of some experiments of a report, or of all, those apart that failed and are done without."""
        return [run for name in names or report.experiments for run in self._runs(report, name)[0]]

    def _runs(self, report: Report, name: str) -> tuple[list[Artifact], dict[int, str]]:
        """The runs that a report is made of, and why others failed that it is made without, by seed."""
        runs = [self.run(report.experiments[name], seed) for seed in self.project.seeds(report)]
        if self.project.config.failed == "retry":
            return runs, {}
        failures = {run.spec["seed"]: why for run in runs if (why := run.failed(Path()))}
        there = [run for run in runs if run.spec["seed"] not in failures]
        if not there:
            raise DeclarationError(
                f"{report.where}: every run of {name} failed: "
                + "; ".join(f"seed {seed}: {why}" for seed, why in failures.items())
                + "; change its settings, or try again without failed=leave_out"
            )
        return there, failures

    def all_runs(self) -> list[Artifact]:
        """Every run of the experiments that the scale is for and that can be trained here, with the configured seeds.

        Raises:
            DeclarationError: an experiment is wrongly declared.
        """
        project = self.project
        return [
            run
            for name in project.trained_names()
            if not project.lacks(project.experiment(name))
            for run in self.runs_of(name)
        ]

    def runs_of(self, name: str) -> list[Artifact]:
        """The runs of an experiment with the configured seeds; see `all_runs`."""
        return [self.run(self.project.experiment(name), seed) for seed in self.project.config.seeds]

    def measurement(self, item: Item) -> Artifact:
        """A measurement of a report."""
        spec = {"target": item.kind.target, "parameters": dict(item.options)}
        return self._artifact("measure", item.name, spec, title=item.name)

    # What is made from runs

    @_once
    def figures(self, report: Report, lang: str) -> Artifact:
        """All figures of a report in a language."""
        return self._items("draw", report, lang, report.figures)

    @_once
    def tables(self, report: Report, lang: str) -> Artifact:
        """All tables of a report in a language, and the frames of its runs."""
        return self._items("tabulate", report, lang, report.tables)

    @_once
    def claims(self, report: Report) -> Artifact:
        """All claims of a report, judged in both languages."""
        return self._items("judge", report, None, report.claims)

    def _items(self, step: str, report: Report, lang: str | None, items: Mapping[str, Item]) -> Artifact:
        if taken := sorted(TAKEN & items.keys()):
            raise DeclarationError(
                f"{report.where}: {taken[0]}: is what a file beside figures, tables and claims is called; choose "
                "another name"
            )
        specs: dict[str, Any] = {}
        needs: dict[str, Artifact] = {}
        for name, item in items.items():
            specs[name], own = self._item(step, report, lang, item)
            needs |= {one.output: one for one in own}
        spec = {"items": specs}
        if step == "tabulate":
            frames = self._shared(report, report.experiments, None)
            frames |= {"name": "frames", "order": list(report.experiments), "target": FRAMES}
            spec["frames"] = {**frames, "code": code_digest(roots("tabulate", frames))}
            needs |= {one.output: one for one in self.runs(report)}
        name = f"{report.name}.{lang}" if lang else report.name
        inputs = dict.fromkeys(path for one in specs.values() for path in one.get("files", {}))
        about = {"title": name, "beside": {"report": report.name, "lang": lang}}
        return self._artifact(step, name, spec, *needs.values(), inputs=tuple(inputs), **about)

    def _item(self, step: str, report: Report, lang: str | None, item: Item) -> tuple[dict[str, Any], list[Artifact]]:
        """The spec of a figure, table or claim, which holds only what it shows, and what it is made from."""
        shown = item.experiments if item.kind.of_runs else ()
        measurements = {name: self.measurement(report.measurements[name]) for name in item.measurements}
        users = {one.dataset.name: one for one in report.experiments.values()}
        data = {name: self.data(users[name]) for name in item.datasets}
        curves = [one.published.curve for one in map(report.experiments.get, item.experiments) if one]
        files = [*item.files, *(path for path in curves if path and item.kind.curves)]
        judged = [self.claims(report)] if item.claims else []
        claims = {name: one.path(f"{name}.json") for one in judged for name in item.claims}
        spec: dict[str, Any] = {
            "name": item.name,
            "kind": item.kind.name,
            "target": item.kind.target,
            "options": dict(item.options),
            **self._shared(report, item.experiments, item),
            "measurements": {name: one.folder for name, one in measurements.items()},
            "data": {name: one.folder for name, one in data.items()},
            **_given(lang=lang, files=self._digests(files), claims=claims),
        }
        if any("title" in one for one in spec["experiments"].values()):
            spec["naming"] = [key for key, role in item.kind.roles_of(item.options).items() if role in NAMING]
        spec["words"] = languages.digest(step, *([lang] if lang else languages.LANGUAGES))
        spec["code"] = code_digest(roots(step, spec))
        runs = self.runs(report, shown) if shown else []
        return spec, [*runs, *measurements.values(), *data.values(), *judged]

    def _shared(self, report: Report, names: Iterable[str], item: Item | None) -> dict[str, Any]:
        """What every spec says that is made from runs."""
        return {
            "report": report.name,
            "scale": self.project.scale_name,
            "source": self._source([report.experiments[name] for name in names]),
            "experiments": {name: self._entry(report, name, item) for name in names},
        }

    def _source(self, experiments: Collection[Experiment]) -> str:
        """What experiments were trained on; a file of the project is real data at every scale."""
        files = [one.dataset.archived.file for one in experiments]
        return "archive" if files and all(files) else self.project.scale.source

    def _entry(self, report: Report, name: str, item: Item | None) -> dict[str, Any]:
        """What a spec says of an experiment.

        Args:
            report: that shows it.
            name: of the experiment.
            item: the figure, table or claim that shows it; None for a text.
        """
        experiment = report.experiments[name]
        runs, failures = self._runs(report, name) if item is None or item.kind.of_runs else ([], {})
        vectors = experiment.settings.vectors
        title = experiment.title if isinstance(experiment.title, str) else experiment.title.model_dump()
        return {
            "part": experiment.part,
            "dataset": experiment.dataset.name,
            "base": experiment.dataset.root,
            "published": experiment.published.model_dump(exclude_none=True, exclude={"curve"}),
            "as_published": experiment.as_published,
            "curve": experiment.published.curve if item is not None and item.kind.curves else None,
            **({"model": experiment.settings.model.parameters} if item is None or item.kind.models else {}),
            **({"declared": experiment.settings.model_dump(mode="json", exclude_none=True)} if item is None else {}),
            "runs": [{"seed": run.spec["seed"], "key": run.key, "path": run.folder} for run in runs],
            **_given(
                title="" if title == name else title,
                vectors=vectors and vectors.model_dump(),
                settings=dict(item.settings[name]) if item is not None and item.settings else None,
                failures={str(seed): why for seed, why in failures.items()},
            ),
        }

    def _digests(self, files: Iterable[str]) -> dict[str, str]:
        """Path, relative to the project -> digest of its content."""
        try:
            return {path: file_digest(self.root / path)[:16] for path in files}
        except OSError as error:
            raise DeclarationError(f"{error.filename}: cannot be read ({error.strerror}); make it readable") from None

    def captions(self, items: Artifact) -> dict[str, str]:
        """Figure or table -> what it shows and how its runs were trained, for the report that Snakemake makes."""
        report = self.project.report(items.beside["report"])
        declared = report.figures if items.step == "draw" else report.tables
        frames = {
            "metrics": "Every epoch of every run.",
            "runs": "Every run.",
            "per_class": "Every class of every run.",
        }
        found = {f"frames/{name}": caption for name, caption in frames.items()}
        for name, item in declared.items():
            options = ", ".join(f"{key} {shown_value(value)}" for key, value in item.options.items())
            lines = [f"{item.kind.name}{f' ({options})' if options else ''}."]
            for run in self.runs(report, item.experiments) if item.kind.of_runs and item.experiments else ():
                trained = {**run.spec["model"]["parameters"], **run.spec["training"]}
                settings = ", ".join(f"{key} {shown_value(value)}" for key, value in trained.items())
                lines.append(f"{run.title} (``{run.key}``): {settings}.")
            found[name] = "\n\n".join(lines)
        return found

    # Texts and documents

    @_once
    def text(self, report: Report, lang: str, form: str, stem: str = "") -> Artifact:
        """The text of a report.

        Args:
            report: the report.
            lang: the language of its words.
            form: one of `SUFFIXES`.
            stem: of Markdown, the name of the file, which its pictures lie beside in a folder of the same name.
        """
        spec, needs, files = self._text(report, lang, form)
        spec |= {"pictures": stem} if form == "markdown" else {}
        name = f"{stem or f'{report.name}.{lang}'}{'' if form == 'latex' else f'.{SUFFIXES[form]}'}"
        about = {"title": f"{report.name} in {form} ({lang})", "file": f"{report.name}.{SUFFIXES[form]}"}
        return self._artifact("write", name, spec, *needs, inputs=files, **about)

    def _text(self, report: Report, lang: str, form: str) -> tuple[dict[str, Any], list[Artifact], tuple[str, ...]]:
        if lang not in report.langs:
            raise DeclarationError(
                f"{template(report.name, lang)}: no such file; {report.name} has a text in {' and '.join(report.langs)}"
            )
        figures, tables, claims = self.figures(report, lang), self.tables(report, lang), self.claims(report)
        measurements = {name: self.measurement(item) for name, item in report.measurements.items()}
        runs = self.runs(report)
        shell = sorted((self.root / "templates" / form).glob("*.j2"))
        latex = report.latex if form == "latex" else {}
        own = prose(self.root, report.name, report.templates(lang))
        beside = [f"templates/{report.name}/references.{suffix}" for suffix in ("bib", "csl")]
        styles = sorted((self.root / "templates/csl").glob("*.csl"))
        files = [
            *own,
            *(path for path in beside if (self.root / path).is_file()),
            *pictures(self.root, report.name, own),
            *(path.relative_to(self.root).as_posix() for path in (*shell, *styles)),
            *(prose(self.root, report.name, [latex["shell"]]) if "shell" in latex else []),
            *latex.get("files", []),
        ]
        files = list(dict.fromkeys(files))
        about = {run.spec["data"]["dataset"]: run.folder for run in reversed(runs)}
        datasets = {one.dataset.name: one.dataset for one in report.experiments.values()}
        titles = {name: in_language(one.title, lang) for name, one in datasets.items()}
        from_files = [titles[name] for name, one in datasets.items() if one.archived.file]
        spec = {
            **self._shared(report, report.experiments, None),
            "lang": lang,
            "form": form,
            "template": template(report.name, lang),
            "words": languages.digest("write", lang),
            "declaration": report.title_page(lang),
            **_given(
                cover=report.covers.get(lang),
                latex=latex,
                sources=form == "html" and {name: one.sources() for name, one in report.experiments.items()},
                left_out=not self.project.sampled and report.left_out,
                own_data=self.project.sampled and from_files,
            ),
            "order": list(report.experiments),
            "dataset_titles": titles,
            "data": {name: about[name] for name in datasets},
            "measurements": {name: one.folder for name, one in measurements.items()},
            "figures": {
                name: {
                    "path": figures.path(name),
                    "width": item.options.get("width", "full"),
                    "experiments": list(report.behind(item)) if item.kind.of_runs else [],
                }
                for name, item in report.figures.items()
            },
            "tables": {name: {"path": tables.path(name)} for name in report.tables},
            "claims": {name: claims.path(f"{name}.json") for name in report.claims},
            "files": self._digests(files),
            "listings": listings(self.root, own),
        }
        return spec, [figures, tables, claims, *measurements.values(), *runs], tuple(files)

    def document(self, report: Report, lang: str) -> Artifact:
        """The PDF of a report in a language."""
        text, name, file = self.text(report, lang, "latex"), f"{report.name}.{lang}", f"{report.name}.pdf"
        return self._artifact("typeset", name, {"text": text.key}, text, title=f"{file} ({lang})", file=file)

    def archived(self, report: Report, lang: str) -> Artifact:
        """The archive of a report in a language that is handed in."""
        parts = {form: self.text(report, lang, form, report.name if form == "markdown" else "") for form in SUFFIXES}
        parts |= {"pdf": self.document(report, lang), "figures": self.figures(report, lang)}
        parts |= {"tables": self.tables(report, lang), "claims": self.claims(report)}
        runs = self.runs(report)
        spec = {
            "report": report.name,
            "lang": lang,
            "title": report.title_page(lang)["title"],
            "words": languages.digest("pack", lang),
            "parts": {name: one.folder for name, one in parts.items()},
            "runs": [run.folder for run in runs],
        }
        needs, name, file = [*parts.values(), *runs], f"{report.name}.{lang}", f"{report.name}.zip"
        return self._artifact("pack", name, spec, *needs, title=f"{file} ({lang})", file=file)

    def section(self, report: Report) -> Artifact:
        """A report's section on the page of measured results: its English tables and claims."""
        lang = report.lang("en")
        spec, needs, files = self._text(report, lang, "markdown")
        spec["page_tables"] = [name for name, item in report.tables.items() if item.kind.name in PAGE_KINDS]
        title = f"{report.name} at {self.project.scale_name}"
        return self._artifact("section", report.name, spec, *needs, title=title, inputs=files, file="section.md")

    def job(self, artifact: Artifact) -> dict[str, Any]:
        """What the step is told that makes an artifact.

        Raises:
            DataError: it is made from the user's raw folder, and that lacks it, or from weights that are not there.
        """
        beside: dict[str, Any] = {**artifact.beside, **({"file": artifact.file} if artifact.file else {})}
        if "pretrained" in artifact.spec:
            beside["weights"] = str(self.project.weights(self.project.experiment(artifact.beside["experiment"])))
        prepared = artifact.step == "prepare"
        return {
            "step": artifact.step,
            "key": artifact.key,
            "title": artifact.title,
            "spec": artifact.spec,
            "out": artifact.folder,
            "needs": [self.source(artifact)] if prepared else [one.folder for one in artifact.needs],
            "beside": beside,
        }

    # What users ask for

    def delivered(self, target: str) -> Artifact:
        """What report/NAME.pdf, report/NAME.en.md and the like are copies of.

        Raises:
            DeclarationError: no report has that name, or it is wrong.
        """
        found = REPORT_FILE.fullmatch(target)
        if not found:
            forms = ", ".join(f".{form}" for form in DELIVERED)
            near = did_you_mean(target.rpartition(".")[2], DELIVERED)
            raise DeclarationError(
                f"{target}: nothing makes this{near}; allowed are report/NAME, .zh or .en where a language is meant, "
                f"and {forms}"
            )
        stem, name, stated, form = found.groups()
        known, _, language = name.rpartition(".")
        if known in self.project.report_names:
            allowed = " and ".join(languages.LANGUAGES)
            raise DeclarationError(f"{target}: found the language {language}, allowed are {allowed}")
        report = self.project.report(name)
        lang = stated or report.lang(self.project.config.lang)
        if form == "pdf":
            return self.document(report, lang)
        if form == "zip":
            return self.archived(report, lang)
        return self.text(report, lang, "markdown", stem) if form == "md" else self.text(report, lang, form)

    def targets(self, report: Report) -> list[str]:
        """The files that a report can be asked for as, in every language and form."""
        stems = (report.name, *(f"{report.name}.{lang}" for lang in report.langs))
        return [f"report/{stem}.{form}" for stem in stems for form in DELIVERED]

    def everything(self) -> list[Artifact]:
        """All artifacts of all reports and experiments that are well declared, in every language and form.

        What cannot be derived is told to whoever asks for it.
        """
        for report in self.project.reports():
            for target in self.targets(report):
                with suppress(UserError):
                    self.delivered(target)
            with suppress(UserError):
                self.section(report)
        for name in self.project.experiment_names:
            with suppress(UserError):
                self.runs_of(name)
        return list(self._made.values())
