"""Write a report: `python -m labreport.steps.write --spec JSON --format markdown|latex --out FILE`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.documents.document import render
from labreport.documents.latex import FIGURE_FOLDER
from labreport.documents.provenance import provenance
from labreport.documents.wording import FORMATS
from labreport.errors import ResultsError, run_step
from labreport.files import atomic_path, write_text
from labreport.results import Results


def main(argv: Sequence[str] | None = None) -> None:
    """Write the document, and beside it the pictures that it shows."""
    parser = argparse.ArgumentParser(prog="labreport.steps.write", description=__doc__)
    parser.add_argument("--spec", required=True, type=json.loads, help="what to write, as JSON")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, type=Path, help="the .md or .tex file to write")
    arguments = parser.parse_args(argv)
    spec, form, out = arguments.spec, arguments.format, arguments.out
    measured = Results({"name": spec["report"], **spec}).finished
    text = render(Path(spec["template"]), form, spec["lang"], spec, provenance(measured=measured))
    folder = out.parent / (FIGURE_FOLDER if form == "latex" else f"{spec['report']}/{spec['lang']}")
    suffix = ".pdf" if form == "latex" else ".svg"
    for name, entry in (spec.get("figures") or {}).items():
        copy_picture(Path(entry["path"] + suffix), folder / (name + suffix))
    write_text(out, text)


def copy_picture(source: Path, destination: Path) -> None:
    """Copy a picture, atomically.

    Raises:
        ResultsError: it is not there.
    """
    if not source.is_file():
        raise ResultsError(f"{source}: no such file; build the report again to draw this figure")
    with atomic_path(destination) as temporary:
        shutil.copyfile(source, temporary)


if __name__ == "__main__":
    sys.exit(run_step(main))
