"""Variants of a data set of images: a long tail, and classes filled up again. Only the training split changes."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from labreport.data.prepared import Prepared
from labreport.errors import DataError
from labreport.streams import generator

WHITE = 255


def apply(prepared: Prepared, variants: Sequence[Mapping[str, Any]]) -> Prepared:
    """A data set with its variants applied, one after the other.

    Args:
        prepared: images; its `dataset` is named in messages.
        variants: `{"name": "longtail", "classes", "keep", "seed"}` or `{"name": "balance", "flip", "noise_sigma",
            "seed"}`; see `longtail` and `balance`.

    Raises:
        DataError: no images, an unknown variant, a class that there is not, or a class left empty.
    """
    if prepared.vocabulary is not None:
        raise DataError(f"{prepared.dataset}: only data sets of images have variants; use one of images as the base")
    kinds: dict[str, Callable[..., Prepared]] = {"longtail": longtail, "balance": balance}
    for variant in variants:
        settings = dict(variant)
        name = settings.pop("name")
        if name not in kinds:
            raise DataError(f"{prepared.dataset}: found the variant {name!r}, allowed are {', '.join(kinds)}")
        prepared = kinds[name](prepared, **settings)
    return prepared


def longtail(prepared: Prepared, classes: Sequence[int], keep: float, seed: int) -> Prepared:
    """Some classes keep only a share of their training images.

    A class's images are drawn from a stream of its own, and a larger share contains the smaller one.

    Args:
        prepared: images.
        classes: labels of the classes that shrink.
        keep: the share that stays, rounded to whole images.
        seed: of the draw.

    Returns:
        The same with fewer training images, in their order.

    Raises:
        DataError: a label that there is not, or a class that would have no image left.
    """
    strangers = [label for label in classes if not 0 <= label < len(prepared.classes)]
    if strangers:
        raise DataError(
            f"{prepared.dataset}: longtail.classes: found {strangers[0]}, allowed are 0 to "
            f"{len(prepared.classes) - 1}, the places of {', '.join(prepared.classes)}"
        )
    stays = np.ones(len(prepared.train_labels), bool)
    for label in classes:
        positions = np.flatnonzero(prepared.train_labels == label)
        kept = round(keep * len(positions))
        if not kept:
            counts = np.bincount(prepared.train_labels, minlength=len(prepared.classes))
            numbers = ", ".join(f"{name} {count}" for name, count in zip(prepared.classes, counts, strict=True))
            raise DataError(
                f"{prepared.dataset}: longtail.keep: {keep:g} of class {prepared.classes[label]}'s {len(positions)} "
                f"training images is none (images there are: {numbers}); keep a larger share or more images per class"
            )
        stays[generator(seed, "longtail", label).permutation(positions)[kept:]] = False
    return dataclasses.replace(
        prepared, train_inputs=prepared.train_inputs[stays], train_labels=prepared.train_labels[stays]
    )


def balance(prepared: Prepared, flip: bool, noise_sigma: float, seed: int) -> Prepared:
    """Short classes are filled up to the size of the largest by altered images of their own.

    Args:
        prepared: images.
        flip: whether an added image is mirrored left to right in one of two cases.
        noise_sigma: standard deviation of the Gaussian noise on an added image, whose values reach from 0 to 1.
        seed: of all draws; every class has a stream of its own.

    Returns:
        The same with the added images behind the others, class by class.

    Raises:
        DataError: a class has no image to begin with.
    """
    counts = np.bincount(prepared.train_labels, minlength=len(prepared.classes))
    inputs, labels = [prepared.train_inputs], [prepared.train_labels]
    for label in np.flatnonzero(counts < counts.max()).tolist():
        if not counts[label]:
            raise DataError(
                f"{prepared.dataset}: balance: class {prepared.classes[label]} has no training image to fill it up "
                "with; use a base in which every class has one"
            )
        rng = generator(seed, "balance", label)
        missing = counts.max() - counts[label]
        positions = np.flatnonzero(prepared.train_labels == label)
        images = prepared.train_inputs[rng.choice(positions, missing)]
        if flip:
            mirrored = rng.random(missing) < 0.5
            images[mirrored] = images[mirrored][..., ::-1]
        inputs.append(_noisy(images, noise_sigma, rng))
        labels.append(np.full(missing, label, prepared.train_labels.dtype))
    return dataclasses.replace(prepared, train_inputs=np.concatenate(inputs), train_labels=np.concatenate(labels))


def _noisy(images: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    noisy = rng.standard_normal(images.shape, np.float32)
    noisy *= WHITE * sigma
    noisy += images
    return np.clip(np.rint(noisy, out=noisy), 0, WHITE, out=noisy).astype(np.uint8)
