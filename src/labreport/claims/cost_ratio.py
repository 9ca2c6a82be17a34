"""One implementation takes at least so many times as long as another, and what it does more often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.claims.verdict import Verdict, outcome
from labreport.errors import ResultsError
from labreport.results import Results

COLUMNS = ("implementation", "milliseconds", "milliseconds_low", "milliseconds_high", "operations_per_step")


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the median times of two implementations of a measurement.

    Args:
        results: the measurement.
        options: `measurement`, `slow`, `fast` (its implementations), `at_least` (the ratio that is claimed).

    Returns:
        `supported` when the ratio is at least `at_least` even between the near quartiles (low of `slow`, high of
        `fast`), `refuted` when it is not even between the far ones, otherwise `undecided`.

    Raises:
        ResultsError: an implementation is not in the measurement, or a time is not positive.
    """
    frame = results.measurement(options["measurement"], COLUMNS).set_index("implementation")
    slow, fast = (_row(frame, options[role], options["measurement"]) for role in ("slow", "fast"))
    ratio = _ratio(slow["milliseconds"], fast["milliseconds"])
    low = _ratio(slow["milliseconds_low"], fast["milliseconds_high"])
    high = _ratio(slow["milliseconds_high"], fast["milliseconds_low"])
    at_least = float(options["at_least"])
    holds = True if low >= at_least else False if high < at_least else None
    values = {
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "at_least": at_least,
        "slow": options["slow"],
        "fast": options["fast"],
        "slow_milliseconds": float(slow["milliseconds"]),
        "fast_milliseconds": float(fast["milliseconds"]),
        "operations_ratio": _ratio(slow["operations_per_step"], fast["operations_per_step"]),
        "slow_operations_per_step": float(slow["operations_per_step"]),
        "fast_operations_per_step": float(fast["operations_per_step"]),
        **_shared_input(frame, options["slow"], slow, fast),
    }
    reason = {
        "zh": f"{options['slow']} 的用时是 {options['fast']} 的 {ratio:.1f} 倍（四分位范围 {low:.1f}–{high:.1f}），"
        f"界限为 {at_least:g} 倍。",
        "en": f"{options['slow']} takes {ratio:.1f} times as long as {options['fast']} (between quartiles {low:.1f} to "
        f"{high:.1f}); the limit is {at_least:g}.",
    }
    return Verdict(outcome(holds), reason, values)


def _row(frame: pd.DataFrame, name: str, measurement: str) -> pd.Series:
    if name not in frame.index:
        found = ", ".join(map(str, frame.index))
        raise ResultsError(f"measurement {measurement}: there is no implementation {name!r}; there are: {found}")
    row = frame.loc[name]
    if isinstance(row, pd.DataFrame):
        raise ResultsError(f"measurement {measurement}: {name!r} stands there more than once")
    return row


def _shared_input(frame: pd.DataFrame, name: str, slow: pd.Series, fast: pd.Series) -> dict[str, float | bool | None]:
    """What changes when `slow` computes its input product once for all steps (`<slow>_shared`)."""
    variant = f"{name}_shared"
    if variant not in frame.index:
        return {"shared_ratio": None, "shared_gain": None, "shared_faster": None}
    shared = _row(frame, variant, name)
    excess = float(slow["milliseconds"] - fast["milliseconds"])
    gain = float(slow["milliseconds"] - shared["milliseconds"]) / excess if excess > 0 else None
    return {
        "shared_ratio": _ratio(shared["milliseconds"], fast["milliseconds"]),
        "shared_gain": gain,
        "shared_faster": _faster(shared, slow),
    }


def _faster(one: pd.Series, other: pd.Series) -> bool | None:
    """Whether the quartiles of `one` lie wholly below those of `other`; None where the two ranges meet."""
    if one["milliseconds_high"] < other["milliseconds_low"]:
        return True
    return False if one["milliseconds_low"] > other["milliseconds_high"] else None


def _ratio(above: Any, below: Any) -> float:
    if not (above > 0 and below > 0):
        raise ResultsError(f"a ratio of costs needs two positive numbers; found {above} and {below}")
    return float(above) / float(below)
