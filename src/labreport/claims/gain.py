"""One experiment ends so much higher than another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import Verdict, final, outcome, reaches, same_dataset
from labreport.claims.wording import bound, gap, level, limit, size
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare what two experiments ended with, by their means over seeds.

    Args:
        results: the runs.
        options: `from`, `to` (experiments), `metric` (an accuracy or a Pearson correlation), `at_least` (by how much
            `to` is claimed to end above `from`, in percentage points, of a correlation in hundredths).

    Returns:
        `supported` when the difference is at least `at_least`, `refuted` when it is smaller, `undecided` when the
        reach of its error (seeds and finite set of samples) crosses the limit.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    before, after, metric, least = options["from"], options["to"], options["metric"], limit(options)
    same_dataset(results, [before, after])
    low, high = final(results, before, metric), final(results, after, metric)
    found = high.minus(low)
    values = {
        "points": found.mean,
        "error": found.error,
        "at_least": least,
        "from": before,
        "to": after,
        "from_value": low.mean,
        "to_value": high.mean,
        "metric": metric,
        "seeds": min(len(results.runs(before)), len(results.runs(after))),
    }
    start, end, error = level(low.mean, metric), level(high.mean, metric), size(found.error, metric)
    higher = found.mean >= 0
    reason = {
        "zh": f"{after} 的{column_title(metric, 'zh')}为 {end}，比 {before} 的 {start} {'高' if higher else '低'} "
        f"{gap(found.mean, metric, 'zh')}（标准误差 {error}）；界限为至少高 {bound(least, metric, 'zh')}。",
        "en": f"{after} ends at a {column_title(metric, 'en')} of {end}, {gap(found.mean, metric, 'en')} "
        f"{'above' if higher else 'below'} the {start} of {before} (standard error {error}); the limit is at "
        f"least {bound(least, metric, 'en')} above it.",
    }
    return Verdict(outcome(reaches(found, least)), reason, values)
