"""One experiment reaches a level of a metric in fewer epochs than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.claims.verdict import Verdict, curves, estimate, exceeds, outcome, same_dataset
from labreport.results import Results


def first_epoch(curve: pd.Series, level: float) -> int | None:
    """First epoch (from the index) at which `curve` is at least `level`; None where it never is."""
    reached = curve.index[curve.to_numpy() >= level]
    return int(reached[0]) if len(reached) else None


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the first epochs at which two experiments reach a level.

    The level is `share_of_best` times the better of the two experiments' best values (each the mean over seeds of the
    runs' best). An experiment that never reaches it counts as slower, provided it was trained for at least as many
    epochs as the other needed.

    Args:
        results: the runs.
        options: `faster`, `slower` (experiments), `metric` (an accuracy), `share_of_best` (in (0, 1]).

    Returns:
        `undecided` when two standard errors over seeds reach across a difference of nothing, when only some seeds
        reach the level, when neither experiment does, or when the other was not trained long enough to tell.

    Raises:
        ResultsError: the experiments used different data sets.
    """
    faster, slower = options["faster"], options["slower"]
    same_dataset(results, [faster, slower])
    runs = {name: curves(results, name, options["metric"]) for name in (faster, slower)}
    best = max(estimate([curve.max() for curve in series]).mean for series in runs.values())
    level = float(options["share_of_best"]) * best
    epochs = {name: [first_epoch(curve, level) for curve in series] for name, series in runs.items()}
    trained = {name: min(int(curve.index[-1]) for curve in series) for name, series in runs.items()}
    mean = {name: _mean(series) for name, series in epochs.items()}
    first, second = mean[faster], mean[slower]
    values = {
        "level": level,
        "best": best,
        "faster": faster,
        "slower": slower,
        "faster_epoch": first,
        "slower_epoch": second,
        "epochs_saved": None if first is None or second is None else second - first,
        "seeds": min(map(len, runs.values())),
    }
    holds = _holds(epochs[faster], epochs[slower], trained[faster], trained[slower])
    return Verdict(outcome(holds), _reason(values, trained), values)


def _mean(epochs: Sequence[int | None]) -> float | None:
    reached = [epoch for epoch in epochs if epoch is not None]
    return None if len(reached) < len(epochs) else estimate(reached).mean


def _holds(
    faster: Sequence[int | None], slower: Sequence[int | None], faster_trained: int, slower_trained: int
) -> bool | None:
    first = [epoch for epoch in faster if epoch is not None]
    second = [epoch for epoch in slower if epoch is not None]
    if len(first) == len(faster) and len(second) == len(slower):
        return exceeds(estimate(second).minus(estimate(first)), 0.0)
    if len(first) == len(faster) and not second:
        return True if slower_trained >= max(first) else None
    if len(second) == len(slower) and not first:
        return False if faster_trained >= max(second) else None
    return None


def _reason(values: Mapping[str, Any], trained: Mapping[str, int]) -> dict[str, str]:
    def zh(name: str, epoch: float | None) -> str:
        if epoch is None:
            return f"{name} 在 {trained[name]} 轮内未达到"
        return f"{name} 在第 {epoch:g} 轮达到"

    def en(name: str, epoch: float | None) -> str:
        if epoch is None:
            return f"{name} does not within {trained[name]} epochs"
        return f"{name} reaches it in epoch {epoch:g}"

    pairs = [(values[name], values[f"{name}_epoch"]) for name in ("faster", "slower")]
    level = f"{100 * values['level']:.1f}"
    return {
        "zh": f"水平为 {level}%：" + "，".join(zh(*pair) for pair in pairs) + "。",
        "en": f"At a level of {level}%, " + "; ".join(en(*pair) for pair in pairs) + ".",
    }
