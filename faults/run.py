"""`make faults`: injects faults of every kind, prints one table of what became of them, and keeps it on a page.

python -m faults.run                        every kind, at full count
python -m faults.run --count small          as the tests do
python -m faults.run --only kills.steps     one kind; repeatable
python -m faults.run --jobs 2               the kinds shared out among two processes
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.page import heading, keep, markdown
from faults.fault import Fault, Injection

HEAD = ("kind", "tried", "survived", "lost", "executed")
PAGE = "# Reliability\n"


class Kind(NamedTuple):
    """A kind of fault: its function, "module:function" (see `faults.fault.Injection`), and how many are injected."""

    target: str
    full: int
    small: int

    def load(self) -> Injection:
        """The function."""
        module, _, name = self.target.partition(":")
        injection: Injection = getattr(import_module(f"faults.{module}"), name)
        return injection


KINDS: Mapping[str, Kind] = {
    "kills.steps": Kind("kills:steps", 200, 6),
    "kills.workflows": Kind("kills:workflows", 10, 1),
    "twice.steps": Kind("twice:steps", 40, 4),
    "twice.workflows": Kind("twice:workflows", 5, 1),
    "twice.results": Kind("twice:results", 60, 20),
    "disks.full": Kind("disks:full", 110, 11),
    "disks.read_only": Kind("disks:read_only", 55, 11),
    "disks.operations": Kind("disks:operations", 220, 22),
    "cuts.checkpoints": Kind("cuts:checkpoints", 60, 3),
    "cuts.made": Kind("cuts:made", 200, 10),
    "cuts.kept": Kind("cuts:kept", 60, 6),
    "finished.lies": Kind("finished:lies", 60, 7),
    "finished.restarts": Kind("finished:restarts", 21, 2),
    "downloads": Kind("downloads:run", 100, 10),
    "archives": Kind("archives:run", 100, 10),
    "pickles": Kind("pickles:run", 200, 7),
    "texts": Kind("texts:run", 120, 10),
    "reports": Kind("reports:run", 80, 8),
    "handed_in": Kind("handed_in:run", 76, 8),
    "edits": Kind("edits:run", 80, 8),
    "mutations": Kind("mutations:run", 2000, 50),
}


def inject(name: str, count: str, seed: int) -> Fault:
    """All faults of one kind, in a folder that is deleted afterwards; what did not survive is told."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    kind = KINDS[name]
    with tempfile.TemporaryDirectory(prefix="labreport-faults-") as folder:
        try:
            found = kind.load()(getattr(kind, count), Path(folder), Random(f"{name} {seed}"))
        except Exception:  # the other kinds, half an hour of work, are told all the same
            found = Fault(name, 1, 0, 0, 0, (traceback.format_exc(),))
    for note in found.notes:
        print(f"{name}: {note}", file=sys.stderr, flush=True)
    return found


def injected(names: Sequence[str], count: str, seed: int, jobs: int) -> Iterator[Fault]:
    """The rows of some kinds, which as many processes share as there are jobs."""
    one = partial(inject, count=count, seed=seed)
    if jobs == 1:
        yield from map(one, names)
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            yield from pool.map(one, names)


def main(argv: list[str] | None = None) -> int:
    """Inject what is asked for, by default everything, and print the table.

    Returns:
        int, the exit status: 1 if anything did not survive.
    """
    parser = argparse.ArgumentParser(description="Faults, injected and counted.")
    parser.add_argument("--only", choices=KINDS, action="append", help="a kind; can be repeated")
    parser.add_argument("--count", choices=("full", "small"), default="full", help="how many of each kind")
    parser.add_argument("--seed", type=int, default=0, help="of the random choices")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the kinds; default: 1")
    parser.add_argument("--page", type=Path, help="a page that keeps the table; of some kinds in a section of its own")
    arguments = parser.parse_args(argv)
    head = heading()
    print(head, flush=True)
    found = list(injected(arguments.only or list(KINDS), arguments.count, arguments.seed, arguments.jobs))
    counts = [(one.kind, *map(str, (one.tried, one.survived, one.lost, one.executed))) for one in found]
    text = markdown([HEAD, *counts], right=1)
    print(f"\n{text}")
    if arguments.page is not None:
        section = "-".join(["faults", *arguments.only]) if arguments.only else "faults"
        keep(arguments.page, section, f"{head}\n\n{text}", PAGE)
    return 0 if all(fault.harmless for fault in found) else 1


if __name__ == "__main__":
    sys.exit(main())
