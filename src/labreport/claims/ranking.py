"""One experiment is the best of several."""

from labreport.claims import wording
from labreport.claims.comparison import difference, means_of, obstacle, quantity_of
from labreport.claims.verdict import Evidence, Verdict, conclude
from labreport.results import Options, Results


def judge(results: Results, options: Options) -> Verdict:
    """Compare one experiment with each of its rivals.

    It was named beforehand. That it is better than every rival is shown where each comparison shows it; that it is not
    the best, by the clearest rival, whose p value is multiplied by the number of rivals.

    Args:
        results: the runs.
        options: `quantity`, `best` (one of `experiments`), `experiments` (two at least), `dataset`.

    Returns:
        `supported` where it is better than all others, `refuted` where one of them is better.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    best, names, quantity = options["best"], list(options["experiments"]), quantity_of(options)
    rivals = [name for name in names if name != best]
    doubt = obstacle(results, names, quantity)
    evidence = [Evidence.at_least(difference(results, options, best, rival), 0.0, rival, best) for rival in rivals]
    means = means_of(results, options, names)
    lower = quantity.higher_is_better is False
    values = {
        "expected": best,
        "best": (min if lower else max)(names, key=lambda name: means[name]),
        "rival": min(evidence, key=lambda one: one.estimate.value).names[0],
        "means": means,
    }
    what = wording.what("lead", options["quantity"], metric=results.metric(best))
    return conclude(results, evidence, quantity, margin=0.0, claim="above", what=what, values=values, doubt=doubt)
