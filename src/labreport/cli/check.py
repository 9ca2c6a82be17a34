"""`labreport check`: every mistake of reports' declarations and templates, and of a scale, before anything is made."""

import argparse
from collections.abc import Iterator

from labreport.artifacts.graph import Graph
from labreport.artifacts.prose import mistakes_of
from labreport.declarations.project import Project
from labreport.errors import UserError, outcome


def check(graph: Graph, options: argparse.Namespace) -> int:
    """Print the mistakes of some reports, or of all and of what the scale is for; 1 where there is one."""
    trains = None if options.reports else outcome(graph.project.trained_names)
    status = int(isinstance(trains, UserError))
    if status:
        print(trains)
    for name in options.reports or graph.project.report_names:
        found = list(_mistakes(graph.project, name))
        print("\n".join(found) if found else f"{name}: no mistakes")
        status = int(status or bool(found))
    return status


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
