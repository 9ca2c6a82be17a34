"""The page of measured results: a section per report and scale, each written whole from results, none by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from labreport.documents.gfm import pipe_table
from labreport.documents.presentation import load
from labreport.files import read_json
from labreport.results import Results

SCALES = ("full", "lite", "demo")
OUTCOMES = {"supported": "supported", "refuted": "not supported", "undecided": "undecided"}
HEAD = """\
# Measured results

Each section below is written by `make publish`, from the runs of a report at one scale; a number typed here would be
overwritten. Published figures stand beside the measured ones; only the scale `full` is comparable with them.
"""
SECTION = re.compile(r"<!-- begin (\S+) (\S+) -->\n(.*?)<!-- end \1 \2 -->\n", re.DOTALL)


def section(spec: Mapping[str, Any]) -> str:
    """A report's results at one scale, as GitHub-flavoured Markdown without its markers.

    Args:
        spec: of a text (English), with `page_tables`, the names of the tables to show.

    Raises:
        ResultsError: a table, claim or run is missing or malformed.
    """
    title = f"{spec['declaration']['title']}: `{spec['report']}` at scale `{spec['scale']}`"
    parts = [f"## {title}", _origin(spec)]
    for name in spec["page_tables"]:
        table = load(spec["tables"][name]["path"] + ".json")
        parts += [f"### `{name}`", pipe_table(table).strip(), *(f"{note}." for note in map(_sentence, table.notes))]
    parts.append("### Claims")
    parts.append("\n".join(_claim(name, read_json(path)) for name, path in spec["claims"].items()))
    return "\n\n".join(parts) + "\n"


def with_section(page: str, report: str, scale: str, text: str) -> str:
    """The page with one section replaced or added; sections stand in the order full, lite, demo, then by report.

    Args:
        page: the page as it is; empty for a new one.
        report: the section's report.
        scale: the section's scale.
        text: the section.
    """
    sections = {(found[2], found[1]): found[3] for found in SECTION.finditer(page)}
    sections[scale, report] = text
    order = sorted(sections, key=lambda key: (_rank(key[0]), key[0], key[1]))
    marked = [
        f"<!-- begin {name} {size} -->\n{sections[size, name]}<!-- end {name} {size} -->\n" for size, name in order
    ]
    return "\n".join([HEAD, *marked])


def _rank(scale: str) -> int:
    return SCALES.index(scale) if scale in SCALES else len(SCALES)


def _origin(spec: Mapping[str, Any]) -> str:
    results = Results(spec)
    frames = [results.environment(name) for name in spec["experiments"]]
    environment = pd.concat(frames, ignore_index=True)
    dates = sorted({str(value)[:10] for value in environment["finished"]})
    commits = [
        f"`{commit[:10]}`{' with uncommitted changes' if dirty is True else ''}"
        for commit, dirty in dict.fromkeys(zip(environment["git_commit"], environment["git_dirty"], strict=True))
        if isinstance(commit, str)
    ]
    facts = {
        "Device": _listed(environment["device"]),
        "CPU threads": _listed(environment["threads"]),
        "PyTorch": _listed(environment["torch"]),
        "Python": _listed(environment["python"]),
        "Date": dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}",
        "Commit": ", ".join(commits) or "not in a repository",
        "Command": f"`snakemake --cores {max(environment['threads'])} report/{spec['report']}.pdf --config "
        f"scale={spec['scale']}`",
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(dict.fromkeys(str(value) for value in values))


def _sentence(note: str) -> str:
    return note.rstrip(".")


def _claim(name: str, claim: Mapping[str, Any]) -> str:
    reason = claim["reason"]
    return f"- `{name}`: {OUTCOMES[claim['outcome']]}. {reason['en'] if isinstance(reason, Mapping) else reason}"
