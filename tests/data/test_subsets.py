from __future__ import annotations

import numpy as np
import pytest

from labreport.data.subsets import balanced, part
from labreport.errors import DataError

CLASSES = ["cat", "dog", "owl"]
LABELS = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [20, 30, 40]))


def test_every_class_gets_its_share_in_the_given_order() -> None:
    chosen = balanced(LABELS, CLASSES, 7, seed=0, split="train")
    assert np.bincount(LABELS[chosen]).tolist() == [7, 7, 7]
    assert (np.diff(chosen) > 0).all()


def test_null_takes_all() -> None:
    assert balanced(LABELS, CLASSES, None, seed=0, split="train").tolist() == list(range(len(LABELS)))


def test_seed_and_split_decide_the_draw() -> None:
    def draw(seed: int, split: str) -> list[int]:
        return balanced(LABELS, CLASSES, 7, seed, split).tolist()

    assert draw(0, "train") == draw(0, "train")
    assert len({tuple(draw(seed, split)) for seed in range(3) for split in ("train", "test")}) == 6


def test_larger_part_contains_the_smaller() -> None:
    small, large = (set(balanced(LABELS, CLASSES, size, 5, "train").tolist()) for size in (4, 12))
    assert small < large


def test_draw_is_fair() -> None:
    counts = np.zeros(len(LABELS))
    for seed in range(2000):
        counts[balanced(LABELS, CLASSES, 10, seed, "train")] += 1
    for label, size in enumerate([20, 30, 40]):
        expected, spread = 2000 * 10 / size, np.sqrt(2000 * 10 / size * (1 - 10 / size))
        assert np.abs(counts[label == LABELS] - expected).max() < 5 * spread


def test_more_than_there_is_names_class_and_number() -> None:
    with pytest.raises(DataError, match=r"test_per_class: 21 is more than there is: class cat has 20 samples"):
        balanced(LABELS, CLASSES, 21, seed=0, split="test")


def test_part_of_unlabelled_pairs_is_drawn_in_order_without_repeats() -> None:
    chosen = part(50, 20, seed=0, split="train")
    assert len(chosen) == 20
    assert (np.diff(chosen) > 0).all()
    assert part(50, None, seed=0, split="train").tolist() == list(range(50))
    assert part(50, 50, seed=0, split="train").tolist() == list(range(50))


def test_larger_part_of_pairs_contains_the_smaller_and_draws_differ() -> None:
    assert set(part(50, 5, 1, "dev")) < set(part(50, 30, 1, "dev"))
    draws = {tuple(part(50, 5, seed, split)) for seed in range(3) for split in ("train", "dev", "test")}
    assert len(draws) == 9


def test_more_pairs_than_there_are() -> None:
    with pytest.raises(DataError, match=r"dev_pairs: 51 is more than there is: the dev split has 50 pairs"):
        part(50, 51, seed=0, split="dev")
