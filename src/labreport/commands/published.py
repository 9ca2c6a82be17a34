"""The sections of the page of measured results, compared with what they were made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.commands.comparing import file_differences
from labreport.commands.derive import with_derived
from labreport.documents.results_page import section, with_section
from labreport.errors import ResultsError
from labreport.files import write_text
from labreport.planning import records
from labreport.steps.publish import section_facts, sections


def section_faults(root: Path, record: Mapping[str, Any], derived: Path) -> Iterator[str]:
    """Where a section is not what its record and its runs say.

    It is written again where the report's tables and claims are still those that it was made from; where they are of
    another scale by now, its digest tells whether it was changed. One that was taken off the page is not missed.

    Args:
        root: the project's folder, which is the current one.
        record: what the section was made from.
        derived: the folder that holds what was derived of the report.
    """
    spec = record["spec"]
    for name in record["outputs"]:
        place = f"{name}, {spec.get('report')} at {spec.get('scale')}"
        try:
            page = (root / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        found = sections(page).get((str(spec.get("report")), str(spec.get("scale"))))
        if found is None:
            continue
        try:
            expected = _written(root, record, derived)
        except (ResultsError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
            yield f"{place}: cannot be derived: {' '.join(str(error).split())}; publish it again"
            expected = None
        differing = [] if expected is None else _differences(found, expected, derived)
        yield from (f"{place}: {difference}" for difference in differing)
        if not differing and section_facts(found) != record.get("facts"):
            yield f"{place}: was changed since it was made"


def _written(root: Path, record: Mapping[str, Any], derived: Path) -> str | None:
    """The section as it would be written; None where its tables or claims are others by now."""
    spec = record["spec"]
    used = [*(f"{spec['tables'][name]['path']}.json" for name in spec["page_tables"]), *spec["claims"].values()]
    if any(records.digest(root, records.Input(path)) != record["inputs"].get(path) for path in used):
        return None
    report, scale = spec["report"], spec["scale"]
    return sections(with_section("", report, scale, section(with_derived(derived, spec))))[report, scale]


def _differences(found: str, expected: str, folder: Path) -> list[str]:
    paths = folder / "section-found.md", folder / "section-expected.md"
    for path, text in zip(paths, (found, expected), strict=True):
        write_text(path, text)
    return file_differences(*paths)
