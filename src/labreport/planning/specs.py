"""The specs of what is made from runs: figures, tables, claims, frames and texts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from labreport.declarations.items import Item
from labreport.declarations.reports import ReportDeclaration
from labreport.declarations.schema import Lang, in_language
from labreport.planning.code import SOURCES, code_digest
from labreport.planning.keys import module_of
from labreport.planning.plan import Kept, Plan, Run

# The folders of templates/ that every report shares.
SHELLS = ("latex", "markdown")
# The kinds of tables that the page of measured results shows.
PAGE_KINDS = tuple(f"labreport.tables.{kind}" for kind in ("results", "ablation", "group_accuracy", "lstm_cost"))
# What a template prints of this project's own code: `source("labreport.models.cnn:CNN4")`.
LISTING = re.compile(r"""\bsource\(\s*["']([\w.]+):""")


def item_spec(plan: Plan, report: ReportDeclaration, item: Item, step: str, lang: Lang | None) -> dict[str, Any]:
    """The spec of a figure, table or claim: only what it shows, so that a change elsewhere does not touch it.

    Args:
        plan: the project's plan.
        report: the report that declares it.
        item: the figure, table or claim.
        step: draw, tabulate or judge.
        lang: the language of its words; None for a claim, which is judged in both.
    """
    return {
        "name": item.name,
        "report": report.name,
        **({} if lang is None else {"lang": lang}),
        "scale": plan.declarations.scale_name,
        "target": item.kind.target,
        "options": item.options,
        "code": code_digest(_item_roots(item, step)),
        **_sources(plan, report, item.experiments, item.measurements, item.datasets),
    }


def take_digests(plan: Plan) -> None:
    """Take every digest of code that any spec of the project needs."""
    for report in plan.declarations.reports.values():
        for step, items in (("draw", report.figures), ("tabulate", report.tables), ("judge", report.claims)):
            for item in items.values():
                code_digest(_item_roots(item, step))
    for step in ("gather", "write", "typeset"):
        code_digest([f"labreport.steps.{step}"])


def _item_roots(item: Item, step: str) -> list[str]:
    return [f"labreport.steps.{step}", item.kind.target, *_option_targets(item.options)]


def _option_targets(options: Mapping[str, Any]) -> Iterator[str]:
    """Modules of all models that options name, however deep."""
    for key, value in options.items():
        if key == "target":
            yield module_of(str(value))
        elif isinstance(value, Mapping):
            yield from _option_targets(value)


def gather_spec(plan: Plan, report: ReportDeclaration) -> dict[str, Any]:
    """The spec of a report's frames: all of its runs."""
    return {
        "name": "gather",
        "report": report.name,
        "lang": plan.declarations.config.lang,
        "scale": plan.declarations.scale_name,
        "options": {"experiments": report.experiments},
        "code": code_digest(["labreport.steps.gather"]),
        **_sources(plan, report, report.experiments, []),
    }


def text_spec(plan: Plan, report: ReportDeclaration, lang: Lang) -> dict[str, Any]:
    """The spec of a report's text in one language."""
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
            name: {"path": figure_prefix(report.name, lang, name), "width": item.options.get("width", "full")}
            for name, item in report.figures.items()
        },
        "tables": {name: {"path": table_prefix(report.name, lang, name)} for name in report.tables},
        "claims": {name: claim_file(report.name, name) for name in report.claims},
        "dataset_titles": {
            name: in_language(plan.declarations.datasets[name].title, lang) for name in _datasets(plan, report)
        },
        "listings": _listings(plan, report, lang),
        "code": code_digest(["labreport.steps.write"]),
        **_sources(plan, report, report.experiments, report.measurements),
    }


def _listings(plan: Plan, report: ReportDeclaration, lang: Lang) -> dict[str, str]:
    """Module -> digest of its file, for each that the text shows a piece of: it shows comments and line numbers too."""
    path = plan.root / template(report.name, lang)
    modules = LISTING.findall(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else []
    files = {module: SOURCES.joinpath(*module.split(".")).with_suffix(".py") for module in modules}
    return {
        module: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for module, file in files.items() if file.is_file()
    }


def page_spec(plan: Plan, report: ReportDeclaration) -> dict[str, Any]:
    """The spec of a report's section on the page of measured results: its English text's, and which tables to show."""
    shown = [name for name, item in report.tables.items() if item.kind.target in PAGE_KINDS]
    return {**text_spec(plan, report, "en"), "page_tables": shown}


def template(report: str, lang: str) -> str:
    """The prose of a report in a language."""
    return f"templates/{report}/{lang}.md.j2"


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
    files = run_sources(plan, item.experiments)
    files += [kept[name].file(kept[name].last) for name in item.measurements]
    files += [data.file(data.last) for data in _data(plan, report, item.datasets).values()]
    files += [path for name in item.experiments if (path := plan.declarations.experiments[name].published.curve)]
    return files


def run_sources(plan: Plan, experiments: Iterable[str]) -> list[str]:
    """The last file of each run of some experiments: runs are put in place whole, so it stands for all of them."""
    return [run.file(run.last) for run in plan.report_runs(experiments)]


def text_sources(plan: Plan, report: ReportDeclaration, lang: Lang, suffixes: Iterable[str]) -> list[str]:
    """The files that a report's text is made from; of a figure, those with `suffixes`."""
    shell = sorted(path for path in (plan.root / "templates").glob("*/*.j2") if path.parent.name in SHELLS)
    bibliography = f"templates/{report.name}/references.bib"
    kept = plan.report_measurements(report)
    return [
        template(report.name, lang),
        *([bibliography] if (plan.root / bibliography).is_file() else []),
        *(str(path.relative_to(plan.root)) for path in shell),
        *run_sources(plan, report.experiments),
        f"results/reports/{report.name}/runs.csv",
        *dict.fromkeys(run.data.file(run.data.last) for run in plan.report_runs(report.experiments)),
        *(measurement.file(measurement.last) for measurement in kept.values()),
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
    return {"seed": run.seed, "key": run.key, "path": run.folder}
