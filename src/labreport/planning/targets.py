"""What is asked for on the command line, checked before Snakemake begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from labreport.errors import TemplateError
from labreport.planning.specs import REPORT_FILE
from labreport.planning.templates import template

if TYPE_CHECKING:
    from labreport.declarations.reports import ReportDeclaration
    from labreport.planning.plan import Plan

TRAIN_ALL = "train_all"


def check_targets(plan: Plan, targets: Iterable[object]) -> None:
    """Refuse what cannot be made before Snakemake begins, and says it in its own words.

    Args:
        plan: the project's plan.
        targets: what stands on the command line; without a report among it, everything is meant.

    Raises:
        DeclarationError: a target report/NAME... whose report is not declared.
        DataError: the raw folder holds no data that one of the reports needs.
        TemplateError: the text of a report cannot be written, and something is still to be trained for it, or what is
            there would be replaced.
    """
    words = [str(target) for target in targets]
    lang = plan.declarations.config.lang
    texts: dict[tuple[str, str], list[str]] = {}
    for word in words:
        if found := REPORT_FILE.fullmatch(word):
            texts.setdefault((found[1], found[2] or lang), []).append(word)
    experiments = {experiment: None for name, _ in texts for experiment in plan.report(name).experiments}
    runs = plan.report_runs(experiments or plan.runs)
    for data in {run.data.folder: run.data for run in runs if not run.is_there(plan.root)}.values():
        if not data.is_there(plan.root):
            plan.raw_source(data.name)
    if not texts and TRAIN_ALL not in words:
        texts = {(name, lang): [f"report/{name}.pdf", f"report/{name}.md"] for name in plan.declarations.reports}
    for (name, text_lang), made in texts.items():
        _check_text(plan, plan.report(name), text_lang, made)


def _check_text(plan: Plan, report: ReportDeclaration, lang: str, made: Iterable[str]) -> None:
    path = template(report.name, lang)
    try:
        text = (plan.root / path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TemplateError(
            f"{path}: no such file; write the report's text there, as docs/architecture.md tells"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: cannot be read: {error}") from None
    trained = not plan.unfinished(plan.report_runs(report.experiments))
    if trained and not any(_is_newer(plan.root / path, plan.root / target) for target in made):
        return
    # Only here, so that planning a finished project imports no jinja2.
    from labreport.documents.bibliography import FILE, load
    from labreport.documents.check import template_mistakes

    names = _names(plan, report, load((plan.root / path).with_name(FILE)))
    mistakes = template_mistakes(text, names)
    if mistakes:
        raise TemplateError("\n".join(f"{path}: {mistake}" for mistake in mistakes))


def _is_newer(source: Path, made: Path) -> bool:
    """Whether a text was edited after its report was made, which Snakemake deletes before it makes it anew."""
    return not made.is_file() or source.stat().st_mtime > made.stat().st_mtime


def _names(plan: Plan, report: ReportDeclaration, citations: Collection[str]) -> Mapping[str, Collection[str]]:
    """What a report's template may name, by group."""
    experiments = [plan.declarations.experiments[name] for name in report.experiments]
    return {
        "experiments": report.experiments,
        "parts": {experiment.part for experiment in experiments},
        "datasets": {experiment.dataset.name for experiment in experiments},
        "measurements": report.measurements,
        "figures": report.figures,
        "tables": report.tables,
        "claims": report.claims,
        "citations": citations,
    }
