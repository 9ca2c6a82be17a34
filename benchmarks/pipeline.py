"""What a newcomer waits for: the demo report from an empty results folder, one core, set-up excluded."""

from __future__ import annotations

from pathlib import Path

from benchmarks.comparison import Comparison
from benchmarks.processes import run
from benchmarks.project import REPORT, environment, snakemake

LIMIT_S = 180.0
LIMIT_BYTES = 3e9


def compare(project: Path) -> list[Comparison]:
    """Make the demo report in a fresh copy of the project.

    Args:
        project: a copy without results; afterwards it holds them.
    """
    usage = run(snakemake("--cores", "1", *REPORT), project, environment(), memory=True)
    peak = usage.peak_bytes or 0
    return [
        Comparison(
            "demo report, one core: wall time",
            f"{usage.wall_s:.0f} s",
            f"{LIMIT_S:.0f} s allowed",
            usage.wall_s / LIMIT_S,
            "at most 1",
        ),
        Comparison(
            "demo report, one core: memory of all its processes",
            f"{peak / 1e9:.2f} GB",
            f"{LIMIT_BYTES / 1e9:.0f} GB allowed",
            peak / LIMIT_BYTES,
            "at most 1",
        ),
    ]
