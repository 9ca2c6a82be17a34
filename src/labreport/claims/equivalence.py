"""Experiments differ by so little: shown by two one-sided tests, never by a difference that was not found."""

from itertools import combinations

from labreport.claims import wording
from labreport.claims.comparison import difference, margin_of, means_of, obstacle, quantity_of
from labreport.claims.verdict import Evidence, Verdict, conclude
from labreport.results import Options, Results


def judge(results: Results, options: Options) -> Verdict:
    """Compare experiments pair by pair, or each with a base, or two quantities of the same runs.

    Args:
        results: the runs.
        options: `quantity`, `experiments` (two at least, or one with `base` or `minus`), `within` (the largest
            difference that still counts as none), `base`, `minus`, `dataset` (as of a `difference`).

    Returns:
        `supported` where all differences are shown to be at most `within`, `refuted` where one is shown to be more.

    Raises:
        ResultsError: experiments on different data sets.
    """
    names, base, minus = list(options["experiments"]), options.get("base", ""), options.get("minus", "")
    compared = [*names, base] if base else names
    quantity, margin = quantity_of(options), margin_of(options, "within")
    doubt = obstacle(results, compared, quantity)
    pairs = [(name, name if minus else base) for name in names] if base or minus else list(combinations(names, 2))
    evidence = [Evidence.within(difference(results, options, *pair), margin, *pair) for pair in pairs]
    means = means_of(results, options, compared)
    best, worst = max(means, key=lambda name: means[name]), min(means, key=lambda name: means[name])
    widest = max(evidence, key=lambda one: abs(one.estimate.value))
    values = {
        "base": base or None,
        "best": best,
        "worst": worst,
        "highest": means[best],
        "lowest": means[worst],
        "means": means,
        "largest": abs(widest.estimate.value),
        "widest": widest.names[0],
    }
    key, quantities = "two_quantities" if minus else "minus", filter(None, (options["quantity"], minus))
    what = wording.what(key, *quantities, metric=results.metric(names[0]))
    return conclude(results, evidence, quantity, margin=margin, claim="within", what=what, values=values, doubt=doubt)
