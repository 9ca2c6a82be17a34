"""Word vectors that a run starts from, as the step of their own left them.

Only runs that were planned with vectors import this module, so it is in the keys of no others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from labreport.errors import TrainingError
from labreport.files import sums_faults
from labreport.planning.keys import key_of

FILE = "vectors.npy"


def load_vectors(folder: Path | None, spec: Mapping[str, Any], words: int) -> np.ndarray:
    """The vectors that a run was planned with.

    Args:
        folder: of `vectors.npy`, `spec.json` and `SHA256SUMS`.
        spec: the run's; `vectors.key` names the vectors' key.
        words: size of the vocabulary.

    Returns:
        float32 (words, dimensions), row 0 zero.

    Raises:
        TrainingError: no folder, vectors of another key, damaged ones.
    """
    planned = spec["vectors"]["key"]
    if folder is None:
        raise TrainingError("--vectors: found nothing, but the run was planned with word vectors, name their folder")
    for fault in sums_faults(folder):
        raise TrainingError(f"{folder}: the word vectors are damaged ({fault}); delete this folder and run again")
    try:
        found = key_of(json.loads((folder / "spec.json").read_text(encoding="utf-8")))
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
