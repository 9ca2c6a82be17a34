"""Typeset a report: `python -m labreport.steps.typeset --spec JSON --source FILE.tex --out FILE.pdf`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.documents.typeset import typeset
from labreport.errors import run_step
from labreport.planning.records import from_argument, recorded


def main(argv: Sequence[str] | None = None) -> None:
    """Make the PDF; what sticks out of a page is said on stderr."""
    parser = argparse.ArgumentParser(prog="labreport.steps.typeset", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="what the PDF is made from, as JSON")
    parser.add_argument("--source", required=True, type=Path, help="the .tex file; TeX's own files are put beside it")
    parser.add_argument("--out", required=True, type=Path, help="the PDF to write")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    with recorded("typeset", arguments.spec, [arguments.out], arguments.record):
        for warning in typeset(arguments.source, arguments.out):
            print(f"warning: {warning}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(run_step(main))
