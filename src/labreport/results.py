"""Finished runs and measurements as frames: what figures, tables and claims are made from.

Reads the files that `docs/architecture.md` lists under "A run" and "A measurement". A column or a file that is missing
or cannot be read is a `ResultsError` that names the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from labreport.errors import ResultsError

METRICS = (
    "epoch",
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
    "samples_per_second",
)
CURVE = ("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy")
SUMMARY = (
    "experiment",
    "seed",
    "key",
    "epochs",
    "parameters",
    "train_samples",
    "val_samples",
    "classes",
    "train_loss",
    "train_accuracy",
    "val_loss",
    "val_accuracy",
    "best_val_accuracy",
    "best_epoch",
    "seconds",
    "samples_per_second",
)
PER_CLASS = ("class", "samples", "correct", "accuracy")
CONFUSION = ("true", "predicted", "count")
ENVIRONMENT = ("python", "torch", "device", "git_commit", "git_dirty", "started", "finished")
DATASET = ("dataset", "classes", "train_counts", "test_counts")
TEXT_COLUMNS = frozenset({"class", "true", "predicted", "implementation"})


@dataclass(frozen=True)
class Run:
    """One run of an experiment: where its files lie."""

    experiment: str
    seed: int
    key: str
    path: Path


class Results:
    """The results that one figure, table or claim may use.

    Args:
        spec: the spec of a `draw`, `tabulate`, `judge` or `gather` step; its paths are taken as they stand.

    Every method that takes an experiment raises `ResultsError` when the spec does not name it or none of its runs is
    there. A run whose folder is absent is left out (`missing` counts them); a folder that is incomplete is an error.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.name: str = spec.get("name", "")
        self.scale: str = spec.get("scale", "full")
        self._experiments: Mapping[str, Any] = spec.get("experiments") or {}

    @property
    def experiments(self) -> list[str]:
        """Names of all experiments, in the report's order."""
        return list(self._experiments)

    @property
    def comparable(self) -> bool:
        """Whether the scale is the published experiment's, so that measured and published numbers may be subtracted."""
        return self.scale == "full"

    @property
    def real_data(self) -> bool:
        """Whether the runs saw the real data, so that published curves may stand beside measured ones."""
        return bool(self.spec.get("source") == "archive")

    @property
    def finished(self) -> list[str]:
        """When each run and measurement that is there finished, ISO 8601, as its `environment.json` says."""
        times = [str(time) for name in self.experiments for time in self.environment(name)["finished"]]
        folders = [self._folder("measurements", name) for name in self.spec.get("measurements") or {}]
        return times + [str(read_object(folder / "environment.json", ("finished",))["finished"]) for folder in folders]

    def runs(self, experiment: str) -> list[Run]:
        """The runs of `experiment` that are there, in the order of their seeds."""
        planned = self._planned(experiment)
        there = sorted((run for run in planned if run.path.is_dir()), key=lambda run: run.seed)
        if not there:
            folders = ", ".join(str(run.path) for run in planned) or "none is planned"
            raise ResultsError(f"{experiment}: no finished run ({folders}); build the report again to train it")
        return there

    def single(self, experiments: Sequence[str]) -> str:
        """The one name in `experiments`.

        Raises:
            ResultsError: there are none or several.
        """
        if len(experiments) != 1:
            found = ", ".join(experiments) or "none"
            raise ResultsError(f"{self.name}: this kind shows one experiment; found: {found}")
        return experiments[0]

    def missing(self, experiment: str) -> int:
        """How many planned runs of `experiment` are not there."""
        return len(self._planned(experiment)) - len(self.runs(experiment))

    def metrics(self, experiment: str) -> pd.DataFrame:
        """Columns of `metrics.csv` and `seed`, a row per seed and epoch: accuracies as fractions, wall time."""
        return self._stack(experiment, lambda run: read_table(run.path / "metrics.csv", METRICS))

    def per_class(self, experiment: str) -> pd.DataFrame:
        """Columns `class, samples, correct, accuracy, seed`: a row per seed and class."""
        return self._stack(experiment, lambda run: read_table(run.path / "per_class.csv", PER_CLASS))

    def confusion(self, experiment: str) -> pd.DataFrame:
        """Columns `true, predicted, count, seed`: a row per seed and pair of classes."""
        return self._stack(experiment, lambda run: read_table(run.path / "confusion.csv", CONFUSION))

    def summary(self, experiment: str) -> pd.DataFrame:
        """Keys of `summary.json` as columns (`classes` holds lists): a row per seed."""
        return self._records(experiment, "summary.json", SUMMARY)

    def environment(self, experiment: str) -> pd.DataFrame:
        """Keys of `environment.json` as columns, and `seed`: a row per seed. Not every run recorded `threads`."""
        records = self._records(experiment, "environment.json", ENVIRONMENT)
        return records if "threads" in records else records.assign(threads=None)

    def run_spec(self, experiment: str) -> dict[str, Any]:
        """The spec that the first run of `experiment` was trained with: `model`, `data`, `training` and more."""
        return read_object(self.runs(experiment)[0].path / "spec.json", ("model", "data", "training"))

    def published(self, experiment: str) -> dict[str, float]:
        """What the published report states: `val_accuracy` (fraction) and `seconds`, each only where it is stated."""
        stated = self._entry(experiment).get("published") or {}
        return {key: float(value) for key, value in stated.items() if isinstance(value, int | float)}

    def curve(self, experiment: str) -> pd.DataFrame | None:
        """The published curve (`epoch`, losses, accuracies as fractions; may start late), None where there is none."""
        path = self._entry(experiment).get("curve")
        return None if path is None else read_table(Path(path), CURVE)

    def measurement(self, name: str, columns: Sequence[str] = ("implementation",)) -> pd.DataFrame:
        """`measurement.csv` of a measurement, a row per implementation.

        Raises:
            ResultsError: it is not in the spec, not there, or lacks one of `columns`.
        """
        folder = self._folder("measurements", name)
        return read_table(folder / "measurement.csv", columns)

    def dataset(self, name: str) -> dict[str, Any]:
        """`dataset.json` of prepared data: `classes`, `train_counts`, `test_counts` and more."""
        return read_object(self._folder("data", name) / "dataset.json", DATASET)

    def _entry(self, experiment: str) -> Mapping[str, Any]:
        if experiment not in self._experiments:
            known = ", ".join(self._experiments) or "none"
            raise ResultsError(f"{self.name}: there is no experiment {experiment!r} here; there are: {known}")
        entry: Mapping[str, Any] = self._experiments[experiment]
        return entry

    def _planned(self, experiment: str) -> list[Run]:
        runs = self._entry(experiment).get("runs") or []
        return [Run(experiment, int(run["seed"]), str(run["key"]), Path(run["path"])) for run in runs]

    def _folder(self, group: str, name: str) -> Path:
        folders = self.spec.get(group) or {}
        if name not in folders:
            known = ", ".join(folders) or "none"
            raise ResultsError(f"{self.name}: there is no {name!r} among the {group} here; there are: {known}")
        return Path(folders[name])

    def _stack(self, experiment: str, read: Callable[[Run], pd.DataFrame]) -> pd.DataFrame:
        frames = [read(run).assign(seed=run.seed) for run in self.runs(experiment)]
        return pd.concat(frames, ignore_index=True)

    def _records(self, experiment: str, file: str, keys: Sequence[str]) -> pd.DataFrame:
        runs = self.runs(experiment)
        return pd.DataFrame([{**read_object(run.path / file, keys), "seed": run.seed} for run in runs])


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """A CSV file that has at least `columns` and one row; all but names of classes and implementations are numbers.

    Raises:
        ResultsError: the file is missing or empty, lacks a column, or a number in it is none.
    """
    try:
        frame = pd.read_csv(path, dtype=dict.fromkeys(TEXT_COLUMNS, "str"), keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; remove its folder and build the report again") from None
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read as CSV: {error}") from None
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        found = ", ".join(map(str, frame.columns))
        raise ResultsError(
            f"{path}: column {', '.join(absent)} is missing; found: {found}; wanted: {', '.join(columns)}"
        )
    if frame.empty:
        raise ResultsError(f"{path}: has no rows")
    for column in columns:
        if column not in TEXT_COLUMNS and not pd.api.types.is_numeric_dtype(frame[column]):
            raise ResultsError(f"{path}: column {column} holds something that is no number")
        if frame[column].isna().any():
            row = int(frame[column].isna().to_numpy().argmax()) + 2
            raise ResultsError(f"{path}: line {row}: column {column} is empty")
    return frame


def read_object(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    """A JSON file that holds an object with at least `keys`.

    Raises:
        ResultsError: the file is missing, is no JSON object, or lacks a key.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; remove its folder and build the report again") from None
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise ResultsError(f"{path}: holds a {type(value).__name__}, not an object with {', '.join(keys)}")
    absent = [key for key in keys if key not in value]
    if absent:
        raise ResultsError(f"{path}: {', '.join(absent)} is missing; found: {', '.join(value)}")
    return value
