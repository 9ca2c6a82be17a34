"""Experiments differ by so little: shown by two one-sided tests, never by a difference that was not found."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from labreport.claims import wording
from labreport.claims.comparison import conclude, difference, margin_of, number, obstacle, quantity_of
from labreport.claims.verdict import Evidence, Verdict
from labreport.errors import ResultsError
from labreport.quantities.measured import measure
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare experiments pair by pair, or each with a base, or two quantities of the same runs.

    Args:
        results: the runs.
        options: `quantity`, `experiments` (two at least, or one with `base` or `minus`), `within` (the largest
            difference that still counts as none), `base`, `minus`, `dataset` (as of a `difference`).

    Returns:
        `supported` where all differences are shown to be at most `within`, `refuted` where one is shown to be more.

    Raises:
        ResultsError: fewer than two to compare, or experiments on different data sets.
    """
    names, base, minus = list(options["experiments"]), options.get("base", ""), options.get("minus", "")
    if len(names) < 2 and not base and not minus:
        raise ResultsError(f"{results.name}: two experiments at least are needed to compare; found {names}")
    quantity, margin = quantity_of(options), margin_of(options, "within")
    doubt = obstacle(results, [*names, base] if base else names, quantity)
    if minus:
        pairs = [(name, name) for name in names]
    elif base:
        pairs = [(name, base) for name in names]
    else:
        pairs = list(combinations(names, 2))
    evidence = [Evidence.within(difference(results, options, *pair), margin, *pair) for pair in pairs]
    means = {
        name: measure(results, name, options["quantity"], options.get("dataset", "")).mean
        for name in ([*names, base] if base else names)
    }
    best, worst = max(means, key=lambda name: means[name]), min(means, key=lambda name: means[name])
    widest = max(evidence, key=lambda one: abs(one.estimate.value))
    values = {
        "base": base or None,
        "best": best,
        "worst": worst,
        "highest": means[best],
        "lowest": means[worst],
        "means": {name: number(mean) for name, mean in means.items()},
        "largest": number(abs(widest.estimate.value)),
        "widest": widest.names[0],
    }
    what = wording.what("two_quantities" if minus else "minus", options["quantity"], *filter(None, [minus]))
    return conclude(evidence, quantity, margin=margin, claim="within", what=what, values=values, doubt=doubt)
