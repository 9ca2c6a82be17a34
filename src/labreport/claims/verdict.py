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
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from labreport.claims.estimates import BINARY, LEVEL, Estimate, holm
from labreport.claims.wording import scaled
from labreport.languages import LANGUAGES, said
from labreport.result_spec import titled
from labreport.results import Options, Results

SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"
Words = Mapping[str, str]


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


@dataclass(frozen=True)
class Verdict:
    """A claim's outcome before the other claims of its report are known.

    Attributes:
        favours: the outcome that the evidence points to.
        p: two-sided p value; None where arithmetic decides or nothing does.
        decided: whether it can be decided at all.
        shown: the comparison that decides.
        margin: in the unit.
        unit: of estimate, interval and margin.
        claim: at_least, at_most, above or within: on which side of the margin the claim is true.
        what: what the estimate is of, per language.
        reason: one phrase per language.
        values: further numbers and names; JSON values.
    """

    favours: str
    p: float | None
    decided: bool
    shown: Estimate
    margin: float
    unit: str
    claim: str
    what: Words
    reason: Words = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class ClaimKind(Protocol):
    """What a module named in `labreport.claims.registry` has."""

    def judge(self, results: Results, options: Options) -> Verdict:
        """What the claim came out as."""


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


def file_of(kind: ClaimKind, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The file of a claim as if it were the only one of its report; `adjusted` accounts for the others.

    Reasons call experiments by their titles, values by their names.

    Args:
        kind: the module that judges it.
        spec: the claim's.
    """
    shown = {lang: titled(spec, lang) for lang in LANGUAGES}
    verdicts = {"zh": kind.judge(Results(shown["zh"]), shown["zh"]["options"])}
    alike = list(shown["zh"]["experiments"]) == list(shown["en"]["experiments"])
    verdicts["en"] = verdicts["zh"] if alike else kind.judge(Results(shown["en"]), shown["en"]["options"])
    unlike = {lang: _unlike(Results(one), lang) for lang, one in shown.items()}
    names = dict(zip(shown["en"]["experiments"], spec["experiments"], strict=True))
    verdict = verdicts["en"]
    estimate, p = verdict.shown, verdict.p if verdict.decided else None
    ends = estimate.interval() if estimate.known else (math.nan, math.nan)
    value, low, high = (scaled(number, verdict.unit) for number in (estimate.value, *ends))
    return _decided(
        {
            "name": spec["name"],
            "kind": spec["kind"],
            "outcome": verdict.favours if verdict.decided else UNDECIDED,
            "favours": verdict.favours,
            "estimate": _json(value, names),
            "low": _json(low, names),
            "high": _json(high, names),
            "margin": verdict.margin,
            "unit": verdict.unit,
            "claim": verdict.claim,
            "what": {lang: one.what[lang] for lang, one in verdicts.items()},
            "p": p,
            "p_adjusted": p,
            "seeds": estimate.seeds,
            "level": LEVEL,
            "paired": estimate.paired,
            "method": estimate.method,
            "reason": {lang: f"{one.reason[lang]}{unlike[lang]}" for lang, one in verdicts.items()},
            "values": {key: _json(each, names) for key, each in verdict.values.items()},
        }
    )


def adjusted(files: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The claims of a report, each decided by its p value after Holm's adjustment for all of them."""
    tested = {name: float(one["p"]) for name, one in files.items() if one["p"] is not None}
    p_values = holm(tested)
    return {name: _decided({**one, "p_adjusted": p_values.get(name)}) for name, one in files.items()}


def _decided(file: dict[str, Any]) -> dict[str, Any]:
    p = file["p_adjusted"]
    if p is None:  # arithmetic decides, or nothing
        return file
    return {**file, "outcome": file["favours"] if p <= 1 - LEVEL else UNDECIDED}


def _unlike(results: Results, lang: str) -> str:
    """A sentence that says which experiments were computed in which precision, where not all were in one."""
    found = {name: results.environment(name)["precision"] for name in results.experiments if results.specified(name)}
    computed = {name: "/".join(sorted({*values.dropna()})) for name, values in found.items()}
    if len({*computed.values()} - {""}) < 2:
        return ""
    listed = [said("reasons", "precision", lang, name, precision) for name, precision in computed.items()]
    return said("reasons", "precisions", lang, said("reasons", "precisions_comma", lang).join(listed))


def _json(value: Any, names: Mapping[str, str]) -> Any:
    """A value for JSON, which has no NaN, and in which experiments have their names again."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _json(one, names) for key, one in value.items()}
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return names.get(value, value)
