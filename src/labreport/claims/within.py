"""The experiments end within some points of one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import Verdict, exceeds, final_values, measured, outcome, same_dataset
from labreport.errors import ResultsError
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the best and the worst experiment by their means over seeds after the last epoch.

    Args:
        results: the runs.
        options: `experiments` (at least two names), `metric`, `points` (the largest difference that still counts as
            close, in percentage points).

    Returns:
        `supported` when the difference is at most `points`; `undecided` when two standard errors of the difference
        (seeds and finite validation set) reach across that limit.

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
    apart = exceeds(difference, limit + 1e-12)  # 0.02 as 0.86 - 0.84 is a little more than 2 points in binary
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
    points, error, allowed = f"{100 * difference.mean:.1f}", f"{100 * difference.error:.1f}", f"{100 * limit:g}"
    reason = {
        "zh": f"{best} 与 {worst} 相差 {points} 个百分点（标准误差 {error}），界限为 {allowed} 个百分点。",
        "en": f"{best} and {worst} lie {points} points apart (standard error {error}); the limit is {allowed} points.",
    }
    return Verdict(outcome(None if apart is None else not apart), reason, values)
