"""A copy of the project to measure in, and how Snakemake is run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
LEFT_OUT = frozenset({"benchmarks", "faults", "tests"})  # no workflow reads them


def copy(target: Path) -> Path:
    """Copy the project's files, as they are in the working tree, to `target`, without what git ignores."""
    listed = subprocess.run(FILES, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and name.partition("/")[0] not in LEFT_OUT:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def snakemake(*arguments: str) -> list[str]:
    """The command line of this environment's Snakemake."""
    return [sys.executable, "-m", "snakemake", *arguments]


def environment() -> dict[str, str]:
    """This process's environment without what leads Python to the sources of another copy."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
