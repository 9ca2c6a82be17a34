"""Gather the runs of a report in three frames: `python -m labreport.steps.gather --spec JSON --out DIR`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from labreport.errors import run_step
from labreport.files import write_text
from labreport.planning.records import from_argument, recorded
from labreport.results import Results

FRAMES = ("metrics", "per_class", "runs")


def main(argv: Sequence[str] | None = None) -> None:
    """Write `metrics.csv` and `runs.csv` with every run of the report, `per_class.csv` with those that have classes."""
    parser = argparse.ArgumentParser(prog="labreport.steps.gather", description=__doc__)
    parser.add_argument("--spec", required=True, type=from_argument, help="which runs, as JSON")
    parser.add_argument("--out", required=True, type=Path, help="the folder to write to")
    parser.add_argument("--record", type=Path, help="the file that keeps what it was made from; default: none is kept")
    arguments = parser.parse_args(argv)
    outputs = [arguments.out / f"{name}.csv" for name in FRAMES]
    with recorded("gather", arguments.spec, outputs, arguments.record):
        gather(arguments.spec, arguments.out)


def gather(spec: Mapping[str, Any], out: Path) -> None:
    """Write a report's frames.

    Args:
        spec: which runs.
        out: the folder to write to.
    """
    results = Results(spec)
    names = results.experiments
    with_classes = [name for name in names if results.summary(name)["classes"].iloc[0]]
    frames = {
        "metrics": stacked(names, results.metrics),
        "per_class": stacked(with_classes, results.per_class),
        "runs": stacked(names, lambda name: runs(results, name)),
    }
    for name, frame in frames.items():
        write_text(out / f"{name}.csv", frame.to_csv(index=False))


def stacked(names: Sequence[str], read: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The frames of some experiments, the columns `experiment` and `seed` first; columns that one lacks are empty."""
    frames = [read(name).assign(experiment=name) for name in names]
    frame = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["experiment", "seed"])
    first = ["experiment", "seed"]
    return frame[[*first, *(column for column in frame.columns if column not in first)]]


def runs(results: Results, experiment: str) -> pd.DataFrame:
    """A row per run: its summary (class names apart) and its environment (apart from where it was taken up again)."""
    summary = results.summary(experiment).drop(columns="classes")
    environment = results.environment(experiment).drop(columns="resumed", errors="ignore")
    return summary.merge(environment, on="seed", validate="one_to_one")


if __name__ == "__main__":
    sys.exit(run_step(main))
