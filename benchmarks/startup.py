"""How long Snakemake takes to find that nothing is to be done, against a Snakefile with one trivial rule."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.comparison import Comparison
from benchmarks.processes import CommandFailedError, run
from benchmarks.project import ALL, REPORT, environment, snakemake

PAIRS = 7
TRIVIAL = 'rule trivial:\n    output: "done.txt"\n    shell: "touch {output}"\n'
NOTHING = "Nothing to be done"


def compare(project: Path, trivial: Path) -> list[Comparison]:
    """Time second runs in turn, so that whatever else the machine does meets both alike.

    Args:
        project: a copy of the project in which the demo report is there already.
        trivial: an empty folder.

    Raises:
        CommandFailedError: a second run found something to do.
    """
    (trivial / "Snakefile").write_text(TRIVIAL, encoding="utf-8")
    run(snakemake("--cores", "1", "done.txt"), trivial, environment())
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(PAIRS):
        ours.append(second_run(project, *REPORT))
        theirs.append(second_run(trivial, "done.txt"))
    ratios = sorted(one / other for one, other in zip(ours, theirs, strict=True))
    return [
        Comparison(
            f"second run, nothing to be done: median of {PAIRS} pairs",
            f"{median(ours):.2f} s",
            f"{median(theirs):.2f} s for one trivial rule",
            median(ratios),
            f"at most 1.5 (pairs from {ratios[0]:.2f} to {ratios[-1]:.2f})",
        )
    ]


def compare_all(project: Path) -> list[Comparison]:
    """Time a second run for all reports, against one for a single report.

    Args:
        project: a copy of the project in which all demo reports are there already.

    Raises:
        CommandFailedError: a second run found something to do.
    """
    pairs = [(second_run(project, *ALL), second_run(project, *REPORT)) for _ in range(PAIRS)]
    return [
        Comparison(
            f"second run of all reports, nothing to be done: median of {PAIRS} pairs",
            f"{median(every for every, _ in pairs):.2f} s",
            f"{median(one for _, one in pairs):.2f} s for one report",
            median(every / one for every, one in pairs),
            "nothing to be done",
        )
    ]


def second_run(folder: Path, *arguments: str) -> float:
    """Seconds that Snakemake takes where everything is there."""
    usage = run(snakemake("--cores", "1", *arguments), folder, environment())
    if NOTHING not in usage.output:
        raise CommandFailedError(f"{folder}: a second run did something:\n{usage.output}")
    return usage.wall_s
