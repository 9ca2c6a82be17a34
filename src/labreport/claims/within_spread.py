"""Some experiments end no farther from a base than runs scatter by their seeds alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import (
    STANDARD_ERRORS,
    UNDECIDED,
    Verdict,
    estimate,
    final_values,
    outcome,
    same_dataset,
)
from labreport.claims.wording import gap
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Hold the difference of each experiment to the base against twice its standard error over seeds.

    Only the scatter over seeds counts: all were measured on the same samples, whose choice moves them together.

    Args:
        results: the runs.
        options: `base` (an experiment), `experiments` (others), `metric` (an accuracy or a Pearson correlation).

    Returns:
        `supported` when every difference is at most twice its standard error, `refuted` when one is larger, `undecided`
        when an experiment has only one seed, which says nothing about scatter.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    base, names, metric = options["base"], list(options["experiments"]), options["metric"]
    same_dataset(results, [base, *names])
    ended = {name: final_values(results, name, metric) for name in (base, *names)}
    start = estimate(ended[base])
    gaps = {name: estimate(ended[name]).minus(start) for name in names}
    reach = {name: STANDARD_ERRORS * found.error for name, found in gaps.items()}
    widest = max(names, key=lambda name: abs(gaps[name].mean) - reach[name])
    seeds = min(map(len, ended.values()))
    values = {
        "largest": abs(gaps[widest].mean),
        "spread": reach[widest],
        "widest": widest,
        "base": base,
        "differences": {name: found.mean for name, found in gaps.items()},
        "spreads": reach,
        "metric": metric,
        "seeds": seeds,
    }
    if seeds < 2:
        return Verdict(UNDECIDED, _one_seed(values), {**values, "spread": None, "spreads": dict.fromkeys(names)})
    holds = abs(gaps[widest].mean) <= reach[widest]
    return Verdict(outcome(holds), _reason(values, holds), values)


def _one_seed(values: Mapping[str, Any]) -> dict[str, str]:
    metric, widest, base = values["metric"], values["widest"], values["base"]
    return {
        "zh": f"{widest} 与 {base} 的{column_title(metric, 'zh')}相差 {gap(values['largest'], metric, 'zh')}；"
        "只有一个种子，无从得知种子间的散布。",
        "en": f"{widest} and {base} lie {gap(values['largest'], metric, 'en')} apart in {column_title(metric, 'en')}; "
        "with a single seed the scatter between seeds is unknown.",
    }


def _reason(values: Mapping[str, Any], holds: bool) -> dict[str, str]:
    metric, widest, base = values["metric"], values["widest"], values["base"]
    difference, spread = values["largest"], values["spread"]
    closest = {"zh": "最接近该界限的", "en": "closest to that limit"}
    farthest = {"zh": "超出最多的", "en": "farthest beyond it"}
    which = closest if holds else farthest
    return {
        "zh": f"各实验与 {base} 之差以其种子间标准误差的两倍为界：{which['zh']}是 {widest}，"
        f"{column_title(metric, 'zh')}相差 {gap(difference, metric, 'zh')}，界限为 {gap(spread, metric, 'zh')}。",
        "en": f"The limit is twice the standard error over seeds of the difference to {base}: {which['en']} is "
        f"{widest}, which differs in {column_title(metric, 'en')} by {gap(difference, metric, 'en')}; its "
        f"limit is {gap(spread, metric, 'en')}.",
    }
