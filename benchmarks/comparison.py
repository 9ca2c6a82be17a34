"""What benchmarks measure, beside what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.page import markdown

HEAD = ("what", "measured", "compared with", "ratio", "aim", "met")
PAIRS = 5


@dataclass(frozen=True)
class Comparison:
    """A measured quantity divided by one that was measured, or allowed, beside it.

    Attributes:
        what: what was measured.
        measured: its value and unit.
        compared_with: the other's value and unit.
        ratio: the first over the second.
        aim: the ratio that the project means to keep.
        at_least: whether more than that is better.
        remark: what else is to be said of the ratio.
        error: the ratio's standard error, where it was measured more than once.
    """

    what: str
    measured: str
    compared_with: str
    ratio: float
    aim: float
    at_least: bool = False
    remark: str = ""
    error: float = 0.0

    @classmethod
    def within(cls, what: str, value: float, allowed: float, form: str) -> Comparison:
        """A quantity over the most that it may be.

        Args:
            what: was measured.
            value: of it.
            allowed: the most.
            form: of both, such as "{:.0f} s".
        """
        return cls(what, form.format(value), f"{form.format(allowed)} allowed", value / allowed, 1.0)

    @property
    def met(self) -> str:
        """Whether the aim is reached: `yes`, `no`, or `undecided` within a standard error of it."""
        if abs(self.ratio - self.aim) < self.error:
            return "undecided"
        return "yes" if (self.ratio >= self.aim if self.at_least else self.ratio <= self.aim) else "no"

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        aim = f"at {'least' if self.at_least else 'most'} {self.aim:.2f}{f' ({self.remark})' if self.remark else ''}"
        return self.what, self.measured, self.compared_with, f"{self.ratio:.2f}", aim, self.met


@dataclass(frozen=True)
class NotMeasured:
    """A comparison that this machine cannot make.

    Attributes:
        what: would have been measured.
        why: it was not.
        aim: for the ratio, at least.
    """

    what: str
    why: str
    aim: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        return self.what, f"not measured: {self.why}", "", "", f"at least {self.aim:.2f}", ""


def turns(count: int, *works: Callable[[], float]) -> list[list[float]]:
    """Values of each in turn, so that whatever else the machine does meets all alike; the first ones do not count."""
    measured = [[work() for work in works] for _ in range(count + 1)][1:]
    return [list(values) for values in zip(*measured, strict=True)]


def compare(
    what: str,
    ours: list[float],
    theirs: list[float],
    form: str,
    other: str,
    aim: float,
    *,
    at_least: bool = False,
) -> Comparison:
    """The row of pairs of values: medians, median ratio with its standard error, and the ratios' range.

    Args:
        what: was measured.
        ours: its values.
        theirs: those of what it is compared with.
        form: of a value, such as "{:.2f} s".
        other: what it is compared with.
        aim: for the ratio.
        at_least: whether more than that is better.
    """
    ratios = sorted(one / another for one, another in zip(ours, theirs, strict=True))
    return Comparison(
        f"{what}: median of {len(ratios)} pairs",
        form.format(median(ours)),
        f"{form.format(median(theirs))}, {other}",
        median(ratios),
        aim,
        at_least,
        f"pairs from {ratios[0]:.2f} to {ratios[-1]:.2f}",
        standard_error(ratios),
    )


def standard_error(values: Sequence[float]) -> float:
    """Of the median of at least two values, by their quartiles: of normal ones sqrt(pi / 2) sigma / sqrt(n)."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return 1.2533 * (high - low) / 1.349 / len(values) ** 0.5


def table(comparisons: Sequence[Comparison | NotMeasured]) -> str:
    """The table of some comparisons."""
    return markdown([HEAD, *(one.cells for one in comparisons)])
