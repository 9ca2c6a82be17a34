"""What a kind of fault did to the project: the result of one injection, and of all injections of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

One = TypeVar("One")


@dataclass(frozen=True)
class Trial:
    """One fault that was injected.

    Attributes:
        survived: it ended as it should: in the right result, or in one message that says what to do.
        note: where and how it ended otherwise; empty when it survived.
        lost: something measured is gone, half a file is in place, or a wrong result passed for a right one.
        executed: code or markup of the input was carried out.
    """

    survived: bool
    note: str = ""
    lost: bool = False
    executed: bool = False

    @classmethod
    def judged(cls, what: str, wrong: str | None, *, lost: bool = True) -> Trial:
        """A trial that survived where nothing is wrong.

        Args:
            what: was tried.
            wrong: what is wrong in the end, or nothing.
            lost: whether that is a loss.
        """
        return cls(not wrong, f"{what}: {wrong}" if wrong else "", lost=lost and bool(wrong))


@dataclass(frozen=True)
class Fault:
    """A row of the table: all faults of one kind.

    Attributes:
        kind: what was done, in a few words.
        tried: injections.
        survived: those that ended as they should.
        lost: those that lost something, see `Trial`.
        executed: those that had their own code carried out.
        notes: what became of those that did not survive.
    """

    kind: str
    tried: int
    survived: int
    lost: int
    executed: int
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: str, trials: Iterable[Trial]) -> Fault:
        """The row that some trials add up to."""
        kept = list(trials)
        counts = (sum(getattr(trial, name) for trial in kept) for name in ("survived", "lost", "executed"))
        return cls(kind, len(kept), *counts, tuple(trial.note for trial in kept if not trial.survived))

    @property
    def harmless(self) -> bool:
        """Every injection survived, nothing was lost, nothing executed."""
        return self.survived == self.tried and not self.lost and not self.executed


# How a kind is injected: (how many, an empty folder to work in, the source of every random choice) -> its row.
Injection = Callable[[int, Path, Random], Fault]


def in_turns(every: Iterable[One], count: int, rng: Random) -> list[One]:
    """`count` of them in an order of chance, each once before any comes a second time."""
    kinds = list(every)
    rounds = -(-count // len(kinds))
    return [one for _ in range(rounds) for one in rng.sample(kinds, len(kinds))][:count]
