"""What a claim came out as, and how it is written down.

A claim is the conjunction of elementary ones: that an experiment exceeds another by a margin, that a difference lies
within a margin. Each has two one-sided p values, of the evidence for it and against it.

- **For** all of them stands the largest p value: where each is shown, all are (intersection-union test, Berger 1982,
  doi:10.1080/00401706.1982.10487790), and no adjustment is needed for their number.
- **Against** them stands the smallest, times their number (Bonferroni): one that fails is enough, and the more there
  are, the sooner one fails by chance.

The p value of a claim is twice the smaller of both, and the claim is decided where that is at most 5 % after Holm's
adjustment for all claims of the report. Intervals are of single comparisons at 95 % and are not adjusted.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

from labreport.claims import wording
from labreport.claims.estimates import BINARY, LEVEL, Estimate, holm
from labreport.enumeration import precisions
from labreport.languages import LANGUAGES
from labreport.quantities.registry import Quantity
from labreport.results import Options, Results

Verdict = dict[str, Any]  # what the file of a claim holds, see docs/reference/claims.md
SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"


@dataclass(frozen=True)
class Evidence:
    """One elementary comparison.

    Attributes:
        estimate: of what is compared with the margin.
        supports: one-sided p value of the evidence for the claim.
        refutes: of that against it.
        names: the experiments that it compares.
    """

    estimate: Estimate
    supports: float
    refutes: float
    names: tuple[str, ...] = ()

    @classmethod
    def at_least(cls, estimate: Estimate, margin: float, *names: str) -> Self:
        """That the number is `margin` at least."""
        return cls(estimate, estimate.above(margin), estimate.below(margin), names)

    @classmethod
    def within(cls, estimate: Estimate, margin: float, *names: str) -> Self:
        """That the number lies between minus `margin` and `margin`: two one-sided tests (TOST).

        Schuirmann 1987, doi:10.1007/BF01068419. That a difference cannot be told from zero supports nothing.
        """
        if estimate.exact:
            inside = abs(estimate.value) - estimate.rounding <= margin + BINARY
            return cls(estimate, float(not inside), float(inside), names)
        supports = max(estimate.above(-margin), estimate.below(margin))
        beyond = min(estimate.above(margin), estimate.below(-margin))
        return cls(estimate, supports, min(1.0, beyond + estimate.opposite(margin)), names)


class ClaimKind(Protocol):
    """What a module named in `labreport.claims.registry` has."""

    def judge(self, results: Results, options: Options) -> Verdict:
        """What the claim came out as: what `conclude` makes of its comparisons."""


def weigh(evidence: Sequence[Evidence]) -> tuple[Evidence, str, float | None]:
    """Of several comparisons that are claimed together: the one that decides, what it favours, and the p value."""
    unknown = next((one for one in evidence if not one.estimate.known), None)
    if unknown is not None:
        return unknown, UNDECIDED, None
    weakest = max(evidence, key=lambda one: one.supports)
    contrary = min(evidence, key=lambda one: one.refutes)
    against = min(1.0, len(evidence) * contrary.refutes)
    shown, favours = (weakest, SUPPORTED) if weakest.supports <= against else (contrary, REFUTED)
    if all(one.estimate.exact for one in evidence):
        return shown, favours, None
    return shown, favours, min(1.0, 2 * min(weakest.supports, against))


def conclude(
    results: Results,
    evidence: Sequence[Evidence],
    quantity: Quantity,
    *,
    margin: float,
    claim: str,
    what: Mapping[str, str],
    values: Mapping[str, Any],
    doubt: Mapping[str, str] | None = None,
    unit: str | None = None,
) -> Verdict:
    """The outcome of comparisons that are claimed together, before the other claims of their report are known.

    Its words call experiments by their titles, its values by their names.

    Args:
        results: the runs, and the titles of their experiments.
        evidence: the comparisons.
        quantity: what is compared.
        margin: in its unit.
        claim: at_least, at_most, above or within: on which side of the margin the claim is true.
        what: what the estimate is of, by language; `{}` stands for the names of the comparison that decides.
        values: for templates.
        doubt: why nothing can be decided, by language.
        unit: of the estimate, where that is not the quantity's.
    """
    shown, favours, p = weigh(evidence)
    estimate = shown.estimate
    if margin and estimate.method == "mcnemar":  # which tests no other limit than zero
        estimate = replace(estimate, method="paired")
    unit = quantity.unit if unit is None else unit
    decided = not doubt and favours != UNDECIDED
    named, reason = dict[str, str](), dict[str, str]()
    for lang in LANGUAGES:
        titles = {name: results.title(name, lang) for name in results.experiments}
        of = what[lang].format(*(titles.get(name, name) for name in shown.names))
        limit, why = wording.claimed(claim, margin, unit, lang), (doubt or {}).get(lang, "")
        named[lang] = of.rstrip(" ,，")
        reason[lang] = wording.phrase(of, estimate, unit, limit, lang, why) + _unlike(results, titles, lang)
    ends = estimate.interval() if estimate.known else (math.nan, math.nan)
    value, low, high = (wording.scaled(number, unit) for number in (estimate.value, *ends))
    estimates = {one.names[0]: wording.scaled(one.estimate.value, unit) for one in evidence if one.names}
    found = {"quantity": quantity.name, "estimates": estimates, "comparable": not doubt, **values}
    return {
        "outcome": favours if decided else UNDECIDED,
        "favours": favours,
        **_json({"estimate": value, "low": low, "high": high}),
        "margin": margin,
        "unit": unit,
        "claim": claim,
        "what": named,
        "p": p if decided else None,
        "p_adjusted": p if decided else None,
        "seeds": estimate.seeds,
        "level": LEVEL,
        "paired": estimate.paired,
        "method": estimate.method,
        "reason": reason,
        "values": _json(found),
    }


def file_of(kind: ClaimKind, spec: Mapping[str, Any]) -> Verdict:
    """The file of a claim as if it were the only one of its report; `adjusted` accounts for the others.

    Args:
        kind: the module that judges it.
        spec: the claim's.
    """
    runs = [run["key"] for one in spec["experiments"].values() for run in one["runs"]]
    about = {"name": spec["name"], "kind": spec["kind"], "runs": runs}
    return _decided({**about, **kind.judge(Results(spec), spec["options"])})


def adjusted(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Verdict]:
    """The claims of a report, each decided by its p value after Holm's adjustment for all of them."""
    tested = {name: float(one["p"]) for name, one in files.items() if one["p"] is not None}
    p_values = holm(tested)
    return {name: _decided({**one, "p_adjusted": p_values.get(name)}) for name, one in files.items()}


def _decided(file: Verdict) -> Verdict:
    p = file["p_adjusted"]
    if p is None:  # arithmetic decides, or nothing
        return file
    return {**file, "outcome": file["favours"] if p <= 1 - LEVEL else UNDECIDED}


def _unlike(results: Results, titles: Mapping[str, str], lang: str) -> str:
    """A sentence that says which experiments were computed in which precision, where not all were in one."""
    computed = results.unlike_precisions(titles)
    return precisions([(titles[name], one) for name, one in computed.items()], lang) if computed else ""


def _json(value: Any) -> Any:
    """A value for JSON, which has no NaN."""
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value
