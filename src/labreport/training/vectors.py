"""Word vectors that a run starts from, as the step of their own left them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from labreport.errors import TrainingError
from labreport.planning.keys import key_of

FILE = "vectors.npy"


def load_vectors(folder: Path | None, spec: Mapping[str, Any], words: int) -> np.ndarray | None:
    """The vectors that a run was planned with.

    Args:
        folder: of `vectors.npy` and `spec.json`.
        spec: the run's; `vectors.key` names the vectors' key, and without it there are none.
        words: size of the vocabulary.

    Returns:
        float32 (words, dimensions), row 0 zero; None where the run has none.

    Raises:
        TrainingError: no folder where one is needed or one where none is, vectors of another key, damaged ones.
    """
    planned = (spec.get("vectors") or {}).get("key")
    if folder is None and planned is None:
        return None
    if folder is None or planned is None:
        what = "was planned with word vectors, name their folder" if planned else "was planned without word vectors"
        raise TrainingError(f"--vectors: found {folder or 'nothing'}, but the run {what}")
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
