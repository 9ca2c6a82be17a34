"""Make a table: `python -m labreport.steps.tabulate --spec JSON --out PREFIX`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.errors import run_step
from labreport.files import write_text
from labreport.kinds import load_kind
from labreport.planning.records import from_argument, recorded
from labreport.results import Results
from labreport.tables.registry import KINDS
from labreport.tables.table import Table


def main(argv: Sequence[str] | None = None) -> None:
    """Write the raw numbers as `.csv` and the presentation as `.json`."""
    parser = argparse.ArgumentParser(prog="labreport.steps.tabulate", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="which table, as JSON")
    parser.add_argument("--out", required=True, help="path of the files to write, without suffix")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    outputs = [f"{arguments.out}.csv", f"{arguments.out}.json"]
    load_kind(arguments.spec["target"], KINDS)  # what is no kind has no code to look at
    with recorded("tabulate", arguments.spec, outputs, arguments.record):
        tabulate(arguments.spec, arguments.out)


def tabulate(spec: Mapping[str, Any], out: str) -> None:
    """Write a table's files.

    Args:
        spec: which table.
        out: path of the files, without suffix.
    """
    table: Table = load_kind(spec["target"], KINDS).build(Results(spec), spec["options"], spec["lang"])
    write_text(f"{out}.csv", table.to_csv())
    write_text(f"{out}.json", table.to_json())


if __name__ == "__main__":
    sys.exit(run_step(main))
