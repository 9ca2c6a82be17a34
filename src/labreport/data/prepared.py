"""Prepared data: the arrays that a run trains on. How they are kept is the affair of `labreport.data.arrays`."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

TOP_SCORE = 5.0  # of a pair's similarity


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set ready for training: images, texts as padded rows of token indices, or pairs of such texts.

    Attributes:
        dataset: its name in the declarations.
        classes: names, in the order of the labels; none for pairs, which have scores.
        train_inputs: uint8 (n, channels, size, size), one channel for grey, three for colours; or uint16 or int32
            (n, length), where 0 is padding and 1 an unknown word; or the same (n, 2, length) for pairs.
        train_labels: uint8 (n,); for pairs float32 (n,), scores from 0 to 5.
        test_inputs: as `train_inputs`.
        test_labels: as `train_labels`.
        train_lengths: int32 (n,), real tokens per text, 1 to length; (n, 2) for pairs; None for images.
        test_lengths: as `train_lengths`.
        vocabulary: the words, by index; None for images.
        spec: what this was prepared from.
        dev_inputs: a split to choose epochs on, as `train_inputs`; None where the data set has none.
        dev_labels: as `train_labels`.
        dev_lengths: as `train_lengths`.
        unknown: split -> {"tokens": all, "unknown": those outside the vocabulary}; None where it was not counted.
    """

    dataset: str
    classes: list[str]
    train_inputs: np.ndarray
    train_labels: np.ndarray
    test_inputs: np.ndarray
    test_labels: np.ndarray
    train_lengths: np.ndarray | None = None
    test_lengths: np.ndarray | None = None
    vocabulary: list[str] | None = None
    spec: dict[str, Any] = field(default_factory=dict)
    dev_inputs: np.ndarray | None = None
    dev_labels: np.ndarray | None = None
    dev_lengths: np.ndarray | None = None
    unknown: dict[str, dict[str, int]] | None = None

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits there are."""
        return ("train", "dev", "test") if self.dev_inputs is not None else ("train", "test")

    def arrays(self, split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Inputs, labels and lengths of a split."""
        return getattr(self, f"{split}_inputs"), getattr(self, f"{split}_labels"), getattr(self, f"{split}_lengths")
