"""What was measured agrees with what was published."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from labreport.claims.published import rounding, stated
from labreport.claims.verdict import (
    UNDECIDED,
    Estimate,
    Verdict,
    curves,
    estimate,
    final_values,
    metric_error,
    outcome,
)
from labreport.claims.wording import gap, level
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the mean over seeds with the published figure.

    Where the published report says in which epoch it was reached, it is the best of its run, and the best of each run
    is compared with it; otherwise what each run ended with.

    The published figure is of one run, which scatters as ours do: the variance of the difference is s^2 (1 + 1 / seeds)
    and that of the finite set of samples. Both were measured on the same test set, so that the latter counts once. This
    is exact where right and wrong answers of both correlate by one half, and cautious where they do by more.

    Args:
        results: the runs.
        options: `experiment`, `metric` (an accuracy or a Pearson correlation that was published).

    Returns:
        `supported` when the difference is within the reach of its error and the rounding of the published figure,
        `refuted` when it is larger, `undecided` where the scale is not the published one. With one seed both are single
        runs, whose scatter is unknown and not in the error; the reason says so.

    Raises:
        ResultsError: the figure was not published.
    """
    name, metric = options["experiment"], options["metric"]
    published = stated(results, name, metric)
    best = metric == "val_accuracy" and "best_epoch" in results.published(name)
    values_by_seed = (
        [float(curve.max()) for curve in curves(results, name, metric)] if best else final_values(results, name, metric)
    )
    mean = estimate(values_by_seed).mean
    difference = _difference(values_by_seed, published).blurred(metric_error(results, name, metric, mean))
    tolerance = difference.reach() + rounding(published, metric)
    values = {
        "measured": mean,
        "published": published,
        "points": difference.mean,
        "error": difference.error,
        "tolerance": tolerance,
        "comparable": results.comparable(name),
        "best": best,
        "experiment": name,
        "metric": metric,
        "seeds": len(values_by_seed),
    }
    holds = outcome(abs(difference.mean) <= tolerance) if results.comparable(name) else UNDECIDED
    return Verdict(holds, _reason(values, results.scale), values)


def _difference(values: Sequence[float], published: float) -> Estimate:
    """The mean over seeds minus what one further run, the published one, came to; of one seed without an error."""
    found = estimate(values)
    return Estimate(found.mean - published, found.error * math.sqrt(1 + len(values)), found.freedom)


def _reason(values: Mapping[str, Any], scale: str) -> dict[str, str]:
    name, metric, best = values["experiment"], values["metric"], values["best"]
    found, published = level(values["measured"], metric), level(values["published"], metric)
    titles = {
        "zh": ("各轮最高" if best else "") + column_title(metric, "zh"),
        "en": ("best " if best else "") + column_title(metric, "en"),
    }
    if not values["comparable"]:
        return {
            "zh": f"{name} 的{titles['zh']}为 {found}，原报告为 {published}；{scale} 规模的结果与之不可比。",
            "en": f"{name} has a {titles['en']} of {found}, the published report {published}; "
            f"what was measured at scale {scale} is not comparable with it.",
        }
    allowed = {lang: gap(values["tolerance"], metric, lang) for lang in ("zh", "en")}
    higher, alone = values["points"] >= 0, values["seeds"] == 1
    single = {
        "zh": "；两者都只是一次训练，训练的散布未计入误差" if alone else "",
        "en": "; both are single runs, and the scatter of training is not in the error" if alone else "",
    }
    return {
        "zh": f"{name} 的{titles['zh']}为 {found}，比原报告的 {published} {'高' if higher else '低'} "
        f"{gap(values['points'], metric, 'zh')}；误差与舍入容许 {allowed['zh']}{single['zh']}。",
        "en": f"{name} has a {titles['en']} of {found}, {gap(values['points'], metric, 'en')} "
        f"{'above' if higher else 'below'} the published {published}; error and rounding allow {allowed['en']}"
        f"{single['en']}.",
    }
