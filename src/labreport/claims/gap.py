"""One experiment is so much better on its training data than on the data it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import Verdict, estimate, final_values, metric_error, outcome, reaches
from labreport.claims.wording import bound, level, limit, size
from labreport.claims.wording import gap as gap_in_words
from labreport.results import Results

TRAINED, UNSEEN = "train_accuracy", "val_accuracy"


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare training and validation accuracy after the last epoch.

    The scatter over seeds is that of the runs' own differences, since both accuracies of a run come from one model; the
    errors of the two finite sets add to it.

    Args:
        results: the runs.
        options: `experiment`, `at_least` (the gap that is claimed, in percentage points).

    Returns:
        `supported` when the gap is at least `at_least`, `refuted` when it is smaller, `undecided` when the reach
        of its error crosses the limit.
    """
    name, least = options["experiment"], limit(options)
    trained, unseen = (final_values(results, name, metric) for metric in (TRAINED, UNSEEN))
    found = estimate([one - other for one, other in zip(trained, unseen, strict=True)])
    train, val = estimate(trained).mean, estimate(unseen).mean
    for metric, value in ((TRAINED, train), (UNSEEN, val)):
        found = found.blurred(metric_error(results, name, metric, value))
    values = {
        "points": found.mean,
        "error": found.error,
        "at_least": least,
        "train_accuracy": train,
        "val_accuracy": val,
        "experiment": name,
        "seeds": len(trained),
    }
    first, second, error = level(train, TRAINED), level(val, UNSEEN), size(found.error, UNSEEN)
    higher = found.mean >= 0
    reason = {
        "zh": f"{name} 的训练准确率为 {first}，验证准确率为 {second}，前者{'高' if higher else '低'} "
        f"{gap_in_words(found.mean, UNSEEN, 'zh')}（标准误差 {error}）；界限为 {bound(least, UNSEEN, 'zh')}。",
        "en": f"{name} has a training accuracy of {first}, which lies {gap_in_words(found.mean, UNSEEN, 'en')} "
        f"{'above' if higher else 'below'} its validation accuracy of {second} (standard error {error}); the limit is "
        f"{bound(least, UNSEEN, 'en')}.",
    }
    return Verdict(outcome(reaches(found, least)), reason, values)
