"""The page of measured results: a section per report and scale, each written whole from results, none by hand."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from labreport.documents.gfm import pipe_table
from labreport.documents.presentation import load
from labreport.documents.text import gfm
from labreport.documents.views import command
from labreport.errors import ResultsError
from labreport.files import read_json
from labreport.languages import said
from labreport.results import Results

SCALES = ("full", "cpu", "lite", "demo")
HEAD = """\
# Measured results

Each section below is written by `make publish`, from the runs of a report at one scale; a number typed here would be
overwritten. Published figures stand beside the measured ones; comparable with them are the scale `full`, and what the
scale `cpu` leaves as it was published: its tables name what it reduces.
"""
SECTION = re.compile(r"<!-- begin (\S+) (\S+) -->\n(.*?)<!-- end \1 \2 -->\n", re.DOTALL)
MARKER = re.compile(r"^<!-- (?:begin|end) \S+ \S+ -->$", re.MULTILINE)


def section(spec: Mapping[str, Any]) -> str:
    """A report's results at one scale, as GitHub-flavoured Markdown without its markers.

    Args:
        spec: of a text (English), with `page_tables`, the names of the tables to show.

    Raises:
        ResultsError: a table, claim or run is missing or malformed.
    """
    title = f"{gfm(spec['declaration']['title'])}: `{spec['report']}` at scale `{spec['scale']}`"
    parts = [f"## {title}", _origin(spec)]
    for name in spec["page_tables"]:
        table = load(spec["tables"][name]["path"] + ".json")
        parts += [f"### `{name}`", pipe_table(table).strip(), *(f"{gfm(note).rstrip('.')}." for note in table.notes)]
    if spec["claims"]:
        parts += ["### Claims", "\n".join(_claim(name, read_json(path)) for name, path in spec["claims"].items())]
    return "\n\n".join(parts) + "\n"


def section_of(page: str, report: str, scale: str) -> str:
    """What a section of the page says, without its markers; empty where it is not there."""
    return next((old[3] for old in SECTION.finditer(page) if (old[1], old[2]) == (report, scale)), "")


def with_section(page: str, report: str, scale: str, text: str) -> str:
    """The page with one section replaced or added; everything else stays as it is, to the byte.

    A new section comes before the first that follows it in the order of `SCALES`, other scales, then by report.

    Args:
        page: the page as it is; empty for a new one.
        report: the section's report.
        scale: the section's scale.
        text: the section.

    Raises:
        ResultsError: a marker on the page has no partner.
    """
    written = f"<!-- begin {report} {scale} -->\n{text}<!-- end {report} {scale} -->\n"
    if stray := MARKER.search(SECTION.sub("", page)):
        raise ResultsError(f"the page of results: {stray[0]!r} has no partner; mend or remove that line")
    found = list(SECTION.finditer(page))
    for old in found:
        if (old[1], old[2]) == (report, scale):
            return page[: old.start()] + written + page[old.end() :]
    for other in found:
        if _rank(other[1], other[2]) > _rank(report, scale):
            return page[: other.start()] + written + "\n" + page[other.start() :]
    if found:
        end = found[-1].end()
        return page[:end] + "\n" + written + page[end:]
    return (page or HEAD) + ("" if page.endswith("\n\n") else "\n") + written


def _rank(report: str, scale: str) -> tuple[int, str, str]:
    return SCALES.index(scale) if scale in SCALES else len(SCALES), scale, report


def _origin(spec: Mapping[str, Any]) -> str:
    """With what, when and from which state the runs were made, and the command that makes them again."""
    results = Results(spec)
    frames = [results.environment(name) for name in spec["experiments"]]
    environment = pd.concat(frames)
    dates = sorted({str(value)[:10] for value in environment["finished"]})
    commits = [
        f"`{commit[:10]}`{' with uncommitted changes' if dirty is True else ''}"
        for commit, dirty in dict.fromkeys(zip(environment["git_commit"], environment["git_dirty"], strict=True))
        if isinstance(commit, str)
    ]
    facts = {
        "Device": _listed(environment["device"]),
        "Precision": _listed(environment["precision"].dropna()) or "not recorded",
        "CPU threads": _listed(int(count) for count in environment["threads"].dropna()) or "not recorded",
        "PyTorch": _listed(environment["torch"]),
        "Python": _listed(environment["python"]),
        "Date": gfm(dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"),
        "Commit": ", ".join(commits) or "not in a repository",
        "Command": f"`{command(spec, spec['lang'])}`",
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def _listed(values: Iterable[Any]) -> str:
    return gfm(", ".join(dict.fromkeys(str(value) for value in values)))


def _claim(name: str, claim: Mapping[str, Any]) -> str:
    return f"- `{name}`: {said('outcomes', claim['outcome'], 'en')}. {gfm(claim['reason']['en'])}"
