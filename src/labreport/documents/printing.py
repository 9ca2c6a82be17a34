"""Numbers that print themselves: with their unit, and with the decimals that their error leaves a meaning to.

What is printed is pandoc Markdown: the percent sign is escaped, so that it survives inside mathematics, where TeX takes
it for a comment. What was not measured (None, NaN) is an en dash.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, Self

from labreport.errors import TemplateError
from labreport.languages import said, section
from labreport.rounding import MINUS, nearest, plain, whole

ABSENT = "–"
NBSP = "\u00a0"
# A number that says where it comes from is printed between these: START number of the origin MIDDLE text END.
START, MIDDLE, END = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{START}(\\d+){MIDDLE}(.*?){END}", re.DOTALL)
DIFFERENCE = {"fraction": "points"}  # unit -> that of a difference
DECIMALS = {"fraction": 1, "points": 1, "correlation": 3, "times": 1, "epochs": 1, "loss": 3}
SCALE = {"fraction": 100.0, "points": 100.0}


def duration(seconds: float, lang: str) -> str:
    """Seconds in the two largest units that fit: 869 -> `14 min 29 s`.

    Raises:
        TemplateError: they are infinite.
    """
    hour, minute, second = (said("printed", unit, lang) for unit in ("hours", "minutes", "seconds"))
    if math.isinf(seconds):
        raise TemplateError(f"duration needs a finite number of seconds; found {seconds}")
    if abs(seconds) < 9.95:
        return f"{plain(seconds, 1)}{NBSP}{second}"
    if seconds < 0:
        return f"{MINUS}{duration(-seconds, lang)}"
    if seconds < 3599.5:
        parts = [*zip(divmod(nearest(seconds), 60), (minute, second), strict=True)]
    else:
        parts = [*zip(divmod(nearest(seconds / 60), 60), (hour, minute), strict=True)]
    return NBSP.join(f"{amount}{NBSP}{unit}" for amount, unit in parts if amount)


def filters(lang: str) -> dict[str, Callable[..., str]]:
    """The filters of templates for a language (`zh` or `en`), by name; a share of 0.8459 is `0.8459|percent`."""

    def of(name: str, shown: Callable[..., str]) -> Callable[..., str]:
        def printed(value: Any, *options: Any, **named: Any) -> str:
            number = _number(value, name)
            return ABSENT if number is None else shown(number, *options, **named)

        return printed

    shown: dict[str, Callable[..., str]] = {
        "percent": lambda value, decimals=1: plain(100 * value, decimals) + said("printed", "fraction", lang),
        "points": lambda value, decimals=1: plain(100 * value, decimals),
        "number": lambda value, decimals=3: plain(value, decimals),
        "times": lambda value, decimals=1: plain(value, decimals) + said("printed", "ratio", lang),
        "thousands": whole,
        "duration": lambda value: duration(value, lang),
    }
    return {name: of(name, one) for name, one in shown.items()}


def _number(value: Any, name: str) -> float | None:
    """`value` as a float; None for None and NaN.

    Raises:
        TemplateError: it is no number.
    """
    if value is None:
        return None
    if isinstance(value, bool | str):
        raise TemplateError(f"the filter {name} needs a number; found {value!r}")
    try:
        found = float(value)
    except TypeError:
        raise TemplateError(f"the filter {name} needs a number; found {type(value).__name__}") from None
    return None if math.isnan(found) else found


class Origins:
    """Where the printed numbers of a document come from: what each is, and the keys of its runs.

    Attributes:
        found: by number.
        printed: number and text of all that was printed; what a template made of it, or made up, is not among them.
    """

    def __init__(self) -> None:
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.printed: set[tuple[int, str]] = set()

    def mark(self, text: str, what: str, runs: tuple[str, ...]) -> str:
        """Text that can be traced to an entry of `found`."""
        entry = (what, runs)
        if entry not in self.found:
            self.found.append(entry)
        number = self.found.index(entry)
        self.printed.add((number, text.replace("\\", "")))  # as Markdown is read
        return f"{START}{number}{MIDDLE}{text}{END}"


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

    def __new__(cls, value: float, *_: object, **__: object) -> Self:
        """The number alone."""
        return super().__new__(cls, value)

    def __init__(
        self,
        value: float,
        unit: str,
        lang: str,
        spread: float | None = None,
        error: float = 0.0,
        what: str = "",
        runs: tuple[str, ...] = (),
        origins: Origins | None = None,
    ) -> None:
        self.unit, self.lang, self.spread, self.error = unit, lang, spread, error
        self._what, self._runs, self._origins = what, runs, origins

    def __str__(self) -> str:
        text = self.text()
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
            return whole(float(self))
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
        if self.unit == "fraction" and float(self) in (0.0, 1.0) and not self.spread:
            return 0  # the error is the least that the samples can tell, and no digit of it says more than "all"
        if not error or self.unit == "times":
            return DECIMALS[self.unit]
        return max(0, min(3, -math.floor(math.log10(error))))

    def _like(self, value: float, unit: str, other: object = None) -> Value:
        """A value computed from this one and perhaps another."""
        both = [one for one in (self, other) if isinstance(one, Value)]
        runs = tuple(dict.fromkeys(run for one in both for run in one._runs))
        error = math.hypot(*((one.spread or one.error) for one in both))
        what = "; ".join(dict.fromkeys(one._what for one in both if one._what))
        return Value(value, unit, self.lang, None, error, what, runs, self._origins)

    def __sub__(self, other: float) -> Value:
        return self._like(float(self) - float(other), DIFFERENCE.get(self.unit, self.unit), other)

    def __rsub__(self, other: float) -> Value:
        return self._like(float(other) - float(self), self.unit)  # as in `1 - accuracy`

    def __add__(self, other: float) -> Value:
        return self._like(float(self) + float(other), self.unit, other)

    __radd__ = __add__

    def __mul__(self, other: float) -> Value:
        return self._like(float(self) * float(other), self.unit, other)

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Value:
        if float(other) == 0:
            return self._like(math.nan, "times")
        unit = self.unit
        if isinstance(other, Value):
            unit = "times" if other.unit == unit else ""
        return self._like(float(self) / float(other), unit, other)

    def __neg__(self) -> Value:
        return self._like(-float(self), self.unit)

    def __abs__(self) -> Value:
        return self._like(abs(float(self)), self.unit)


def unmarked(text: str) -> str:
    """Text without the marks of where its numbers come from."""
    return MARKED.sub(r"\2", text)


def parts(text: str) -> Iterator[tuple[int | None, str]]:
    """The pieces of a text, each with the number of its origin or None."""
    pieces = MARKED.split(text)  # words, number, words of the number, words ...
    for place, piece in enumerate(pieces):
        if place % 3 != 1 and piece:
            yield (int(pieces[place - 1]) if place % 3 else None), piece
