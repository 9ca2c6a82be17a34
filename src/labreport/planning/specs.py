"""The specs of what is made from runs: figures, tables, claims, frames and texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from labreport.declarations.items import Item
from labreport.declarations.reports import ReportDeclaration
from labreport.declarations.schema import Lang, in_language
from labreport.kinds import GATHER_READS, TEXT_READS
from labreport.planning.code import code_digest
from labreport.planning.plan import Kept, Plan, Run
from labreport.planning.records import roots
from labreport.planning.templates import listings, prose, template

# The kinds of tables that the page of measured results shows.
PAGE_KINDS = tuple(f"labreport.tables.{kind}" for kind in ("results", "ablation", "group_accuracy", "lstm_cost"))

# A report as users ask for it: its name, its language where that is said, and its form.
REPORT_FILE = re.compile(r"report/([^/]+?)(?:\.(zh|en))?\.(pdf|md)")


def item_spec(plan: Plan, report: ReportDeclaration, item: Item, step: str, lang: Lang | None) -> dict[str, Any]:
    """The spec of a figure, table or claim: only what it shows, so that a change elsewhere does not touch it.

    Args:
        plan: the project's plan.
        report: the report that declares it.
        item: the figure, table or claim.
        step: draw, tabulate or judge.
        lang: the language of its words; None for a claim, which is judged in both.
    """
    reads = item.kind.reads_for(item.options)
    sources = _sources(plan, report, experiments_read(item), item.measurements, item.datasets)
    if not reads:  # what was published of an experiment is the same whatever its settings and runs are
        shown = {name: _experiment(plan, name) | {"settings": {}, "runs": []} for name in item.experiments}
        sources["experiments"] = shown
    if step != "draw" or "metrics.csv" not in reads:  # published curves are drawn beside measured ones, and only there
        sources = _without_curves(sources)
    return {
        "name": item.name,
        "report": report.name,
        **({} if lang is None else {"lang": lang}),
        "scale": plan.declarations.scale_name,
        "target": item.kind.target,
        "options": item.options,
        "reads": reads,
        "code": code_digest(_item_roots(item, step)),
        **sources,
    }


def experiments_read(item: Item) -> list[str]:
    """The experiments whose runs a figure, table or claim is made from: none where it shows only what was published."""
    return item.experiments if item.kind.reads_for(item.options) else []


def take_digests(plan: Plan) -> None:
    """Take every digest of code that any spec of the project needs."""
    for report in plan.declarations.reports.values():
        for step, items in (("draw", report.figures), ("tabulate", report.tables), ("judge", report.claims)):
            for item in items.values():
                code_digest(_item_roots(item, step))
    for step in ("gather", "write", "typeset", "publish"):
        code_digest([f"labreport.steps.{step}"])


def _item_roots(item: Item, step: str) -> list[str]:
    return roots(step, {"target": item.kind.target, "options": item.options})


def gather_spec(plan: Plan, report: ReportDeclaration) -> dict[str, Any]:
    """The spec of a report's frames: all of its runs."""
    return {
        "name": "gather",
        "report": report.name,
        "scale": plan.declarations.scale_name,
        "options": {"experiments": report.experiments},
        "reads": GATHER_READS,
        "code": code_digest(["labreport.steps.gather"]),
        **_without_curves(_sources(plan, report, report.experiments, [])),
    }


def text_spec(
    plan: Plan, report: ReportDeclaration, lang: Lang, form: str = "markdown", pictures: str | None = None
) -> dict[str, Any]:
    """The spec of a report's text.

    Args:
        plan: the project's plan.
        report: the report.
        lang: the language of its words.
        form: markdown or latex.
        pictures: of Markdown, the folder beside it that holds its pictures, and no other text's.
    """
    declared = report.report
    parts = {
        "title": in_language(declared.title, lang),
        "subtitle": in_language(declared.subtitle, lang),
        "authors": [in_language(author, lang) for author in declared.authors],
        "affiliation": in_language(declared.affiliation, lang),
        "course": in_language(declared.course, lang),
    }
    return {
        "report": report.name,
        "lang": lang,
        "scale": plan.declarations.scale_name,
        "template": template(report.name, lang),
        "declaration": parts,
        "order": report.experiments,
        "figures": {
            name: {
                "path": figure_prefix(report.name, lang, name),
                "width": item.options.get("width", "full"),
                "experiments": item.experiments,
            }
            for name, item in report.figures.items()
        },
        "tables": {name: {"path": table_prefix(report.name, lang, name)} for name in report.tables},
        "claims": {name: claim_file(report.name, name) for name in report.claims},
        **({} if pictures is None else {"pictures": pictures}),
        "dataset_titles": {
            name: in_language(plan.declarations.datasets[name].title, lang) for name in _datasets(plan, report)
        },
        "listings": listings(plan.root, prose(plan.root, report.name, lang)),
        "reads": TEXT_READS,
        "files": _text_files(plan, report, lang, form),
        "code": code_digest(["labreport.steps.write"]),
        **_without_curves(_sources(plan, report, report.experiments, report.measurements)),
    }


def pdf_spec(files: Iterable[str]) -> dict[str, Any]:
    """The spec of a PDF: the LaTeX, which comes first, and the pictures beside it."""
    return {"files": list(files), "code": code_digest(["labreport.steps.typeset"])}


