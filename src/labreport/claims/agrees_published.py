"""What was measured agrees with what was published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.published import rounding, stated
from labreport.claims.verdict import STANDARD_ERRORS, UNDECIDED, Verdict, final_values, measured, outcome
from labreport.claims.wording import gap, level
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the mean over seeds with the published figure.

    Where the published report says in which epoch it was reached, it is the best of its run, and the best of each run
    is compared with it; otherwise what each run ended with.

    Args:
        results: the runs.
        options: `experiment`, `metric` (an accuracy or a Pearson correlation that was published).

    Returns:
        `supported` when the difference is at most two standard errors (seeds and finite set of samples) and the
        rounding of the published figure, `refuted` when it is larger, `undecided` where the scale is not the published
        one.

    Raises:
        ResultsError: the figure was not published.
    """
    name, metric = options["experiment"], options["metric"]
    published = stated(results, name, metric)
    best = metric == "val_accuracy" and "best_epoch" in results.published(name)
    values_by_seed = list(results.summary(name)["best_val_accuracy"]) if best else final_values(results, name, metric)
    found = measured(results, name, metric, values_by_seed)
    difference = found.mean - published
    tolerance = STANDARD_ERRORS * found.error + rounding(published, metric)
    values = {
        "measured": found.mean,
        "published": published,
        "points": difference,
        "error": found.error,
        "tolerance": tolerance,
        "comparable": results.comparable(name),
        "best": best,
        "experiment": name,
        "metric": metric,
        "seeds": len(values_by_seed),
    }
    holds = outcome(abs(difference) <= tolerance) if results.comparable(name) else UNDECIDED
    return Verdict(holds, _reason(values, results.scale), values)


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
    higher = values["points"] >= 0
    return {
        "zh": f"{name} 的{titles['zh']}为 {found}，比原报告的 {published} {'高' if higher else '低'} "
        f"{gap(values['points'], metric, 'zh')}；两倍标准误差与舍入合计 {allowed['zh']}。",
        "en": f"{name} has a {titles['en']} of {found}, {gap(values['points'], metric, 'en')} "
        f"{'above' if higher else 'below'} the published {published}; two standard errors and the rounding allow "
        f"{allowed['en']}.",
    }
