from __future__ import annotations

import random

import numpy as np
import torch

from labreport.streams import generator, stream
from labreport.training.batches import Batches, Split
from labreport.training.seeds import seed_generators

PURPOSES = ("model", "order", "augmentation", "python", "numpy", "longtail", "balance", "subset of train")
ORDER = 0x5AD53131


def test_every_purpose_and_place_has_a_stream_of_its_own() -> None:
    places = [(), *((place,) for place in range(20)), *((0, place) for place in range(5))]
    for seed in range(20):
        streams = [stream(seed, purpose, *place) for purpose in PURPOSES for place in places]
        assert len(set(streams)) == len(streams)
        assert all(0 <= one < 2**32 for one in streams)
    assert len({stream(seed, "order") for seed in range(1000)}) == 1000


def test_a_place_of_zero_is_a_place() -> None:
    """`SeedSequence` takes [1], [1, 0] and [1, 0, 0] for one."""
    draws = [generator(1, "longtail", *place).random() for place in ((), (0,), (0, 0))]
    assert len(set(draws)) == 3


def test_streams_stay_those_that_runs_were_drawn_from() -> None:
    """The first four bytes of what `printf order:3:1 | sha256sum` prints, the least one first."""
    assert stream(3, "order", 1) == ORDER
    assert generator(3, "order", 1).random() == np.random.default_rng(ORDER).random()


def test_every_generator_of_the_process_is_seeded() -> None:
    draws = []
    for seed in (4, 4, 5):
        seed_generators(seed)
        draws.append((torch.rand(1).item(), random.random(), np.random.random()))
    assert draws[0] == draws[1]
    assert all(one != other for one, other in zip(draws[0], draws[2], strict=True))
    assert draws[0][1] == random.Random(stream(4, "python")).random()
    assert draws[0][2] == np.random.RandomState(stream(4, "numpy")).random()
    assert draws[0][0] == torch.rand(1, generator=torch.Generator().manual_seed(stream(4, "model"))).item()


def test_initialisation_order_and_augmentation_draw_from_different_streams() -> None:
    seed_generators(0)
    split = Split.place(np.zeros((4, 3, 2, 2), np.uint8), np.zeros(4, np.uint8), None, torch.device("cpu"))
    generators = [torch.default_generator, *Batches(split, 2, seed=0).generators.values()]
    assert len({torch.rand(1, generator=generator).item() for generator in generators}) == 3
