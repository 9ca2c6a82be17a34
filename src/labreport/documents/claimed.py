"""A claim as a template sees it: its numbers in their units, its names, and a phrase that states it."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from labreport.documents import wording
from labreport.documents.naming import Namespace
from labreport.documents.printing import DIFFERENCE, Origins, Value
from labreport.documents.text import Literal
from labreport.languages import section
from labreport.quantities.registry import QUANTITIES

OUTCOMES = ("supported", "refuted", "undecided")
IDENTIFIER = re.compile(r"[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)*")
# Values of claims that are a quantity's own, not a difference of it.
LEVELS = ("means", "base", "highest", "lowest", "measured", "published", "mean")
STATED = ("share_of_best", "threshold", "tolerance", "classes")  # without an error
NOT_ZERO = re.compile("[1-9]")
INTERVAL = 2 * 1.959964  # standard errors that an interval of 95 % is wide


class Limit(Value):
    """A number that was declared, with the digits that it was declared with."""

    def _decimals(self, scale: float) -> int:
        return max(0, -int(Decimal(f"{scale * self:.10g}").normalize().as_tuple().exponent))


def shown_name(text: str) -> str | Literal:
    """A name from data. Plain identifiers need no escaping in pandoc Markdown and do not get any: a code span, where
    names usually stand, would show it."""
    return text if IDENTIFIER.fullmatch(text) else Literal(text)


def claim(found: Mapping[str, Any], name: str, lang: str, origins: Origins | None = None) -> Namespace:
    """A claim; printed, it is its estimate with interval and outcome.

    Args:
        found: its file, see docs/reference/claims.md.
        name: of the claim.
        lang: `zh` or `en`.
        origins: takes where each printed number comes from.
    """
    what = found["what"][lang]
    number = partial(Value, lang=lang, what=what, runs=tuple(found.get("runs", ())), origins=origins)
    unit = DIFFERENCE.get(found["unit"], found["unit"]) or "loss"
    low, high = found["low"], found["high"]
    width = math.nan if low is None or high is None else high - low
    error = 0.0 if math.isnan(width) else width / INTERVAL
    units = _units(found["values"])
    part = partial(number, what=wording.word("for the claim", lang, what))
    values = {
        key: _shown(value, partial(part, unit=units.get(key, unit), error=0.0 if key in STATED else error))
        for key, value in found["values"].items()
    }
    ends = ("estimate", "low", "high")
    estimates = {key: _shown(found[key], partial(number, unit=unit, error=error)) for key in ends}
    if error and any(found[key] and not NOT_ZERO.search(estimates[key].digits()) for key in ends[1:]):
        # so that an end beside zero is not printed as zero
        fine = min(abs(found[key]) for key in ends[1:] if found[key])
        estimates = {key: _shown(found[key], partial(number, unit=unit, error=fine)) for key in ends}
    estimates["margin"] = Limit(found["margin"], unit, lang)
    outcomes = {outcome: found["outcome"] == outcome for outcome in OUTCOMES}
    facts = {key: found[key] for key in ("outcome", "favours", "p", "p_adjusted", "seeds", "paired", "method")}
    verdict = section("outcomes", lang)[found["outcome"]]
    told = {"reason": Literal(found["reason"][lang]), "what": Literal(what), "verdict": verdict}
    told["level"] = Value(found["level"], "fraction", lang)
    between = wording.word("interval", lang, estimates["low"].digits(), estimates["high"].digits()) if error else ""
    detail = wording.word("claim_comma", lang).join(filter(None, (between, verdict)))
    said = wording.word("claim", lang, estimates["estimate"], detail)
    return Namespace(f"claims.{name}", {**values, **facts, **estimates, **outcomes, **told}, said)


def _units(values: Mapping[str, Any]) -> dict[str, str]:
    """The units of what is no difference of the claim's quantity."""
    known = QUANTITIES.get(str(values.get("quantity")).partition("(")[0])  # of a measurement it is none
    own = "" if known is None else known.unit or "loss"
    metric = "correlation" if values.get("metric") in ("pearson", "spearman") else "fraction"
    stated = {"share_of_best": "fraction", "threshold": metric, "tolerance": DIFFERENCE.get(metric, metric)}
    return {**dict.fromkeys(LEVELS, own), **stated, "classes": "count"}


def _shown(value: Any, number: Callable[[float], Value]) -> Any:
    if isinstance(value, str):
        return shown_name(value)
    if isinstance(value, Mapping):
        return {key: _shown(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item, number) for item in value]
    return value if isinstance(value, bool) else number(math.nan if value is None else value)
