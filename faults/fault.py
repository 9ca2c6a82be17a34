"""What a kind of fault did to the project: the result of one injection, and of all injections of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random


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
        return cls(
            kind,
            len(kept),
            sum(trial.survived for trial in kept),
            sum(trial.lost for trial in kept),
            sum(trial.executed for trial in kept),
            tuple(trial.note for trial in kept if not trial.survived),
        )

    @property
    def harmless(self) -> bool:
        """Every injection survived, nothing was lost, nothing executed."""
        return self.survived == self.tried and not self.lost and not self.executed


# How a kind is injected: (how many, an empty folder to work in, the source of every random choice) -> its row.
Injection = Callable[[int, Path, Random], Fault]
