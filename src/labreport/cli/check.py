"""`labreport check`: every mistake of a report's declarations and templates, before anything is made."""

import argparse
from collections.abc import Iterator

from labreport.artifacts.graph import Graph
from labreport.artifacts.prose import mistakes_of
from labreport.declarations.project import Project
from labreport.errors import UserError


def check(graph: Graph, options: argparse.Namespace) -> int:
    """Print the mistakes of some reports, of all where none is named; 1 where there is one."""
    status = 0
    for name in options.reports or graph.project.report_names:
        found = list(_mistakes(graph.project, name))
        print("\n".join(found) if found else f"{name}: no mistakes")
        status = status or bool(found)
    return int(status)


def _mistakes(project: Project, name: str) -> Iterator[str]:
    try:
        report = project.report(name)
    except UserError as error:
        yield str(error)
        return
    for lang in report.langs:
        try:
            yield from mistakes_of(project, name, lang)
        except UserError as error:
            yield str(error)
