"""One experiment gains more over a base than the others do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.verdict import Verdict, exceeds, final, outcome, same_dataset
from labreport.claims.wording import gap, size
from labreport.errors import ResultsError
from labreport.metrics import column_title
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare what each experiment gains over the base.

    Args:
        results: the runs.
        options: `base` (an experiment), `expected` (the one of `experiments` that is claimed to gain most),
            `experiments` (at least two), `metric` (an accuracy or a Pearson correlation).

    Returns:
        `supported` when `expected` ends above the base and above each of the others by more than the reach of the
        difference's error (seeds and finite set of samples); `refuted` when it plainly ends below the base or one of
        the others; otherwise `undecided`.

    Raises:
        ResultsError: the experiments used different data sets, or `expected` is none of `experiments`.
    """
    base, expected, names = options["base"], options["expected"], list(options["experiments"])
    metric = options["metric"]
    others = [name for name in names if name != expected]
    if expected not in names or not others:
        raise ResultsError(f"{results.name}: {expected} has to be one of several experiments; found {', '.join(names)}")
    same_dataset(results, [base, *names])
    ended = {name: final(results, name, metric) for name in (base, *names)}
    gains = {name: ended[name].minus(ended[base]) for name in names}
    rival = max(others, key=lambda name: ended[name].mean)
    lead = ended[expected].minus(ended[rival])
    verdicts = [exceeds(ended[expected].minus(ended[name]), 0.0) for name in (base, *others)]
    holds = True if all(verdicts) else False if False in verdicts else None
    values = {
        "gains": {name: found.mean for name, found in gains.items()},
        "errors": {name: found.error for name, found in gains.items()},
        "best": max(names, key=lambda name: ended[name].mean),
        "expected": expected,
        "rival": rival,
        "base": base,
        "gain": gains[expected].mean,
        "lead": lead.mean,
        "lead_error": lead.error,
        "metric": metric,
        "seeds": min(len(results.runs(name)) for name in (base, *names)),
    }
    return Verdict(outcome(holds), _reason(values), values)


def _reason(values: Mapping[str, Any]) -> dict[str, str]:
    metric, expected, rival = values["metric"], values["expected"], values["rival"]
    other, lead = values["gains"][rival], values["lead"]

    def change(value: float, lang: str) -> str:
        words = {"zh": ("提高", "降低"), "en": ("gains", "loses")}
        return f"{words[lang][value < 0]} {gap(value, metric, lang)}"

    error = size(values["lead_error"], metric)
    return {
        "zh": f"与 {values['base']} 的{column_title(metric, 'zh')}相比，{expected} {change(values['gain'], 'zh')}，"
        f"其余实验中最好的 {rival} {change(other, 'zh')}；前者{'领先' if lead >= 0 else '落后'} "
        f"{gap(lead, metric, 'zh')}（标准误差 {error}）。",
        "en": f"Against the {column_title(metric, 'en')} of {values['base']}, {expected} "
        f"{change(values['gain'], 'en')} and {rival}, the best of the others, {change(other, 'en')}; the first is "
        f"{gap(lead, metric, 'en')} "
        f"{'ahead' if lead >= 0 else 'behind'} (standard error {error}).",
    }
