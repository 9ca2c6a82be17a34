"""Write a report's results into the page of measured results: `python -m labreport.steps.publish`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.documents.results_page import section, with_section
from labreport.errors import run_step
from labreport.files import write_text
from labreport.planning.records import from_argument


def main(argv: Sequence[str] | None = None) -> None:
    """Replace the section of one report and scale, and leave the others as they are."""
    parser = argparse.ArgumentParser(prog="labreport.steps.publish", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="the report's text in English, as JSON")
    parser.add_argument("--page", required=True, type=Path, help="the Markdown file")
    arguments = parser.parse_args(argv)
    spec, page = arguments.spec, arguments.page
    before = page.read_text(encoding="utf-8") if page.is_file() else ""
    write_text(page, with_section(before, spec["report"], spec["scale"], section(spec)))


if __name__ == "__main__":
    sys.exit(run_step(main))
