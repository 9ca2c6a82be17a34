"""A small stand-in for CIFAR-10, in the format of cifar-10-python.tar.gz.

The ten official class names stand for ten pairs of a shape and a texture: five shapes, plain or striped. Colours of
shape and ground, which of them is lighter, place, size and noise say nothing about the class, so that no single
pixel does, and a classifier has to see edges.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from labreport.data.batches import pickle_python2
from labreport.data.samples import write_tar

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SIZE = 32
TRAIN_BATCHES = 5
STRIPE_PIXELS = 2
CONTRAST = 72  # between shape and ground, of 255
NOISE = 12  # grey levels, added to an eighth of the pixels and taken from another

SHAPES: tuple[Callable[[np.ndarray, np.ndarray], np.ndarray], ...] = (
    lambda x, y: x * x + y * y <= 1,  # disc
    lambda x, y: (x * x + y * y <= 1) & (x * x + y * y >= 0.3),  # ring
    lambda x, y: np.maximum(np.abs(x), np.abs(y)) <= 0.85,  # square
    lambda x, y: (np.minimum(np.abs(x), np.abs(y)) <= 0.3) & (np.maximum(np.abs(x), np.abs(y)) <= 1),  # cross
    lambda x, y: (y <= 0.8) & (np.abs(x) * 1.6 <= y + 0.8),  # triangle
)


def write_archive(path: Path, parameters: Mapping[str, int]) -> None:
    """Write the archive: five training batches, a test batch and the class names.

    Args:
        path: of the archive.
        parameters: `train_per_class` and `test_per_class`, images; `seed`.
    """
    rng = np.random.default_rng(parameters["seed"])
    train = _batch_arrays(rng, parameters["train_per_class"])
    test = _batch_arrays(rng, parameters["test_per_class"])
    names = [f"data_batch_{number}" for number in range(1, TRAIN_BATCHES + 1)]
    parts = zip(*(np.array_split(array, TRAIN_BATCHES) for array in train), strict=True)
    files = [
        (name, _batch(f"training batch {number} of {TRAIN_BATCHES}", *part))
        for number, (name, part) in enumerate(zip(names, parts, strict=True), start=1)
    ]
    files.append(("test_batch", _batch("testing batch 1 of 1", *test)))
    meta = {b"num_cases_per_batch": len(train[0]) // TRAIN_BATCHES, b"num_vis": 3 * SIZE * SIZE}
    files.append(("batches.meta", pickle_python2({**meta, b"label_names": [name.encode() for name in CLASSES]})))
    write_tar(path, ((f"cifar-10-batches-py/{name}", data) for name, data in files))


def draw(rng: np.random.Generator, label: int) -> np.ndarray:
    """One image of a class, uint8 (3, 32, 32)."""
    shape, striped = label % len(SHAPES), label // len(SHAPES)
    radius = rng.uniform(8, 13)
    centre = rng.uniform(radius, SIZE - radius, 2)
    rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
    inside = SHAPES[shape]((columns - centre[0]) / radius, (rows - centre[1]) / radius)
    if striped:
        inside &= (np.arange(SIZE)[:, None] + rng.integers(2 * STRIPE_PIXELS)) % (2 * STRIPE_PIXELS) < STRIPE_PIXELS
    ground = rng.integers(CONTRAST, 256 - CONTRAST, 3)
    contrast = rng.choice((-1, 1)) * rng.integers(CONTRAST // 2, CONTRAST, 3)
    colours = (ground + np.where(inside[..., None], contrast, 0)).transpose(2, 0, 1)
    noise = NOISE * rng.choice((-1, 0, 0, 0, 0, 0, 0, 1), (SIZE, SIZE))
    return np.clip(colours + noise, 0, 255).astype(np.uint8)


def _batch_arrays(rng: np.random.Generator, per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, 3072) and labels (n,), in a drawn order."""
    labels = rng.permutation(np.repeat(np.arange(len(CLASSES)), per_class))
    return np.stack([draw(rng, label).reshape(-1) for label in labels]), labels


def _batch(title: str, images: np.ndarray, labels: np.ndarray) -> bytes:
    names = [f"{CLASSES[label]}_s_{number:06}.png".encode() for number, label in enumerate(labels)]
    batch = {b"batch_label": title.encode(), b"labels": labels.tolist(), b"data": images, b"filenames": names}
    return pickle_python2(batch)
