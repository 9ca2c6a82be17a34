"""The generators of a process, each on a stream of its own."""

import random

import numpy as np
import torch

from labreport.streams import stream


def seed_generators(seed: int) -> None:
    """Seed the process's generators: torch's, for initialisation and dropout, on every device; Python's; numpy's."""
    torch.manual_seed(stream(seed, "model"))
    random.seed(stream(seed, "python"))
    np.random.seed(stream(seed, "numpy"))
