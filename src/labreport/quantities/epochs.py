"""Quantities that are read off the epochs of a run: when a level was reached, and how long an epoch takes."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from labreport.convergence import TOLERANCE, convergence_epoch
from labreport.errors import ResultsError
from labreport.quantities.values import Measured, sampling
from labreport.results import Results

QUANTISATION = 0.5  # epochs: a metric is known at the ends of epochs only


def _curves(results: Results, experiment: str) -> dict[int, pd.Series]:
    """The task's own metric on the validation samples: seed -> by epoch, counted from 1."""
    metric = f"val_{results.metric(experiment)}"
    frame = results.metrics(experiment, [metric]).sort_values("epoch")
    seeds = [run.seed for run in results.runs(experiment)]
    return {seed: frame[frame["seed"] == seed].set_index("epoch")[metric] for seed in seeds}


def epochs_to(results: Results, experiment: str, level: float) -> Measured:
    """The first epoch at which the task's metric is at least `level` on the validation samples; NaN where none is."""
    found = {seed: first_epoch(curve, level) for seed, curve in _curves(results, experiment).items()}
    epochs = pd.Series({seed: np.nan if epoch is None else float(epoch) for seed, epoch in found.items()})
    return Measured(epochs, _epoch_error(results, experiment, lambda _: level))


def convergence(results: Results, experiment: str) -> Measured:
    """The epoch of convergence, on the validation samples."""
    epochs = {seed: float(convergence_epoch(list(curve))) for seed, curve in _curves(results, experiment).items()}
    return Measured(pd.Series(epochs), _epoch_error(results, experiment, lambda curve: float(curve.max()) - TOLERANCE))


def _epoch_error(results: Results, experiment: str, level: Callable[[pd.Series], float]) -> float:
    """Standard error of a first epoch: half of those between one sampling error below the level and one above it."""
    unit, least = ("fraction", 0.0) if results.metric(experiment) == "accuracy" else ("correlation", -1.0)
    samples = int(results.summary(experiment)["val_samples"].min())
    widths = []
    for curve in _curves(results, experiment).values():
        middle, end = level(curve), int(curve.index[-1])
        error = sampling(unit, min(max(middle, least), 1.0), samples)
        early, late = first_epoch(curve, middle - error), first_epoch(curve, middle + error)
        widths.append((end if late is None else late) - (end if early is None else early))
    return max(QUANTISATION, float(np.mean(widths)) / 2)


def first_epoch(curve: pd.Series, level: float) -> int | None:
    """First epoch (from the index) at which `curve` is at least `level`; None where it never is."""
    reached = curve.index[curve.to_numpy() >= level]
    return int(reached[0]) if len(reached) else None


def chance(results: Results, experiment: str) -> Measured:
    """What guessing gets right: 1 / (number of classes)."""
    classes = len(results.summary(experiment)["classes"].iloc[0])
    if classes < 2:
        raise ResultsError(f"{results.name}: chance needs two classes at least; {experiment} has {classes}")
    return Measured(pd.Series({run.seed: 1 / classes for run in results.runs(experiment)}))


def farthest_from_chance(results: Results, experiment: str) -> Measured:
    """The validation accuracy of the epoch that lies farthest from chance, to either side."""
    level = chance(results, experiment).mean
    curves = _curves(results, experiment)
    distances = {seed: np.abs(curve.to_numpy() - level) for seed, curve in curves.items()}
    values = pd.Series({seed: float(curve.iloc[distances[seed].argmax()]) for seed, curve in curves.items()})
    samples = int(results.summary(experiment)["val_samples"].min())
    return Measured(values, sampling("fraction", float(values.mean()), samples))


def epoch_seconds(results: Results, experiment: str) -> Measured:
    """The median wall time of an epoch."""
    frame = results.metrics(experiment, ["seconds"])
    repeats = {run.seed: frame.loc[frame["seed"] == run.seed, "seconds"].to_numpy() for run in results.runs(experiment)}
    return Measured(pd.Series({seed: float(np.median(times)) for seed, times in repeats.items()}), repeats=repeats)
