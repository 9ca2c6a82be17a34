"""`make bench`: prints what it measures and counts as Markdown tables and keeps them on a page; asserts nothing.

python -m benchmarks.run                  all
python -m benchmarks.run --only startup   or pipeline, planning, training, images, profile, counts

`startup` makes a report first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import counts, images, planning, profile, training, workflow
from benchmarks.comparison import table
from benchmarks.page import heading, keep
from benchmarks.processes import CommandFailedError, alone
from benchmarks.project import copy

PAGE = """\
# Speed

Ratios taken in one run, shares and counts. Each section is written by `make bench`, over whatever was typed there.
Absolute times are those of the machine that a section names.
"""
OWN_PROCESS = {
    "planning": planning.section,
    "training": training.section,
    "images": images.section,
    "profile": profile.section,
    "counts": counts.section,
}
NAMES = ("pipeline", "startup", *OWN_PROCESS)


def measured(names: list[str]) -> Iterator[tuple[str, str]]:
    """Name and table of each benchmark, when it is over."""
    if set(names) - set(OWN_PROCESS):
        with tempfile.TemporaryDirectory(prefix="labreport-bench-") as temporary:
            folder = Path(temporary)
            found = workflow.first(copy(folder / "project"))
            if "pipeline" in names:
                yield "pipeline", table(found + workflow.every(copy(folder / "all")))
            if "startup" in names:
                (folder / "trivial").mkdir()
                yield "startup", table(workflow.again(folder / "project", folder / "trivial"))
    for name, section in OWN_PROCESS.items():
        if name in names:
            yield name, alone(section)


def main(argv: list[str] | None = None) -> int:
    """Print the tables asked for, by default all of them, and keep them on a page if one is named."""
    parser = argparse.ArgumentParser(description="Speed, as ratios measured in one run.")
    parser.add_argument("--only", choices=NAMES, action="append", help="what to measure; can be repeated")
    parser.add_argument("--page", type=Path, help="a Markdown page whose sections of that name are replaced")
    arguments = parser.parse_args(argv)
    head = heading()
    print(head, flush=True)
    try:
        for name, text in measured(arguments.only or list(NAMES)):
            print(f"\n{text.strip()}", flush=True)
            if arguments.page is not None:
                keep(arguments.page, name, f"{head}\n\n{text}", PAGE)
    except CommandFailedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
