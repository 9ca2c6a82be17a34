"""Put sections into the page of measured results: `page PAGE SECTION ...`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from labreport.documents.results_page import with_section
from labreport.files import write_text
from labreport.steps.step import check_whole


def files(paths: Sequence[Path]) -> None:
    """Replace the sections of some reports, each at its scale, and leave the others as they are.

    Raises:
        ResultsError: a section is damaged.
    """
    page, *sections = paths
    with FileLock(Path("results") / f"{page.name}.lock"):
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        for section in sections:
            check_whole(section.parent)
            spec = json.loads((section.parent / "spec.json").read_text(encoding="utf-8"))
            text = with_section(text, spec["report"], spec["scale"], section.read_text(encoding="utf-8"))
        write_text(page, text)
