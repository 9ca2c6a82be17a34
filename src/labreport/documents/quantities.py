"""The filters of templates: numbers with the signs, spaces and units of the language.

Every filter takes a number, or None (nothing was measured), which it writes as an en dash. What it returns is pandoc
Markdown: the percent sign is escaped, so that it survives inside mathematics, where TeX takes it for a comment.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from labreport.errors import TemplateError
from labreport.languages import said
from labreport.rounding import fixed

ABSENT = "–"
MINUS = "−"
THIN = "\u202f"  # narrow and unbreakable


def plain(value: float, decimals: int) -> str:
    """`value` with so many decimals, halves rounded away from zero, and a real minus sign; never minus zero."""
    if math.isinf(value):
        return f"{MINUS if value < 0 else ''}∞"
    return fixed(value, decimals).replace("-", MINUS)


def filters(lang: str) -> dict[str, Callable[..., str]]:
    """The filters for a language (`zh` or `en`), by the name a template gives them."""

    def percent(value: Any, decimals: int = 1) -> str:
        """A fraction in percent: 0.8459 -> 84.6 % (a thin space in English, none in Chinese)."""
        number = _number(value, "percent")
        return ABSENT if number is None else plain(100 * number, decimals) + said("printed", "fraction", lang)

    def points(value: Any, decimals: int = 1) -> str:
        """A difference of fractions in percentage points, without a unit: 0.0123 -> 1.2."""
        number = _number(value, "points")
        return ABSENT if number is None else plain(100 * number, decimals)

    def number(value: Any, decimals: int = 3) -> str:
        """A number with so many decimals."""
        found = _number(value, "number")
        return ABSENT if found is None else plain(found, decimals)

    def times(value: Any, decimals: int = 1) -> str:
        """A ratio: 2.13 -> `2.1 times`."""
        ratio = _number(value, "times")
        if ratio is None:
            return ABSENT
        return plain(ratio, decimals) + said("printed", "ratio", lang)

    def thousands(value: Any) -> str:
        """A whole number in groups of three digits: 25000 -> 25,000."""
        whole = _number(value, "thousands")
        return ABSENT if whole is None else f"{round(whole):,}".replace("-", MINUS)

    def lasting(value: Any) -> str:
        """Seconds in the two largest units that fit: 869 -> `14 min 29 s`."""
        seconds = _number(value, "duration")
        return ABSENT if seconds is None else duration(seconds, lang)

    return {
        "percent": percent,
        "points": points,
        "number": number,
        "times": times,
        "thousands": thousands,
        "duration": lasting,
    }


def duration(seconds: float, lang: str) -> str:
    """Seconds in the two largest units that fit: 869 -> `14 min 29 s`.

    Raises:
        TemplateError: they are negative or infinite.
    """
    hour, minute, second = (said("printed", unit, lang) for unit in ("hours", "minutes", "seconds"))
    if seconds < 0 or math.isinf(seconds):
        raise TemplateError(f"duration needs a finite number of seconds, 0 at least; found {seconds}")
    if seconds < 9.95:
        return f"{plain(seconds, 1)}\u00a0{second}"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u00a0{second}"
    if whole < 3600:
        parts = [(whole // 60, minute), (whole % 60, second)]
    else:
        minutes = round(seconds / 60)
        parts = [(minutes // 60, hour), (minutes % 60, minute)]
    return "\u00a0".join(f"{amount}\u00a0{unit}" for amount, unit in parts if amount)


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
