"""A report's text, checked before anything is trained for it."""

from __future__ import annotations

from pathlib import Path

from labreport.artifacts.artifact import Artifact
from labreport.artifacts.graph import Graph
from labreport.errors import TemplateError


def check_text(graph: Graph, document: Artifact) -> None:
    """Refuse a template that names what the report does not have, unless its text is there already.

    Args:
        graph: of the project.
        document: a text, or a document that is made of one.

    Raises:
        TemplateError: with the line of each mistake.
    """
    text = document.needs[0] if document.step == "typeset" else document
    if text.is_there(Path()):
        return
    # Only here, so that planning a finished project imports no jinja2.
    from labreport.documents.bibliography import FILE, load
    from labreport.documents.check import template_mistakes

    report = graph.project.report(text.spec["report"])
    path = graph.root / text.spec["template"]
    names = {
        "experiments": list(report.experiments),
        "parts": {experiment.part for experiment in report.experiments.values()},
        "datasets": {experiment.dataset.name for experiment in report.experiments.values()},
        "measurements": report.measurements,
        "figures": report.figures,
        "tables": report.tables,
        "claims": report.claims,
        "citations": load(path.with_name(FILE)),
    }
    try:
        mistakes = template_mistakes(path.read_text(encoding="utf-8"), names)
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{text.spec['template']}: cannot be read: {error}") from None
    if mistakes:
        raise TemplateError("\n".join(f"{text.spec['template']}: {mistake}" for mistake in mistakes))
