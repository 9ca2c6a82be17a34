"""Word vectors that a run starts from, as the step of their own left them."""

from pathlib import Path

import numpy as np

from labreport.artifacts.artifact import SPEC
from labreport.errors import TrainingError
from labreport.files import read_object, sums_faults
from labreport.running.jobs import check_planned


def load_vectors(folder: Path, planned: str, words: int) -> np.ndarray:
    """The vectors that a run was planned with.

    Args:
        folder: of `vectors.npy`, `spec.json` and `SHA256SUMS`.
        planned: the key of the vectors that are meant.
        words: size of the vocabulary.

    Returns:
        float32 (words, dimensions), row 0 zero.

    Raises:
        DataError: vectors of another key.
        TrainingError: damaged ones, or others than are returned.
    """
    for fault in sums_faults(folder):
        raise TrainingError(f"{folder}: the word vectors are damaged ({fault}); delete this folder and run again")
    check_planned(folder, "vectors", read_object(folder / SPEC), planned, "the run was")
    try:
        vectors: np.ndarray = np.load(folder / "vectors.npy", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise TrainingError(
            f"{folder}: the word vectors cannot be read ({error}); delete this folder and run again"
        ) from error
    if vectors.dtype != np.float32 or vectors.ndim != 2 or len(vectors) != words or vectors[0].any():
        raise TrainingError(
            f"{folder / 'vectors.npy'}: found {vectors.dtype} {vectors.shape}, needed is float32 ({words}, dimensions) "
            "with a first row of zeros; delete this folder and run again"
        )
    return vectors
