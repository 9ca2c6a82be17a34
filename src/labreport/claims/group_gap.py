"""The classes that a long tail cut short are recognised so much worse than the full ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.groups import groups
from labreport.claims.verdict import Verdict, outcome, reaches
from labreport.claims.wording import bound, gap, level, limit, size
from labreport.groups import GROUPS, NAMES
from labreport.results import Results

METRIC = "val_accuracy"


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the mean accuracy of the full classes with that of the short ones.

    Args:
        results: the runs.
        options: `experiment`, `dataset` (a long-tailed one, which says which classes are short), `at_least` (by how
            much the full classes are claimed to lie above the short ones, in percentage points).

    Returns:
        `supported` when the gap is at least `at_least`, `refuted` when it is smaller, `undecided` when the reach
        of its error (seeds and finite test set) crosses the limit.

    Raises:
        ResultsError: the data set has no long tail, or other classes than the experiment.
    """
    name, least = options["experiment"], limit(options)
    found = groups(results, name, options["dataset"])
    short, full = found.short.mean, found.full.mean
    values = {
        "points": found.gap.mean,
        "error": found.gap.error,
        "at_least": least,
        "short": short,
        "full": full,
        "experiment": name,
        "seeds": found.seeds,
    }
    few, many = (NAMES[group] for group in GROUPS)
    error, higher = size(found.gap.error, METRIC), found.gap.mean >= 0
    reason = {
        "zh": f"{name} 在{many['zh']}上的平均准确率为 {level(full, METRIC)}，比{few['zh']}的 {level(short, METRIC)} "
        f"{'高' if higher else '低'} {gap(found.gap.mean, METRIC, 'zh')}（标准误差 {error}）；"
        f"界限为至少高 {bound(least, METRIC, 'zh')}。",
        "en": f"{name} has a mean accuracy of {level(full, METRIC)} on the {many['en']}, "
        f"{gap(found.gap.mean, METRIC, 'en')} {'above' if higher else 'below'} the {level(short, METRIC)} on the "
        f"{few['en']} (standard error {error}); the limit is at least {bound(least, METRIC, 'en')}.",
    }
    return Verdict(outcome(reaches(found.gap, least)), reason, values)
