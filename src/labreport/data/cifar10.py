"""CIFAR-10, python version: six pickled batches of 32 x 32 images (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html)."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from labreport.data.batches import Value, read_batch
from labreport.data.members import read_members
from labreport.data.prepared import Prepared
from labreport.data.subsets import balanced
from labreport.errors import DataError

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = ("test_batch",)
META = "batches.meta"
SHAPE = (3, 32, 32)
MOST_CLASSES = 256  # a label is one byte
AGAIN = "fetch the official archive again"


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
        raise DataError(f"{source}: {', '.join(missing)} missing; {AGAIN}")
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
    names = read_batch(data, f"{source}: {META}").get("label_names", Value()).strings
    if not 0 < len(names) <= MOST_CLASSES:
        raise DataError(f"{source}: {META} has {len(names)} label_names, not 1 to {MOST_CLASSES}; {AGAIN}")
    return [name.decode("ascii", "replace") for name in names]


def _batch(where: str, data: bytes, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, 3, 32, 32) and labels uint8 (n,) of one batch."""
    batch = read_batch(data, where)
    pixels, labels = batch.get("data", Value()).array(), batch.get("labels", Value()).numbers
    if pixels is None or not len(pixels) or len(pixels) % math.prod(SHAPE):
        raise DataError(f"{where} holds no array of images (n, {math.prod(SHAPE)}); {AGAIN}")
    images = pixels.reshape(-1, *SHAPE)
    if len(labels) != len(images):
        raise DataError(f"{where} holds {len(images)} images and {len(labels)} labels; {AGAIN}")
    if not all(0 <= label < classes for label in labels):
        raise DataError(f"{where} holds a label outside 0 to {classes - 1}; {AGAIN}")
    return images, np.array(labels, dtype=np.uint8)
