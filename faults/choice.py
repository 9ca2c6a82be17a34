"""What chance decides for the faults, and what it does not: every way to fail has its turn."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TypeVar

One = TypeVar("One")


def in_turns(every: Iterable[One], count: int, rng: Random) -> list[One]:
    """`count` of them in an order of chance, each once before any comes a second time."""
    kinds = list(every)
    rounds = -(-count // len(kinds))
    return [one for _ in range(rounds) for one in rng.sample(kinds, len(kinds))][:count]
