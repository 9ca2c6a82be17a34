"""The files of finished runs, measurements and prepared data: what is in them, read and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labreport.errors import ResultsError

CURVE = ("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy")
COSTS = ("learning_rate", "seconds", "samples_per_second")
SUMMARY = (
    "experiment",
    "seed",
    "key",
    "epochs",
    "parameters",
    "train_samples",
    "val_samples",
    "classes",
    "best_epoch",
    "seconds",
    "samples_per_second",
)
PREDICTIONS = ("score", "predicted")
PER_CLASS = ("class", "samples", "correct", "accuracy")
CONFUSION = ("true", "predicted", "count")
ENVIRONMENT = ("python", "torch", "device", "git_commit", "git_dirty", "started", "finished")
DATASET = ("dataset", "classes")
COUNTS = ("train_counts", "test_counts")
PAIRS = ("train_samples", "test_samples", "vocabulary", "length", "unknown")
TEXT_COLUMNS = frozenset({"class", "true", "predicted", "implementation"})


@dataclass(frozen=True)
class Reads:
    """Which files of runs may be read, so that what a product is made from cannot be more than was declared.

    Attributes:
        reader: whom a refusal names.
        declared: file -> its columns, None for the whole file; None where nothing is refused.
    """

    reader: str
    declared: Mapping[str, Sequence[str] | None] | None = None

    def check(self, file: str, columns: Sequence[str] | None = None) -> None:
        """Refuse what is not declared.

        Args:
            file: its name inside a run's folder.
            columns: what is read of it; None for the whole file.

        Raises:
            ResultsError: the file, or one of the columns, is not declared.
        """
        if self.declared is None:
            return
        allowed = self.declared.get(file, ())
        if file in self.declared and (allowed is None or (columns is not None and set(columns) <= set(allowed))):
            return
        beyond = ["all columns"] if columns is None else [column for column in columns if column not in (allowed or ())]
        wanted = f"{', '.join(beyond)} of {file}" if allowed else file
        may = "; ".join(
            name if some is None else f"{', '.join(some)} of {name}" for name, some in self.declared.items()
        )
        raise ResultsError(
            f"{self.reader} reads {wanted}, which it does not declare; declared: {may or 'nothing'}. "
            "This is a mistake of the kind: add it to its `reads` or `columns` in the registry"
        )


def read_table(path: Path, columns: Sequence[str], text: frozenset[str] = TEXT_COLUMNS) -> pd.DataFrame:
    """A CSV file that has at least `columns` and one row; all columns but those in `text` are numbers.

    Raises:
        ResultsError: the file is missing or empty, lacks a column, or a number in it is none.
    """
    try:
        frame = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
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
        if column not in text and not pd.api.types.is_numeric_dtype(frame[column]):
            raise ResultsError(f"{path}: column {column} holds something that is no number")
        if frame[column].isna().any():
            row = int(frame[column].isna().to_numpy().argmax()) + 2
            raise ResultsError(f"{path}: line {row}: column {column} is empty")
    return frame


def read_filters(path: Path) -> np.ndarray:
    """Weights of a convolution, float32 (out, in, height, width).

    Raises:
        ResultsError: the file is missing or holds something else.
    """
    try:
        weights = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; only a model with a convolution leaves filters") from None
    except (OSError, ValueError, EOFError) as error:
        raise ResultsError(f"{path}: cannot be read as an array: {error}") from None
    if weights.ndim != 4 or not np.issubdtype(weights.dtype, np.floating):
        raise ResultsError(
            f"{path}: holds {weights.dtype} of shape {weights.shape}, not numbers (out, in, height, width)"
        )
    return weights


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
