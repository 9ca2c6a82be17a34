"""`make bench`: prints ratios taken in one run as Markdown tables; asserts nothing.

python -m benchmarks.run                  all
python -m benchmarks.run --only startup   or pipeline, training, images; startup makes the report first; repeatable
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import torch

from benchmarks import pipeline, startup
from benchmarks.comparison import table
from benchmarks.processes import CommandFailedError
from benchmarks.project import ROOT, copy
from labreport.training.environment import environment

NAMES = ("pipeline", "startup", "training", "images")
OWN_PROCESS = ("training", "images")


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


def workflow(names: list[str]) -> str:
    """The table about the workflow as a whole, measured in a copy that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as folder:
        project = copy(Path(folder) / "project")
        made = pipeline.compare(project)
        comparisons = made if "pipeline" in names else []
        if "startup" in names:
            trivial = Path(folder) / "trivial"
            trivial.mkdir()
            comparisons = comparisons + startup.compare(project, trivial)
        return table(comparisons)


def main(argv: list[str] | None = None) -> int:
    """Print the tables asked for, by default all of them."""
    parser = argparse.ArgumentParser(description="Speed, as ratios measured in one run.")
    parser.add_argument("--only", choices=NAMES, action="append", help="what to measure; can be repeated")
    names = parser.parse_args(argv).only or list(NAMES)
    print(heading(), flush=True)
    try:
        if set(names) & {"pipeline", "startup"}:
            print(f"\n{workflow(names)}", flush=True)
    except CommandFailedError as error:
        print(error, file=sys.stderr)
        return 1
    for name in OWN_PROCESS:
        if name in names:
            print(flush=True)
            done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, check=False)
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
