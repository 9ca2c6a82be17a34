"""What a page says of each run: where it lies, its settings and who set them, where it was trained, how it went."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labreport.errors import ResultsError
from labreport.files import read_json
from labreport.results import Results, Run

DIGITS = 5
FILES = ("summary", "spec", "environment")
WIDTH, HEIGHT = 300, 120  # of a drawing, in its own units
VIEW_BOX = f"-2 -2 {WIDTH + 4} {HEIGHT + 4}"  # half of a line's width lies outside
STAGES = ("train_", "val_", "test_")


class Curve(NamedTuple):
    """A measure of several stages over the epochs, as a drawing of `WIDTH` by `HEIGHT`.

    Attributes:
        measure: such as `loss`.
        low, high: at the lower and upper border.
        lines: stage, such as `val_loss` -> the points of its line.
        box: what the drawing shows of its plane.
    """

    measure: str
    low: str
    high: str
    lines: dict[str, str]
    box: str = VIEW_BOX


class RunSection(NamedTuple):
    """A run as a reader sees it.

    Attributes:
        key: of the run.
        experiment: its name.
        seed: what its random numbers came from.
        folder: where its files lie, seen from the project.
        results: what was measured at its end, name -> value.
        settings: what it was trained with, and the file and key that set it; names have dots.
        environment: where it was trained, and when.
        asked: the precision that its settings ask for, where its device computed in another one; else empty.
        curves: its measures over the epochs.
        epochs, classes: their columns and rows; none where it has none.
        log: what it said while it was trained.
    """

    key: str
    experiment: str
    seed: int
    folder: str
    results: list[tuple[str, str]]
    settings: list[tuple[str, str, str]]
    environment: list[tuple[str, str]]
    asked: str
    curves: list[Curve]
    epochs: list[list[str]]
    classes: list[list[str]]
    log: str


def run_sections(results: Results, sources: Mapping[str, Mapping[str, str]]) -> list[RunSection]:
    """The sections of all runs, a run that two experiments share once.

    Args:
        results: the runs.
        sources: experiment -> setting -> the file and key that set it.

    Raises:
        ResultsError: a file of a run is missing or malformed.
    """
    found: dict[str, RunSection] = {}
    for experiment in results.experiments:
        for run in results.runs(experiment):
            if run.path.name not in found:
                found[run.path.name] = _section(experiment, run, sources.get(experiment, {}))
    return list(found.values())


def _section(experiment: str, run: Run, sources: Mapping[str, str]) -> RunSection:
    summary, spec, about = (list(_flat(_object(run.path / f"{name}.json"))) for name in FILES)
    wanted = dict(spec).get("training.precision", "")
    asked = "" if wanted == dict(about).get("precision", wanted) else wanted
    measured = [(name, value) for name, value in summary if name not in {"key", "experiment", "seed"}]
    settings = [(name, value, _source(name, sources)) for name, value in spec]
    epochs, classes = (_table(run.path / f"{name}.csv") for name in ("metrics", "per_class"))
    log = run.path / "train.log"
    said = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    curves = list(_curves(epochs))
    epochs, classes = ([list(map(_short, line)) for line in lines] for lines in (epochs, classes))
    about_it = (run.path.name, experiment, run.seed, str(run.path))
    return RunSection(*about_it, measured, settings, about, asked, curves, epochs, classes, said)


def _source(name: str, sources: Mapping[str, str]) -> str:
    """The file and key that set what a run's spec calls `name`; empty where that is a default, or nobody's choice."""
    parts = name.split(".")
    return next((sources[path] for end in (2, 3) if (path := ".".join(parts[:end])) in sources), "")


def _table(path: Path) -> list[list[str]]:
    """The lines of a CSV file; none where there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _curves(epochs: Sequence[Sequence[str]]) -> Iterator[Curve]:
    """A drawing for each measure of a training of at least two epochs, as far as its values are finite."""
    columns = dict(zip(epochs[0], zip(*epochs[1:], strict=True), strict=True)) if len(epochs) > 2 else {}
    for measure in dict.fromkeys(name.partition("_")[2] for name in columns if name.startswith(STAGES)):
        stages = {name: list(map(float, columns[name])) for stage in STAGES if (name := stage + measure) in columns}
        finite = [value for values in stages.values() for value in values if math.isfinite(value)]
        low, high = min(finite, default=0.0), max(finite, default=0.0)
        if low < high:
            lines = {name: _points(values, low, high) for name, values in stages.items()}
            yield Curve(measure, f"{low:.3g}", f"{high:.3g}", lines)


def _points(values: Sequence[float], low: float, high: float) -> str:
    """Where a line leads, as SVG writes it."""
    step, scale = WIDTH / (len(values) - 1), HEIGHT / (high - low)
    return " ".join(
        f"{step * place:.1f},{scale * (high - value):.1f}" for place, value in enumerate(values) if math.isfinite(value)
    )


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
