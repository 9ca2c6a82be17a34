"""The files of finished runs, measurements and prepared data: what is in them, read and checked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labreport.errors import ResultsError
from labreport.files import read_json

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
PER_CLASS = ("class", "samples", "correct", "accuracy")
CONFUSION = ("true", "predicted", "count")
ENVIRONMENT = ("python", "torch", "device", "git_commit", "git_dirty", "started", "finished")
ATTEMPTS = ("device", "precision", "torch", "python")  # may change where a run was taken up again
DATASET = ("dataset", "classes")
COUNTS = ("train_counts", "test_counts")
PAIRS = ("train_samples", "test_samples", "vocabulary", "length", "unknown")
CLAIM = ("outcome", "estimate", "low", "high", "margin", "level", "unit", "claim", "what")
TEXT_COLUMNS = frozenset({"class", "true", "predicted", "implementation"})


@contextmanager
def _reading(path: Path, what: str, advice: str = "remove its folder and build the report again") -> Iterator[None]:
    """Make one message of a file that is not there, or cannot be read as what it should be."""
    try:
        yield
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; {advice}") from None
    except Exception as error:  # a damaged file can fail in nearly any way
        raise ResultsError(f"{path}: cannot be read as {what}: {error}") from None


def read_table(path: Path, columns: Sequence[str], text: frozenset[str] = TEXT_COLUMNS) -> pd.DataFrame:
    """A CSV file that has at least `columns` and one row; all columns but those in `text` are numbers.

    Raises:
        ResultsError: the file is missing or empty, lacks a column, or a number in it is none.
    """
    with _reading(path, "CSV"):
        frame = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
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
    with _reading(path, "an array", "only a model with a convolution leaves filters"):
        weights = np.load(path, allow_pickle=False)
    if weights.ndim != 4 or not np.issubdtype(weights.dtype, np.floating):
        raise ResultsError(
            f"{path}: holds {weights.dtype} of shape {weights.shape}, not numbers (out, in, height, width)"
        )
    return weights


def read_array(path: Path) -> np.ndarray:
    """An array of prepared data, mapped into memory.

    Raises:
        ResultsError: the file is missing or holds something else.
    """
    with _reading(path, "an array"):
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def read_predictions(path: Path) -> dict[str, np.ndarray]:
    """What a run said about every sample: arrays by name, (n, ...) each, `true` and `predicted` among them.

    Raises:
        ResultsError: the file is missing or holds something else.
    """
    with _reading(path, "arrays"), path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        found = dict(arrays)
    sizes = {array.shape[:1] for array in found.values()}
    if not {"true", "predicted"} <= found.keys() or len(sizes) != 1 or () in sizes:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in found.items())
        raise ResultsError(f"{path}: holds {shapes or 'nothing'}, not true and predicted of equal length")
    return found


def read_object(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    """A JSON file that holds an object with at least `keys`.

    Raises:
        ResultsError: the file is missing, is no JSON object, or lacks a key.
    """
    with _reading(path, "JSON"):
        value = read_json(path)
    if not isinstance(value, dict):
        raise ResultsError(f"{path}: holds a {type(value).__name__}, not an object with {', '.join(keys)}")
    absent = [key for key in keys if key not in value]
    if absent:
        raise ResultsError(f"{path}: {', '.join(absent)} is missing; found: {', '.join(value)}")
    return value


def over_attempts(environment: Mapping[str, Any]) -> dict[str, Any]:
    """An environment that says what each attempt at the run was made with, where it was taken up again: `A → B`."""
    attempts = [environment, *(environment.get("resumed") or [])]
    found = {name: dict.fromkeys(str(one[name]) for one in attempts if one.get(name)) for name in ATTEMPTS}
    return {**environment, **{name: " → ".join(values) for name, values in found.items() if values}}
