"""Write a report's results into the page of measured results: `python -m labreport.steps.publish`."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from labreport.documents.results_page import SECTION, section, with_section
from labreport.errors import run_step
from labreport.files import write_text
from labreport.planning.records import from_argument, recorded


def main(argv: Sequence[str] | None = None) -> None:
    """Replace the section of one report and scale, and leave the others as they are."""
    parser = argparse.ArgumentParser(prog="labreport.steps.publish", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="the report's text in English, as JSON")
    parser.add_argument("--page", required=True, type=Path, help="the Markdown file")
    parser.add_argument(
        "--records", type=Path, help="the folder that keeps what REPORT at SCALE was made from, as REPORT.SCALE.json"
    )
    arguments = parser.parse_args(argv)
    spec, page = arguments.spec, arguments.page
    record = arguments.records and arguments.records / f"{spec['report']}.{spec['scale']}.json"
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    # Before the record of the section that is there goes: it protects that section's runs while this fails.
    after = with_section(before, spec["report"], spec["scale"], section(spec))
    keeps: AbstractContextManager[dict[str, Any]] = (
        recorded("publish", spec, [page], record) if record else nullcontext({})
    )
    with keeps as facts:
        write_text(page, after)
        facts |= section_facts(sections(after)[spec["report"], spec["scale"]])


def sections(page: str) -> dict[tuple[str, str], str]:
    """(report, scale) -> the section, markers and all, of the page of measured results."""
    return {(found[1], found[2]): found[0] for found in SECTION.finditer(page)}


def section_facts(written: str) -> Mapping[str, Any]:
    """What a record says of a section: its first line, which finds it on the page, and its digest."""
    return {"begin": written.splitlines()[0], "section": hashlib.sha256(written.encode()).hexdigest()}


if __name__ == "__main__":
    sys.exit(run_step(main))
