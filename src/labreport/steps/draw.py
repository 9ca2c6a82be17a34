"""Draw a figure: `python -m labreport.steps.draw --spec JSON --out PREFIX`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from labreport.errors import run_step
from labreport.figures.picture import METADATA, FigureKind, pictures
from labreport.figures.registry import KINDS
from labreport.files import atomic_path, write_text
from labreport.kinds import load_kind
from labreport.planning.records import from_argument, recorded
from labreport.results import TEXT_COLUMNS, Results


def main(argv: Sequence[str] | None = None) -> None:
    """Write what is drawn as `.csv`, read it back, draw it as `.pdf`, `.svg` and `.png`; `.txt` says it in words."""
    parser = argparse.ArgumentParser(prog="labreport.steps.draw", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="what to draw, as JSON")
    parser.add_argument("--out", required=True, help="path of the files to write, without suffix")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    outputs = [f"{arguments.out}.{suffix}" for suffix in ("csv", "txt", *METADATA)]
    load_kind(arguments.spec["target"], KINDS)  # what is no kind has no code to look at
    with recorded("draw", arguments.spec, outputs, arguments.record):
        draw(arguments.spec, arguments.out)


def draw(spec: Mapping[str, Any], out: str) -> None:
    """Write a figure's files.

    Args:
        spec: what to draw.
        out: path of the files, without suffix.
    """
    frame = tell(spec, out)
    kind: FigureKind = load_kind(spec["target"], KINDS)
    for form, content in pictures(kind, frame, spec["options"], spec["lang"]).items():
        with atomic_path(f"{out}.{form}") as temporary:
            temporary.write_bytes(content)


def tell(spec: Mapping[str, Any], out: str) -> pd.DataFrame:
    """Write what a figure shows as numbers and in words, without drawing it.

    Args:
        spec: what to draw.
        out: path of the files, without suffix.

    Returns:
        What is drawn.
    """
    kind: FigureKind = load_kind(spec["target"], KINDS)
    write_text(f"{out}.csv", kind.collect(Results(spec), spec["options"]).to_csv(index=False))
    frame = read_back(Path(f"{out}.csv"))
    write_text(f"{out}.txt", kind.describe(frame, spec["options"], spec["lang"]) + "\n")
    return frame


def read_back(path: Path) -> pd.DataFrame:
    """The frame in a CSV file as it was written: names stay text."""
    return pd.read_csv(
        path,
        dtype=dict.fromkeys((*TEXT_COLUMNS, "experiment", "node", "label"), "str"),
        keep_default_na=False,
        na_values=[""],
    )


if __name__ == "__main__":
    sys.exit(run_step(main))
