"""One experiment reaches a level of a metric in fewer epochs than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.claims.verdict import (
    Estimate,
    Verdict,
    curves,
    estimate,
    exceeds,
    metric_error,
    outcome,
    same_dataset,
)
from labreport.results import Results

QUANTISATION = 0.5  # epochs: a metric is known at the ends of epochs only


def first_epoch(curve: pd.Series, level: float) -> int | None:
    """First epoch (from the index) at which `curve` is at least `level`; None where it never is."""
    reached = curve.index[curve.to_numpy() >= level]
    return int(reached[0]) if len(reached) else None


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the first epochs at which two experiments reach a level.

    The level is `share_of_best` times the smaller of the two experiments' best values (each the mean over seeds of the
    runs' best), so that both reach it however far apart they end: who ends higher does not decide who was sooner.

    The epoch at which an experiment reaches it is uncertain by the scatter over seeds, and further by half an epoch
    or by half the epochs that lie between one sampling error below the level and one above it, whichever is more.

    Args:
        results: the runs.
        options: `faster`, `slower` (experiments), `metric` (an accuracy), `share_of_best` (in (0, 1]).

    Returns:
        `supported` or `refuted` where the difference of the epochs is more than the reach of its error; `undecided`
        otherwise, and when a seed stays below the level that its experiment reaches on average.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    faster, slower, metric = options["faster"], options["slower"], options["metric"]
    same_dataset(results, [faster, slower])
    runs = {name: curves(results, name, metric) for name in (faster, slower)}
    bests = {name: estimate([curve.max() for curve in series]).mean for name, series in runs.items()}
    best = min(bests.values())
    level = float(options["share_of_best"]) * best
    reached = {
        name: _reached(series, level, metric_error(results, name, metric, level)) for name, series in runs.items()
    }
    first, second = reached[faster], reached[slower]
    saved = None if first is None or second is None else second.minus(first)
    values = {
        "level": level,
        "best": best,
        "share_of_best": float(options["share_of_best"]),
        "faster": faster,
        "slower": slower,
        "faster_epoch": None if first is None else first.mean,
        "slower_epoch": None if second is None else second.mean,
        "epochs_saved": None if saved is None else saved.mean,
        "epochs_error": None if saved is None else saved.error,
        "epochs_reach": None if saved is None else saved.reach(),
        "seeds": min(map(len, runs.values())),
    }
    return Verdict(outcome(None if saved is None else exceeds(saved, 0.0)), _reason(values), values)


def _reached(series: Sequence[pd.Series], level: float, error: float) -> Estimate | None:
    """The first epoch at `level`, averaged over seeds; None where a seed stays below it."""
    epochs = [first_epoch(curve, level) for curve in series]
    found = [epoch for epoch in epochs if epoch is not None]
    if len(found) < len(epochs):
        return None
    widths = [width(curve, level, error) for curve in series]
    return estimate(found).blurred(max(QUANTISATION, sum(widths) / len(widths) / 2))


def width(curve: pd.Series, level: float, error: float) -> int:
    """Epochs between one `error` below `level` and one above it; the end of training where that is never reached."""
    early, late = first_epoch(curve, level - error), first_epoch(curve, level + error)
    end = int(curve.index[-1])
    return (end if late is None else late) - (end if early is None else early)


def _reason(values: Mapping[str, Any]) -> dict[str, str]:
    def zh(name: str, epoch: float | None) -> str:
        return f"{name} 并非每个种子都达到" if epoch is None else f"{name} 在第 {epoch:g} 轮达到"

    def en(name: str, epoch: float | None) -> str:
        return f"not every seed of {name} reaches it" if epoch is None else f"{name} reaches it in epoch {epoch:g}"

    pairs = [(values[name], values[f"{name}_epoch"]) for name in ("faster", "slower")]
    level, error = f"{100 * values['level']:.1f}", values["epochs_error"]
    doubt = {"zh": "", "en": ""}
    if error is not None:
        doubt = {
            "zh": f"（两者之差的标准误差为 {error:.1f} 轮）",
            "en": f" (standard error of the gap: {error:.1f} epochs)",
        }
    return {
        "zh": f"水平为 {level}%：" + "，".join(zh(*pair) for pair in pairs) + f"{doubt['zh']}。",
        "en": f"At a level of {level}%, " + "; ".join(en(*pair) for pair in pairs) + f"{doubt['en']}.",
    }