def latex_file(report: str, lang: str) -> str:
    """The LaTeX of a report; TeX's own files come to lie beside it."""
    return f"results/typeset/{report}.{lang}/{report}.tex"


def page_spec(plan: Plan, report: ReportDeclaration) -> dict[str, Any]:
    """The spec of a report's section on the page of measured results: its English text's, and which tables to show."""
    shown = [name for name, item in report.tables.items() if item.kind.target in PAGE_KINDS]
    code = code_digest(["labreport.steps.publish"])
    return {**text_spec(plan, report, "en"), "page_tables": shown, "code": code}


def figure_prefix(report: str, lang: str, name: str) -> str:
    """A figure's files without their suffix."""
    return f"results/figures/{report}/{lang}/{name}"


def table_prefix(report: str, lang: str, name: str) -> str:
    """A table's files without their suffix."""
    return f"results/tables/{report}/{lang}/{name}"


def claim_file(report: str, name: str) -> str:
    """A claim's outcome."""
    return f"results/claims/{report}/{name}.json"


def sources_of(plan: Plan, report: ReportDeclaration, item: Item) -> list[str]:
    """The files that a figure, table or claim is made from, as a rule's input."""
    kept = plan.report_measurements(report)
    files = run_sources(plan, experiments_read(item))
    files += [kept[name].file(kept[name].last) for name in item.measurements]
    files += [data.file(data.last) for data in _data(plan, report, item.datasets).values()]
    files += [path for name in item.experiments if (path := plan.declarations.experiments[name].published.curve)]
    return files


def run_sources(plan: Plan, experiments: Iterable[str]) -> list[str]:
    """The file that stands for each run of some experiments."""
    return [plan.run_file(run) for run in plan.report_runs(experiments)]


def text_sources(plan: Plan, report: ReportDeclaration, lang: Lang, form: str) -> list[str]:
    """The files that a report's text is made from, as a rule's input."""
    kept = plan.report_measurements(report)
    return [
        *_text_files(plan, report, lang, form),
        *run_sources(plan, report.experiments),
        *dict.fromkeys(run.data.file(run.data.last) for run in plan.report_runs(report.experiments)),
        *(measurement.file(measurement.last) for measurement in kept.values()),
    ]


def _text_files(plan: Plan, report: ReportDeclaration, lang: Lang, form: str) -> list[str]:
    """The files that a report's text is made from, without those of runs, measurements and data."""
    shell = sorted(path for path in (plan.root / "templates").glob("*/*.j2") if path.parent.name == form)
    bibliography = f"templates/{report.name}/references.bib"
    suffixes = (".pdf",) if form == "latex" else (".svg", ".txt")
    return [
        *prose(plan.root, report.name, lang),
        *([bibliography] if (plan.root / bibliography).is_file() else []),
        *(str(path.relative_to(plan.root)) for path in shell),
        f"results/reports/{report.name}/runs.csv",
        *(figure_prefix(report.name, lang, name) + suffix for name in report.figures for suffix in suffixes),
        *(table_prefix(report.name, lang, name) + ".json" for name in report.tables),
        *(claim_file(report.name, name) for name in report.claims),
    ]


def _sources(
    plan: Plan,
    report: ReportDeclaration,
    experiments: Iterable[str],
    measurements: Iterable[str],
    datasets: Iterable[str] = (),
) -> dict[str, Any]:
    names = list(experiments)
    kept = plan.report_measurements(report)
    data = {**_prepared(plan, names), **_data(plan, report, datasets)}
    return {
        "source": plan.declarations.scale.source,
        "experiments": {name: _experiment(plan, name) for name in names},
        "data": {name: one.folder for name, one in data.items()},
        "measurements": {name: kept[name].folder for name in measurements},
    }


def _without_curves(sources: dict[str, Any]) -> dict[str, Any]:
    """Sources without the published curves, which only curves are drawn beside."""
    return sources | {"experiments": {name: one | {"curve": None} for name, one in sources["experiments"].items()}}


def _datasets(plan: Plan, report: ReportDeclaration) -> list[str]:
    """The data sets of a report's experiments, each once, in their order."""
    return list(dict.fromkeys(plan.declarations.experiments[name].dataset.name for name in report.experiments))


def _data(plan: Plan, report: ReportDeclaration, datasets: Iterable[str]) -> dict[str, Kept]:
    """Data sets that an item names, as the report's experiments use them."""
    users = {name: plan.declarations.experiments[name].dataset.name for name in report.experiments}
    named = set(datasets)
    return _prepared(plan, [name for name, used in users.items() if used in named])


def _prepared(plan: Plan, experiments: Iterable[str]) -> dict[str, Kept]:
    """Data set -> its prepared form, of which no report has two."""
    return {run.data.name: run.data for run in plan.report_runs(experiments)}


def _experiment(plan: Plan, name: str) -> dict[str, Any]:
    experiment = plan.declarations.experiments[name]
    published = experiment.published.model_dump(exclude_none=True, exclude={"curve"})
    return {
        "part": experiment.part,
        "dataset": experiment.dataset.name,
        "base": experiment.dataset.root,
        "settings": experiment.settings.model_dump(),
        "published": published,
        "as_published": experiment.as_published,
        "curve": experiment.published.curve,
        "runs": [_run(run) for run in plan.runs[name]],
    }


def _run(run: Run) -> dict[str, Any]:
    return {"seed": run.seed, "key": run.key, "path": run.folder, "outcome": run.outcome}
