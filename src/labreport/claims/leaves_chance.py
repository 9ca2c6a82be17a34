"""One experiment never leaves the accuracy of guessing while another ends above it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.claims.verdict import (
    Verdict,
    curves,
    estimate,
    exceeds,
    final_values,
    measured,
    metric_error,
    outcome,
    same_dataset,
)
from labreport.errors import ResultsError
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Hold two experiments against chance, which is 1 / (number of classes of the data).

    `stuck` is judged by the epoch that lies farthest from chance, to either side: a run that learned and collapsed was
    not stuck, and one far below chance does not guess. `leaves` is judged by its last epoch.

    Args:
        results: the runs.
        options: `stuck`, `leaves` (experiments), `metric` (an accuracy), `margin` (a fraction: how far from chance
            still counts as chance).

    Returns:
        `supported` when `stuck` is never farther than `margin` from chance and `leaves` ends more than that above it;
        `refuted` when one of the two is plainly otherwise; `undecided` when the reach of an error (seeds and
        finite validation set) crosses the limit.

    Raises:
        ResultsError: the experiments used different data sets, or the data have fewer than two classes.
    """
    stuck, leaves, metric = options["stuck"], options["leaves"], options["metric"]
    same_dataset(results, [stuck, leaves])
    classes = len(results.summary(stuck)["classes"].iloc[0])
    if classes < 2:
        raise ResultsError(f"{results.name}: chance needs two classes at least; the data of {stuck} have {classes}")
    chance, margin = 1 / classes, float(options["margin"])
    low, high = curves(results, stuck, metric), final_values(results, leaves, metric)
    distance = estimate([_farthest(curve, chance) for curve in low])
    error = metric_error(results, stuck, metric, min(chance + distance.mean, 1.0))
    final = measured(results, leaves, metric, high)
    limit = margin + 1e-12  # 0.55 - 0.5 is a little more than 5 points in binary
    left, other_left = exceeds(distance.blurred(error), limit), exceeds(final, chance + limit)
    if left is True or other_left is False:
        holds: bool | None = False
    else:
        holds = True if left is False and other_left is True else None
    values = {
        "chance": chance,
        "margin": margin,
        "classes": classes,
        "stuck": stuck,
        "leaves": leaves,
        "stuck_accuracy": estimate([float(curve.iloc[-1]) for curve in low]).mean,
        "stuck_distance": distance.mean,
        "leaves_accuracy": final.mean,
        "seeds": min(len(low), len(high)),
    }
    return Verdict(outcome(holds), _reason(values), values)


def _farthest(curve: pd.Series, chance: float) -> float:
    """The largest distance from `chance` over all epochs."""
    return float((curve - chance).abs().max())


def _reason(values: Mapping[str, Any]) -> dict[str, str]:
    keys = ("chance", "stuck_accuracy", "leaves_accuracy")
    guess, ends, other = (f"{100 * values[key]:.1f}%" for key in keys)
    far, margin = f"{100 * values['stuck_distance']:.1f}", f"{100 * values['margin']:g}"
    stuck, leaves = values["stuck"], values["leaves"]
    return {
        "zh": f"随机猜测为 {guess}：{stuck} 止于 {ends}，各轮中离随机水平最远 {far} 个百分点；{leaves} 止于 {other}；"
        f"界限为 {margin} 个百分点。",
        "en": f"Guessing gives {guess}: {stuck} ends at {ends} and is never farther than {far} points from it, "
        f"{leaves} ends at {other}; the limit is {margin} points.",
    }
