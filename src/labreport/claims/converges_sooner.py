"""Some experiments converge in fewer epochs than a base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.claims.sooner import QUANTISATION, width
from labreport.claims.verdict import Estimate, Verdict, curves, estimate, exceeds, metric_error, outcome, same_dataset
from labreport.convergence import TOLERANCE, convergence_epoch
from labreport.enumeration import enumerated
from labreport.results import Results


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the epochs of convergence: the first within half a point (or half a hundredth) of the run's own best.

    The metric is the task's own on the validation data. An epoch is uncertain by the scatter over seeds, and further by
    half an epoch or by half the epochs that lie between one sampling error below that level and one above it, whichever
    is more.

    Args:
        results: the runs.
        options: `base` (an experiment), `experiments` (those that are claimed to converge sooner).

    Returns:
        `supported` when all of `experiments` converge sooner than `base`, by more than the reach of the
        difference's error; `refuted` when one of them plainly does not; otherwise `undecided`.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    base, names = options["base"], list(options["experiments"])
    same_dataset(results, [base, *names])
    metric = f"val_{results.metric(base)}"
    reached = {name: converged(results, name, metric) for name in (base, *names)}
    saved = {name: reached[base].minus(reached[name]) for name in names}
    verdicts = [exceeds(found, 0.0) for found in saved.values()]
    holds = True if all(verdicts) else False if False in verdicts else None
    earliest = min(names, key=lambda name: reached[name].mean)
    values = {
        "base": base,
        "base_epoch": reached[base].mean,
        "epochs": {name: reached[name].mean for name in names},
        "saved": {name: found.mean for name, found in saved.items()},
        "errors": {name: found.error for name, found in saved.items()},
        "earliest": earliest,
        "earliest_epoch": reached[earliest].mean,
        "metric": metric,
        "tolerance": TOLERANCE,
        "seeds": min(len(results.runs(name)) for name in (base, *names)),
    }
    return Verdict(outcome(holds), _reason(values), values)


def converged(results: Results, experiment: str, metric: str) -> Estimate:
    """The epoch of convergence, averaged over seeds, with both errors."""
    series = curves(results, experiment, metric)
    epochs = [convergence_epoch(list(curve)) for curve in series]
    widths = [_width(results, experiment, metric, curve) for curve in series]
    return estimate([float(epoch) for epoch in epochs]).blurred(max(QUANTISATION, sum(widths) / len(widths) / 2))


def _width(results: Results, experiment: str, metric: str, curve: pd.Series) -> int:
    best = float(curve.max())
    return width(curve, best - TOLERANCE, metric_error(results, experiment, metric, best))


def _reason(values: Mapping[str, Any]) -> dict[str, str]:
    base, epoch, errors = values["base"], values["base_epoch"], values["errors"]

    def listed(lang: str) -> str:
        words = {"zh": "{0} 在第 {1:.3g} 轮（{2:.1f}）", "en": "{0} in epoch {1:.3g} ({2:.1f})"}[lang]
        return enumerated([words.format(name, at, errors[name]) for name, at in values["epochs"].items()], lang)

    return {
        "zh": f"{base} 在第 {epoch:.3g} 轮收敛，{listed('zh')}；括号内为与 {base} 之差的标准误差，单位为轮。",
        "en": f"{base} converges in epoch {epoch:.3g}, {listed('en')}; in brackets the standard error of the "
        f"difference to {base}, in epochs.",
    }
