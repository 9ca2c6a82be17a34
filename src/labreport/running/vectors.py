"""Word vectors that a run starts from, as the step of their own left them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from labreport.artifacts.artifact import SPEC, key_of
from labreport.errors import TrainingError
from labreport.files import sums_faults

FILE = "vectors.npy"


def load_vectors(folder: Path, planned: str, words: int) -> np.ndarray:
    """The vectors that a run was planned with.

    Args:
        folder: of `vectors.npy`, `spec.json` and `SHA256SUMS`.
        planned: the key of the vectors that are meant.
        words: size of the vocabulary.

    Returns:
        float32 (words, dimensions), row 0 zero.

    Raises:
        TrainingError: vectors of another key, damaged ones.
    """
    for fault in sums_faults(folder):
        raise TrainingError(f"{folder}: the word vectors are damaged ({fault}); delete this folder and run again")
    try:
        found = key_of("vectors", json.loads((folder / SPEC).read_text(encoding="utf-8")))
        vectors: np.ndarray = np.load(folder / FILE, allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise TrainingError(
            f"{folder}: the word vectors cannot be read ({error}); delete this folder and run again"
        ) from error
    if found != planned:
        raise TrainingError(
            f"{folder}: these word vectors have the key {found}, but the run was planned with {planned}; "
            "start Snakemake again, it plans anew"
        )
    if vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != words or vectors[0].any():
        raise TrainingError(
            f"{folder / FILE}: found {vectors.dtype} {vectors.shape}, needed is float32 ({words}, dimensions) with a "
            "first row of zeros; delete this folder and run again"
        )
    return vectors
