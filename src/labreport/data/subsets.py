"""Parts of a split, drawn by seed."""

import numpy as np

from labreport.errors import DataError
from labreport.streams import generator


def balanced(labels: np.ndarray, classes: list[str], per_class: int | None, seed: int, split: str) -> np.ndarray:
    """Positions of `per_class` samples of every class, drawn without replacement.

    A larger part drawn with the same seed contains the smaller one.

    Args:
        labels: (n,), integers below the number of classes.
        classes: the classes' names, for messages.
        per_class: samples per class; None takes every sample.
        seed: of the draw.
        split: "train" or "test"; the two draw from streams of their own.

    Returns:
        int64 (m,), ascending, so that the samples keep their order.

    Raises:
        DataError: a class has fewer samples than asked for.
    """
    if per_class is None:
        return np.arange(len(labels))
    rng = generator(seed, f"subset of {split}")
    chosen = []
    for label, name in enumerate(classes):
        positions = np.flatnonzero(labels == label)
        if per_class > len(positions):
            raise DataError(
                f"{split}_per_class: {per_class} is more than there is: class {name} has {len(positions)} samples in "
                f"the {split} split; ask for at most that many, or null for all"
            )
        chosen.append(rng.permutation(positions)[:per_class])
    return np.sort(np.concatenate(chosen))


def part(size: int, wanted: int | None, seed: int, split: str) -> np.ndarray:
    """Positions of `wanted` pairs of sentences, drawn without replacement.

    A larger part drawn with the same seed contains the smaller one.

    Args:
        size: pairs in the split.
        wanted: pairs to draw; None takes every one.
        seed: of the draw.
        split: "train", "dev" or "test"; they draw from streams of their own.

    Returns:
        int64 (m,), ascending, so that the pairs keep their order.

    Raises:
        DataError: there are fewer than asked for.
    """
    if wanted is None:
        return np.arange(size)
    if wanted > size:
        raise DataError(
            f"{split}_pairs: {wanted} is more than there is: the {split} split has {size} pairs; ask for at most that "
            "many, or null for all"
        )
    return np.sort(generator(seed, f"subset of {split}").permutation(size)[:wanted])
