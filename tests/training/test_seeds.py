from __future__ import annotations

import random

import numpy as np
import torch

from labreport.training.batches import Batches, Split
from labreport.training.seeds import PURPOSES, seed_generators, stream


def test_every_purpose_and_place_of_every_seed_has_a_stream_of_its_own() -> None:
    seeds = range(50)
    streams = [stream(seed, purpose) for seed in seeds for purpose in PURPOSES]
    streams += [stream(seed, "augmentation", epoch) for seed in seeds for epoch in range(1, 20)]
    assert len(set(streams)) == len(streams)
    assert all(0 <= one < 2**32 for one in streams)


def test_every_generator_of_the_process_is_seeded() -> None:
    draws = []
    for seed in (4, 4, 5):
        seed_generators(seed)
        draws.append((torch.rand(1).item(), random.random(), np.random.random()))
    assert draws[0] == draws[1]
    assert all(one != other for one, other in zip(draws[0], draws[2], strict=True))


def test_initialisation_order_and_augmentation_draw_from_different_streams() -> None:
    seed_generators(0)
    split = Split.place(np.zeros((4, 3, 2, 2), np.uint8), np.zeros(4, np.uint8), None, torch.device("cpu"))
    generators = [torch.default_generator, *Batches(split, 2, seed=0).generators.values()]
    assert len({torch.rand(1, generator=generator).item() for generator in generators}) == 3
