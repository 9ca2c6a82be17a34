"""`make faults`: injects faults of every kind, prints one table of what became of them, and keeps it on a page.

python -m faults.run                        every kind, at full count
python -m faults.run --count small          as the tests do
python -m faults.run --only kills.steps     one kind; repeatable
python -m faults.run --jobs 2               the kinds shared out among two processes
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from random import Random

from benchmarks.comparison import line
from benchmarks.page import with_section
from benchmarks.run import heading
from faults.fault import Fault, Injection
from labreport.files import write_json, write_text

HEAD = ("kind", "tried", "survived", "lost", "executed")
PAGE = "# Reliability\n"


@dataclass(frozen=True)
class Kind:
    """How often a kind of fault is injected.

    Attributes:
        target: its function, "module:function"; see `faults.fault.Injection`.
        full: how many for the page.
        small: how many for a quick look.
    """

    target: str
    full: int
    small: int

    def load(self) -> Injection:
        """The function."""
        module, _, name = self.target.partition(":")
        injection: Injection = getattr(import_module(module), name)
        return injection


KINDS: Mapping[str, Kind] = {
    "kills.steps": Kind("faults.kills:steps", full=200, small=6),
    "kills.workflows": Kind("faults.kills:workflows", full=10, small=1),
    "twice.steps": Kind("faults.twice:steps", full=40, small=4),
    "twice.workflows": Kind("faults.twice:workflows", full=5, small=1),
    "disks.full": Kind("faults.disks:full", full=110, small=11),
    "disks.read_only": Kind("faults.disks:read_only", full=55, small=11),
    "cuts.checkpoints": Kind("faults.cuts:checkpoints", full=60, small=3),
    "cuts.inputs": Kind("faults.cuts:inputs", full=60, small=3),
    "cuts.results": Kind("faults.cuts:results", full=60, small=3),
    "finished.products": Kind("faults.finished:products", full=60, small=5),
    "finished.kept": Kind("faults.finished:kept", full=60, small=10),
    "downloads": Kind("faults.downloads:run", full=100, small=10),
    "archives": Kind("faults.archives:run", full=100, small=10),
    "pickles": Kind("faults.pickles:run", full=200, small=7),
    "texts": Kind("faults.texts:run", full=100, small=10),
    "mutations": Kind("faults.mutations:run", full=2000, small=50),
}


def inject(name: str, count: str, seed: int) -> Fault:
    """All faults of one kind, in a folder that is deleted afterwards."""
    kind = KINDS[name]
    with tempfile.TemporaryDirectory(prefix="labreport-faults-") as folder:
        return kind.load()(getattr(kind, count), Path(folder), Random(f"{name} {seed}"))


def all_of(names: Sequence[str], count: str, seed: int) -> list[Fault]:
    """Every kind in turn; what did not survive is told as it is found."""
    found = []
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        found.append(inject(name, count, seed))
        for note in found[-1].notes:
            print(f"{name}: {note}", file=sys.stderr, flush=True)
    return found


def shared_out(names: Sequence[str], count: str, seed: int, jobs: int) -> list[Fault]:
    """The same, by processes that each inject their share of the kinds.

    Raises:
        subprocess.CalledProcessError: one of them ended without its rows.
    """
    with tempfile.TemporaryDirectory(prefix="labreport-faults-") as folder:
        started = []
        for job in range(jobs):
            rows = Path(folder) / f"{job}.json"
            only = [f"--only={name}" for name in names[job::jobs]]
            command = [
                sys.executable,
                "-m",
                "faults.run",
                f"--count={count}",
                f"--seed={seed}",
                f"--rows={rows}",
                *only,
            ]
            started.append((subprocess.Popen(command, stdout=subprocess.DEVNULL), rows))
        found: dict[str, Fault] = {}
        for process, rows in started:
            status = process.wait()
            if not rows.is_file():
                raise subprocess.CalledProcessError(status, process.args)
            found |= {name: Fault(**row) for name, row in json.loads(rows.read_text(encoding="utf-8")).items()}
    return [found[name] for name in names]


def table(faults: Iterable[Fault]) -> str:
    """A Markdown table, a row per kind, columns padded so that a terminal shows them too."""
    rows = [HEAD, *((one.kind, *map(str, (one.tried, one.survived, one.lost, one.executed))) for one in faults)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rule = tuple("-" * (width - 1) + ("-" if column == 0 else ":") for column, width in enumerate(widths))
    return "\n".join(line(row, widths) for row in (rows[0], rule, *rows[1:]))


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
    parser.add_argument("--rows", type=Path, help="a JSON file that keeps the rows by kind")
    parser.add_argument("--page", type=Path, help="a Markdown page that keeps the whole table")
    arguments = parser.parse_args(argv)
    if arguments.page is not None and arguments.only:
        parser.error("--page keeps the whole table; leave out --only")
    head = heading()
    print(head, flush=True)
    names = arguments.only or list(KINDS)
    jobs = min(arguments.jobs, len(names))
    if jobs > 1:
        found = shared_out(names, arguments.count, arguments.seed, jobs)
    else:
        found = all_of(names, arguments.count, arguments.seed)
    text = table(found)
    print(f"\n{text}")
    if arguments.rows is not None:
        write_json(arguments.rows, {name: asdict(fault) for name, fault in zip(names, found, strict=True)})
    if arguments.page is not None:
        page = arguments.page.read_text(encoding="utf-8") if arguments.page.is_file() else PAGE
        write_text(arguments.page, with_section(page, "faults", f"{head}\n\n{text}"))
    return 0 if all(fault.harmless for fault in found) else 1


if __name__ == "__main__":
    sys.exit(main())
