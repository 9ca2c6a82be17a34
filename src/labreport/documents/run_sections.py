"""What a page says of each run: where it lies, its settings, where it was trained, and every epoch."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from labreport.errors import ResultsError
from labreport.files import read_json
from labreport.result_spec import Run
from labreport.results import Results

DIGITS = 5
METRICS = "metrics.csv"
FILES = ("summary", "spec", "environment")


class RunSection(NamedTuple):
    """A run as a reader sees it.

    Attributes:
        key: of the run.
        experiment: its name.
        seed: what its random numbers came from.
        folder: where its files lie, seen from the project.
        results: what was measured at its end, name -> value.
        settings: what it was trained with; names have dots.
        environment: where it was trained, and when.
        columns: of `epochs`.
        epochs: the text of each cell of its metrics; empty where it has none.
    """

    key: str
    experiment: str
    seed: int
    folder: str
    results: list[tuple[str, str]]
    settings: list[tuple[str, str]]
    environment: list[tuple[str, str]]
    columns: list[str]
    epochs: list[list[str]]


def run_sections(results: Results) -> list[RunSection]:
    """The sections of all runs, a run that two experiments share once.

    Raises:
        ResultsError: a file of a run is missing or malformed.
    """
    found: dict[str, RunSection] = {}
    for experiment in results.experiments:
        for run in results.runs(experiment):
            if run.path.name not in found:
                found[run.path.name] = _section(experiment, run)
    return list(found.values())


def _section(experiment: str, run: Run) -> RunSection:
    summary, spec, about = (list(_flat(_object(run.path / f"{name}.json"))) for name in FILES)
    measured = [(name, value) for name, value in summary if name not in {"key", "experiment", "seed"}]
    lines: list[list[str]] = [[]]
    if (run.path / METRICS).is_file():
        with (run.path / METRICS).open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    epochs = [list(map(_short, line)) for line in lines[1:]]
    return RunSection(run.path.name, experiment, run.seed, str(run.path), measured, spec, about, lines[0], epochs)


def _object(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read ({error}); build the report again to train this run") from None
    return value if isinstance(value, dict) else {}


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every setting below others, by a name with dots."""
    for key, inner in value.items():
        if isinstance(inner, Mapping) and inner:
            yield from _flat(inner, f"{before}{key}.")
        elif inner is not None:
            yield f"{before}{key}", _said(inner)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "–"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    """A number with as many digits as can be compared with the text; anything else as it is."""
    try:
        return text if text.lstrip("-").isdigit() else f"{float(text):.{DIGITS}g}"
    except ValueError:
        return text
