"""Write a report: `python -m labreport.steps.write --spec JSON --format markdown|latex --out FILE`."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labreport.documents.document import render
from labreport.documents.latex import FIGURE_FOLDER
from labreport.documents.provenance import Provenance, provenance
from labreport.documents.wording import FORMATS
from labreport.errors import ResultsError, run_step
from labreport.files import atomic_path, write_text
from labreport.planning.records import from_argument, recorded
from labreport.results import Results


def main(argv: Sequence[str] | None = None) -> None:
    """Write the document, and beside it the pictures that it shows."""
    parser = argparse.ArgumentParser(prog="labreport.steps.write", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="what to write, as JSON")
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, type=Path, help="the .md or .tex file to write")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    spec, form, out = arguments.spec, arguments.format, arguments.out
    outputs = [out, *pictures(spec, form, out)]
    with recorded("write", spec, outputs, arguments.record) as facts:
        measured = Results({"name": spec["report"], **spec}).finished
        written_from = provenance(measured=measured)
        write(spec, form, out, written_from)
        facts |= asdict(written_from)


def write(spec: Mapping[str, Any], form: str, out: Path, written_from: Provenance) -> None:
    """Write a text and its pictures.

    Args:
        spec: what to write.
        form: markdown or latex.
        out: the file to write.
        written_from: what its foot states.
    """
    text = render(Path(spec["template"]), form, spec["lang"], spec, written_from)
    for destination, source in pictures(spec, form, out).items():
        copy_picture(source, destination)
    write_text(out, text)


def pictures(spec: Mapping[str, Any], form: str, out: Path) -> dict[Path, Path]:
    """The pictures that a text keeps beside itself -> the figures that they are copies of."""
    folder = out.parent / (FIGURE_FOLDER if form == "latex" else spec["pictures"])
    suffix = ".pdf" if form == "latex" else ".svg"
    return {folder / (name + suffix): Path(entry["path"] + suffix) for name, entry in spec["figures"].items()}


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
