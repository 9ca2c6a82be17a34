"""Streams of random numbers: a seed, what they are for and where, told apart by a digest of the three."""

import hashlib

import numpy as np


def stream(seed: int, purpose: str, *place: int) -> int:
    """The seed of one stream.

    `numpy.random.SeedSequence([seed, 0])` is that of `[seed]` and of `[seed, 0, 0]`; a digest takes none for another.

    Args:
        seed: of the run or the draw, not negative.
        purpose: a word, such as "order".
        place: numbers that tell streams of one purpose apart, such as an epoch or a class.

    Returns:
        int below 2**32, which is all that torch's generator on the CPU reads of a seed.
    """
    words = ":".join([purpose, str(seed), *map(str, place)])
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "little")


def generator(seed: int, purpose: str, *place: int) -> np.random.Generator:
    """numpy's generator on a stream."""
    return np.random.default_rng(stream(seed, purpose, *place))
