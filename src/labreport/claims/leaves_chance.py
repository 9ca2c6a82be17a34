"""One experiment stays at the accuracy of guessing while another leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import Verdict, estimate, exceeds, final_values, outcome, same_dataset
from labreport.errors import ResultsError
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Hold two experiments against chance, which is 1 / (number of classes of the data).

    Args:
        results: the runs.
        options: `stuck`, `leaves` (experiments), `metric` (an accuracy), `margin` (a fraction: how far above chance
            still counts as chance).

    Returns:
        `supported` when `stuck` ends at most `margin` above chance and `leaves` ends above that; `refuted` when one of
        the two is plainly otherwise; `undecided` when two standard errors over seeds reach across the limit.

    Raises:
        ResultsError: the experiments used different data sets, or the data have fewer than two classes.
    """
    stuck, leaves = options["stuck"], options["leaves"]
    same_dataset(results, [stuck, leaves])
    classes = len(results.summary(stuck)["classes"].iloc[0])
    if classes < 2:
        raise ResultsError(f"{results.name}: chance needs two classes at least; the data of {stuck} have {classes}")
    chance, margin = 1 / classes, float(options["margin"])
    low = final_values(results, stuck, options["metric"])
    high = final_values(results, leaves, options["metric"])
    stuck_accuracy, leaves_accuracy = estimate(low), estimate(high)
    stuck_left = exceeds(stuck_accuracy, chance + margin)
    other_left = exceeds(leaves_accuracy, chance + margin)
    if stuck_left is True or other_left is False:
        holds: bool | None = False
    else:
        holds = True if stuck_left is False and other_left is True else None
    values = {
        "chance": chance,
        "margin": margin,
        "classes": classes,
        "stuck": stuck,
        "leaves": leaves,
        "stuck_accuracy": stuck_accuracy.mean,
        "leaves_accuracy": leaves_accuracy.mean,
        "seeds": min(len(low), len(high)),
    }
    numbers = (f"{100 * number:.1f}%" for number in (chance, stuck_accuracy.mean, leaves_accuracy.mean))
    guess, ends, other = numbers
    reason = {
        "zh": f"随机猜测为 {guess}：{stuck} 止于 {ends}，{leaves} 止于 {other}。",
        "en": f"Guessing gives {guess}: {stuck} ends at {ends}, {leaves} at {other}.",
    }
    return Verdict(outcome(holds), reason, values)
