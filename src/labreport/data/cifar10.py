"""CIFAR-10, python version: six pickled batches of 32 x 32 images (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from labreport.data.batches import unpickle
from labreport.data.members import read_members
from labreport.data.prepared import Prepared
from labreport.data.subsets import balanced
from labreport.errors import DataError

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
META = "batches.meta"
SHAPE = (3, 32, 32)
MOST_CLASSES = 256  # a label is one byte


def prepare(source: Path, parameters: dict[str, Any]) -> Prepared:
    """Read the archive or its unpacked folder.

    Args:
        source: cifar-10-python.tar.gz or cifar-10-batches-py, its digest already checked.
        parameters: `train_per_class` and `test_per_class` (images per class, None for all) and the draw's `seed`.

    Returns:
        Images uint8 (n, 3, 32, 32) in the official order, labels uint8 (n,).

    Raises:
        DataError: a batch is missing or damaged, or a class has fewer images than asked for.
    """
    files = dict(read_members(source, (*TRAIN, *TEST, META)))
    missing = [name for name in (*TRAIN, *TEST, META) if name not in files]
    if missing:
        raise DataError(f"{source}: {', '.join(missing)} missing; fetch the official archive again")
    classes = _classes(source, files[META])
    splits = {}
    for split, names in (("train", TRAIN), ("test", TEST)):
        parts = [_batch(f"{source}: {name}", files.pop(name), len(classes)) for name in names]
        labels = np.concatenate([labels for _, labels in parts])
        chosen = balanced(labels, classes, parameters[f"{split}_per_class"], parameters["seed"], split)
        splits[split] = (
            np.concatenate([images for images, _ in parts])[chosen],
            labels[chosen],
        )
    return Prepared("cifar10", classes, *splits["train"], *splits["test"])


def _classes(source: Path, data: bytes) -> list[str]:
    meta = unpickle(data, f"{source}: {META}")
    names = meta.get(b"label_names") if isinstance(meta, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, bytes) for name in names):
        raise DataError(f"{source}: {META} has no label_names; fetch the official archive again")
    if len(names) > MOST_CLASSES:
        raise DataError(f"{source}: {META} has {len(names):,} label_names, at most {MOST_CLASSES} are read")
    return [name.decode("ascii", "replace") for name in names]


def _batch(where: str, data: bytes, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, 3, 32, 32) and labels uint8 (n,) of one batch."""
    batch = unpickle(data, where)
    images = batch.get(b"data") if isinstance(batch, dict) else None
    labels = batch.get(b"labels") if isinstance(batch, dict) else None
    if not isinstance(images, np.ndarray) or images.ndim != 2 or images.shape[1] != np.prod(SHAPE) or not len(images):
        raise DataError(f"{where} holds no array of images (n, {np.prod(SHAPE)}); fetch the official archive again")
    if not isinstance(labels, list) or len(labels) != len(images):
        raise DataError(f"{where} holds no list of {len(images)} labels; fetch the official archive again")
    if not all(isinstance(label, int) and 0 <= label < classes for label in labels):
        raise DataError(f"{where} holds a label outside 0 to {classes - 1}; fetch the official archive again")
    return images.reshape(-1, *SHAPE), np.array(labels, dtype=np.uint8)
