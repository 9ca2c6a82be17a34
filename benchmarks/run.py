"""`make bench`: prints ratios taken in one run as Markdown tables and keeps them on a page; asserts nothing.

python -m benchmarks.run                  all
python -m benchmarks.run --only startup   or pipeline, planning, training, images; repeatable

`startup` makes the reports first.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import torch

from benchmarks import pipeline, startup
from benchmarks.comparison import table
from benchmarks.page import with_section
from benchmarks.processes import CommandFailedError
from benchmarks.project import ROOT, copy
from labreport.files import write_text
from labreport.training.environment import environment

NAMES = ("pipeline", "startup", "planning", "training", "images")
OWN_PROCESS = ("planning", "training", "images")


def heading() -> str:
    """When, of what and on what: date, commit, processor, versions."""
    here = environment(torch.device("cpu"))
    commit = (here["git_commit"] or "unknown")[:12] + (" with changes" if here["git_dirty"] else "")
    cores = psutil.cpu_count(logical=True)
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{here['started'][:10]}, commit {commit}, {here['device']}, {cores} cores, {memory:.0f} GB,"
        f" {platform.system()}, Python {here['python']}, torch {here['torch']}"
    )


def workflow(names: list[str]) -> dict[str, str]:
    """The tables about the workflow as a whole by name, measured in copies that are deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as folder:
        project, every = copy(Path(folder) / "project"), copy(Path(folder) / "all")
        tables = {"pipeline": table(pipeline.compare(project) + pipeline.compare_all(every))}
        if "startup" in names:
            trivial = Path(folder) / "trivial"
            trivial.mkdir()
            tables["startup"] = table(startup.compare(project, trivial) + startup.compare_all(every))
        return {name: text for name, text in tables.items() if name in names}


def in_process(name: str) -> str:
    """The table of a benchmark that is measured in a process of its own.

    Raises:
        CommandFailedError: it ended with an error.
    """
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise CommandFailedError(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout


def measured(names: list[str]) -> Iterator[tuple[str, str]]:
    """Name and table of each benchmark, when it is over."""
    if set(names) & {"pipeline", "startup"}:
        yield from workflow(names).items()
    for name in OWN_PROCESS:
        if name in names:
            yield name, in_process(name)


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
                page = arguments.page.read_text(encoding="utf-8") if arguments.page.is_file() else ""
                write_text(arguments.page, with_section(page, name, f"{head}\n\n{text}"))
    except CommandFailedError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
