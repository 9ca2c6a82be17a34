"""Random streams of a run: one per purpose, so that none repeats what another draws."""

from __future__ import annotations

import random

import numpy as np
import torch

PURPOSES = ("model", "order", "augmentation", "python", "numpy")


def stream(seed: int, purpose: str, *place: int) -> int:
    """The seed of one stream.

    Args:
        seed: the run's, not negative.
        purpose: one of `PURPOSES`.
        place: further numbers that tell streams of one purpose apart, such as an epoch.

    Returns:
        int below 2**32, which is all that torch's generator on the CPU reads of a seed.
    """
    words = np.random.SeedSequence([seed, PURPOSES.index(purpose), *place]).generate_state(1, np.uint32)
    return int(words[0])


def seed_generators(seed: int) -> None:
    """Seed the process's generators: torch's, for initialisation and dropout, on every device; Python's; numpy's."""
    torch.manual_seed(stream(seed, "model"))
    random.seed(stream(seed, "python"))
    np.random.seed(stream(seed, "numpy"))
