"""Numbers that print themselves: with their unit, and with the decimals that their error leaves a meaning to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from labreport.documents.quantities import ABSENT, MINUS, duration, plain
from labreport.languages import section

NBSP = "\u00a0"
# A number that says where it comes from is printed between these: START number of the origin MIDDLE text END.
START, MIDDLE, END = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{START}(\\d+){MIDDLE}(.*?){END}", re.DOTALL)
DIFFERENCE = {"fraction": "points"}  # unit -> that of a difference
DECIMALS = {"fraction": 1, "points": 1, "correlation": 3, "times": 1, "epochs": 1, "loss": 3}
SCALE = {"fraction": 100.0, "points": 100.0}


class Origins:
    """Where the printed numbers of a document come from: what each is, and the keys of its runs."""

    def __init__(self) -> None:
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def mark(self, text: str, what: str, runs: tuple[str, ...]) -> str:
        """Text that can be traced to an entry of `found`."""
        entry = (what, runs)
        if entry not in self.found:
            self.found.append(entry)
        return f"{START}{self.found.index(entry)}{MIDDLE}{text}{END}"


class Value(float):
    """A number in its unit: a mean over seeds, or something stated.

    It is a float in its own unit (a fraction, not percent), so that it can be compared and computed with; differences
    and ratios of values are values, too.

    Args:
        value: NaN where nothing was measured, which prints as a dash.
        unit: `fraction`, `correlation`, `loss`, `epochs`, `seconds`, `per second`, `count`; of differences of fractions
            `points`, of ratios `times`; empty for a setting.
        lang: `zh` or `en`.
        spread: standard deviation over seeds; None where there is one seed.
        error: standard error from the finite number of samples; 0 where there is none or it is unknown.
        what: the quantity and whose it is, for those who ask where a number comes from.
        runs: keys of the runs that it was measured in.
        origins: takes what and whence when the value is printed; None prints it bare.
    """

    unit: str
    lang: str
    spread: float | None
    error: float

    def __new__(
        cls,
        value: float,
        unit: str,
        lang: str,
        spread: float | None = None,
        error: float = 0.0,
        what: str = "",
        runs: tuple[str, ...] = (),
        origins: Origins | None = None,
    ) -> Value:
        """A value; see the class."""
        new = super().__new__(cls, value)
        new.unit, new.lang, new.spread, new.error = unit, lang, spread, error
        new._what, new._runs, new._origins = what, runs, origins
        return new

    _what: str
    _runs: tuple[str, ...]
    _origins: Origins | None

    def __str__(self) -> str:
        return self.marked(self.text())

    def marked(self, text: str) -> str:
        """Text that states this value, with where it comes from."""
        return text if self._origins is None or not self._runs else self._origins.mark(text, self._what, self._runs)

    def text(self) -> str:
        """As it is printed: `84.6 %`, `84.6 ± 0.3 %`, `1.2 points`, `14 min 29 s`, `21,282,122`."""
        text = self.digits()
        if text == ABSENT:
            return text
        unit = section("printed", self.lang).get(self.unit, "") if self.unit != "seconds" else ""
        return text + (unit.removesuffix("s") if text in ("1", f"{MINUS}1") else unit)

    def digits(self) -> str:
        """The same without a unit, but for times."""
        if math.isnan(self):
            return ABSENT
        if self.unit == "seconds":
            return duration(float(self), self.lang)
        if self.unit in ("count", "per second"):
            return f"{round(float(self)):,}".replace("-", MINUS)
        if not self.unit:
            return f"{float(self):.10g}".replace("-", MINUS)
        scale = SCALE.get(self.unit, 1.0)
        decimals = self._decimals(scale)
        text = plain(scale * float(self), decimals)
        if self.spread is not None and self.unit != "times":
            text += f"{NBSP}±{NBSP}{plain(scale * self.spread, decimals)}"
        return text

    def _decimals(self, scale: float) -> int:
        """One digit of the error; where it is unknown, what is usual."""
        error = scale * (self.spread or self.error)
        if self.unit == "epochs" and not self.spread:
            return 0 if float(self).is_integer() else 1
        if not error or self.unit == "times":
            return DECIMALS[self.unit]
        return max(0, min(3, -math.floor(math.log10(error))))

    def _like(self, value: float, unit: str, *others: Value) -> Value:
        """A value computed from this one and others."""
        whats = [one._what for one in (self, *others) if one._what]
        runs = tuple(dict.fromkeys(run for one in (self, *others) for run in one._runs))
        error = math.hypot(*((one.spread or one.error) for one in (self, *others)))
        what = "; ".join(dict.fromkeys(whats))
        return Value(value, unit, self.lang, None, error, what, runs, self._origins)

    def __sub__(self, other: float) -> Value:
        others = [other] if isinstance(other, Value) else []
        return self._like(float(self) - float(other), DIFFERENCE.get(self.unit, self.unit), *others)

    def __rsub__(self, other: float) -> Value:
        return self._like(float(other) - float(self), self.unit)  # as in `1 - accuracy`

    def __add__(self, other: float) -> Value:
        return self._like(float(self) + float(other), self.unit, *([other] if isinstance(other, Value) else []))

    __radd__ = __add__

    def __mul__(self, other: float) -> Value:
        return self._like(float(self) * float(other), self.unit, *([other] if isinstance(other, Value) else []))

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Value:
        if float(other) == 0:
            return self._like(math.nan, "times")
        if isinstance(other, Value):
            return self._like(float(self) / float(other), "times" if other.unit == self.unit else "", other)
        return self._like(float(self) / float(other), self.unit)

    def __neg__(self) -> Value:
        return self._like(-float(self), self.unit)

    def __abs__(self) -> Value:
        return self._like(abs(float(self)), self.unit)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return float(self), self.unit, self.lang


def unmarked(text: str) -> str:
    """Text without the marks of where its numbers come from."""
    return MARKED.sub(r"\2", text)


def parts(text: str) -> Iterator[tuple[int | None, str]]:
    """The pieces of a text, each with the number of its origin or None."""
    end = 0
    for found in MARKED.finditer(text):
        if found.start() > end:
            yield None, text[end : found.start()]
        yield int(found[1]), found[2]
        end = found.end()
    if end < len(text):
        yield None, text[end:]
