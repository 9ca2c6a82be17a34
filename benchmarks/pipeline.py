"""What a newcomer waits for: demo reports from an empty results folder, set-up excluded."""

from __future__ import annotations

from pathlib import Path

from benchmarks.comparison import Comparison
from benchmarks.processes import run
from benchmarks.project import ALL, REPORT, environment, snakemake

LIMIT_S = 180.0
ALL_LIMIT_S = 480.0
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


def compare_all(project: Path) -> list[Comparison]:
    """Make all demo reports on two cores in a fresh copy of the project, which afterwards holds them."""
    usage = run(snakemake("--cores", "2", *ALL), project, environment())
    return [
        Comparison(
            "all demo reports, two cores: wall time",
            f"{usage.wall_s:.0f} s",
            f"{ALL_LIMIT_S:.0f} s allowed",
            usage.wall_s / ALL_LIMIT_S,
            "at most 1",
        )
    ]
