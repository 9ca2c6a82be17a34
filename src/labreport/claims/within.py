"""The experiments end within some points of one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import BINARY, Verdict, exceeds, final_values, measured, outcome, same_dataset
from labreport.claims.wording import bound, gap, size
from labreport.errors import ResultsError
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the best and the worst experiment by their means over seeds after the last epoch.

    Args:
        results: the runs.
        options: `experiments` (at least two names), `metric` (an accuracy or a Pearson correlation), `points` (the
            largest difference that still counts as close, in percentage points, of a correlation in hundredths).

    Returns:
        `supported` when the difference is at most `points`; `undecided` when the reach of the difference's error
        (seeds and finite set of samples) crosses that limit.

    Raises:
        ResultsError: fewer than two experiments, or experiments on different data sets.
    """
    names = list(options["experiments"])
    if len(names) < 2:
        raise ResultsError(f"{results.name}: two experiments at least are needed to compare; found {names}")
    same_dataset(results, names)
    finals = {name: final_values(results, name, options["metric"]) for name in names}
    means = {name: measured(results, name, options["metric"], values) for name, values in finals.items()}
    best = max(names, key=lambda name: means[name].mean)
    worst = min(reversed(names), key=lambda name: means[name].mean)  # another one than `best` where all are equal
    limit = float(options["points"]) / 100
    difference = means[best].minus(means[worst])
    apart = exceeds(difference, limit + BINARY)
    values = {
        "spread": difference.mean,
        "error": difference.error,
        "limit": limit,
        "best": best,
        "worst": worst,
        "lowest": means[worst].mean,
        "highest": means[best].mean,
        "seeds": min(map(len, finals.values())),
    }
    metric, error = options["metric"], size(difference.error, options["metric"])
    reason = {
        "zh": f"{best} 与 {worst} 相差 {gap(difference.mean, metric, 'zh')}（标准误差 {error}），"
        f"界限为 {bound(limit, metric, 'zh')}。",
        "en": f"{best} and {worst} lie {gap(difference.mean, metric, 'en')} apart (standard error {error}); the limit "
        f"is {bound(limit, metric, 'en')}.",
    }
    return Verdict(outcome(None if apart is None else not apart), reason, values)
