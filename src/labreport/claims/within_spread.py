"""What some experiments change about a base cannot be told from nothing by the scatter over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import UNDECIDED, Verdict, estimate, final_values, outcome, same_dataset
from labreport.claims.wording import gap
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Ask of each experiment whether its difference to the base can be told from zero.

    Only the scatter over seeds counts: all were measured on the same samples, whose choice moves them together. The
    limits are those of Welch's t-test, all comparisons together (`Estimate.reach`): where nothing has an effect, one of
    them is exceeded by chance in 4.55 % of cases at most. Few seeds give wide limits: what cannot be told from zero
    need not be zero.

    Args:
        results: the runs.
        options: `base` (an experiment), `experiments` (others), `metric` (an accuracy or a Pearson correlation).

    Returns:
        `supported` when no difference can be told from zero, `refuted` when one can, `undecided` when an experiment has
        only one seed, which says nothing about scatter.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    base, names, metric = options["base"], list(options["experiments"]), options["metric"]
    same_dataset(results, [base, *names])
    ended = {name: final_values(results, name, metric) for name in (base, *names)}
    start = estimate(ended[base])
    gaps = {name: estimate(ended[name]).minus(start) for name in names}
    reach = {name: found.reach(len(names)) for name, found in gaps.items()}
    widest = max(names, key=lambda name: abs(gaps[name].mean) - reach[name])
    seeds = min(map(len, ended.values()))
    values = {
        "largest": abs(gaps[widest].mean),
        "spread": reach[widest],
        "widest": widest,
        "base": base,
        "differences": {name: found.mean for name, found in gaps.items()},
        "spreads": reach,
        "comparisons": len(names),
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
    title = {lang: column_title(metric, lang) for lang in ("zh", "en")}
    far, limit = ({lang: gap(value, metric, lang) for lang in title} for value in (difference, spread))
    rule = {
        "zh": f"（韦尔奇 t 检验，{values['comparisons']} 项比较一并计入）",
        "en": f"(Welch's t-test, {values['comparisons']} comparisons together)",
    }
    if holds:
        return {
            "zh": f"各实验与 {base} 的{title['zh']}之差与零没有可分辨的差别：最接近界限的是 {widest}，"
            f"相差 {far['zh']}，界限为 {limit['zh']}{rule['zh']}。",
            "en": f"No difference to {base} in {title['en']} can be told from zero: closest to its limit is {widest}, "
            f"which differs by {far['en']}; its limit is {limit['en']} {rule['en']}.",
        }
    return {
        "zh": f"{widest} 与 {base} 的{title['zh']}相差 {far['zh']}，与零可以分辨：界限为 {limit['zh']}{rule['zh']}。",
        "en": f"{widest} and {base} differ in {title['en']} by {far['en']}, which can be told from zero: the limit is "
        f"{limit['en']} {rule['en']}.",
    }
