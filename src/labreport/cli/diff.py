"""`labreport diff`: what changed between two states of a report."""

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from labreport.artifacts.graph import Graph
from labreport.cli.changes import Section, changes
from labreport.cli.handed_in import DAMAGED
from labreport.cli.states import State, now, of_archive, of_commit
from labreport.declarations.project import Project
from labreport.documents.gfm import table_line
from labreport.documents.text import clean, gfm
from labreport.errors import DataError, DeclarationError, UserError
from labreport.files import write_text

ZIP = ".zip"


def diff(graph: Graph, options: argparse.Namespace) -> int:
    """Print what differs, or write it to a page; 1 where something does.

    Raises:
        UserError: a state is not there, cannot be read, or they are not of one report in one language.
    """
    with tempfile.TemporaryDirectory(prefix="labreport-") as temporary:
        before, after = _states(graph, options, Path(temporary))
        if (before.report, before.lang) != (after.report, after.lang):
            found = " and ".join(
                f"{one.called} is {one.report} in {one.lang or 'no language'}" for one in (before, after)
            )
            raise DeclarationError(f"diff: {found}; allowed are two states of one report in one language")
        try:
            sections = changes(before, after)
        except UserError:
            raise
        except DAMAGED as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise DataError(
                f"{before.called}, {after.called}: cannot be compared ({why}); verify them first"
            ) from error
    said = ", ".join(word for section in sections for word in section.said) or "nothing differs"
    summary = f"{before.report}, {before.called} -> {after.called}: {said}"
    if options.page is not None:
        write_text(options.page, "\n".join([gfm(summary), *_lines(sections, gfm), ""]))
        print(f"{clean(summary)}; written to {options.page}")
    else:
        print(clean(summary), *_lines(sections, clean), sep="\n")
    return 1 if sections else 0


def _states(graph: Graph, options: argparse.Namespace, temporary: Path) -> list[State]:
    """Both states, the earlier first. Archives come first, since they say which report it is, and of which scale."""
    words: list[str] = options.states
    if len(words) > 2:
        raise DeclarationError(f"diff: found {len(words)} states; allowed are two, or one that is compared with now")
    found: dict[int, State] = {}
    for place, word in enumerate(words):
        if word.endswith(ZIP):
            found[place] = of_archive(Path(word), temporary / str(place))
    archive = next(iter(found.values()), None)
    report = options.report or (archive.report if archive else "")
    if not report:
        names = ", ".join(graph.project.report_names)
        raise DeclarationError(f"diff: of which report? commits hold several; say --report NAME, of {names}")
    lang = archive.lang if archive else ""
    settings = {**({"scale": archive.scale} if archive else {}), **options.settings}
    for place, word in enumerate(words):
        if place not in found:
            found[place] = of_commit(word, report, lang, settings, temporary / str(place))
    return [found.get(place) or now(Graph(Project(graph.root, settings)), report, lang) for place in (0, 1)]


def _lines(sections: Iterable[Section], escaped: Callable[[str], str]) -> Iterator[str]:
    """A pipe table under a heading for each section, its columns even."""
    for section in sections:
        rows = [[escaped(cell) for cell in row] for row in (section.head, *section.rows)]
        widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
        even = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
        rule = ["-" * width for width in widths]
        yield from ("", f"### {section.title}", "", *map(table_line, (even[0], rule, *even[1:])))
