"""An epoch of one experiment takes at least so many times as long as an epoch of another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.claims.verdict import UNDECIDED, Verdict, outcome
from labreport.errors import ResultsError
from labreport.results import Results

MACHINE = ["device", "precision", "threads", "torch"]


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the median wall times of an epoch, over all epochs and seeds.

    Args:
        results: the runs.
        options: `slow`, `fast` (experiments), `at_least` (the ratio that is claimed).

    Returns:
        `supported` when the ratio is at least `at_least` even between the near quartiles (low of `slow`, high of
        `fast`), `refuted` when it is not even between the far ones, otherwise `undecided`; `undecided` too where the
        runs were timed on different devices, in other precisions, with other numbers of threads or versions of PyTorch,
        or beside others.

    Raises:
        ResultsError: an epoch took no time.
    """
    slow, fast, least = options["slow"], options["fast"], float(options["at_least"])
    times = {name: _quartiles(results, name) for name in (slow, fast)}
    low, ratio, high = (times[slow][q] / times[fast][1 - q] for q in (0.25, 0.5, 0.75))
    alike = _alike(results, [slow, fast])
    holds = True if low >= least else False if high < least else None
    values = {
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "at_least": least,
        "slow": slow,
        "fast": fast,
        "slow_seconds": times[slow][0.5],
        "fast_seconds": times[fast][0.5],
        "same_machine": alike,
    }
    return Verdict(outcome(holds) if alike else UNDECIDED, _reason(values), values)


def _quartiles(results: Results, experiment: str) -> dict[float, float]:
    seconds = results.metrics(experiment, ["seconds"])["seconds"]
    if not (seconds > 0).all():
        raise ResultsError(f"{results.name}: {experiment}: an epoch takes longer than 0 s; found {seconds.min()}")
    return {q: float(seconds.quantile(q)) for q in (0.25, 0.5, 0.75)}


def _alike(results: Results, experiments: list[str]) -> bool:
    """Whether all runs were timed on one sort of machine, which no other run used at the time."""
    found = pd.concat([results.environment(name) for name in experiments])
    return len(found[MACHINE].astype(str).drop_duplicates()) == 1 and not found["shared"].any()


def _reason(values: Mapping[str, Any]) -> dict[str, str]:
    slow, fast = values["slow"], values["fast"]
    first, second = f"{values['slow_seconds']:.3g} s", f"{values['fast_seconds']:.3g} s"
    ratio, low, high = (f"{values[key]:.2f}" for key in ("ratio", "ratio_low", "ratio_high"))
    other = {
        "zh": "" if values["same_machine"] else "，但二者的设备、精度、线程数或 PyTorch 版本不同，或与其他训练共用设备",
        "en": ""
        if values["same_machine"]
        else ", but on another device or in another precision, with other threads or PyTorch, or beside other runs",
    }
    return {
        "zh": f"每轮用时 {slow} 为 {first}，{fast} 为 {second}，前者是后者的 {ratio} 倍（四分位范围 {low}–{high}）"
        f"{other['zh']}；界限为 {values['at_least']:g} 倍。",
        "en": f"An epoch of {slow} takes {first} and one of {fast} {second}, which is {ratio} times as long (between "
        f"quartiles {low} to {high}){other['en']}; the limit is {values['at_least']:g}.",
    }
