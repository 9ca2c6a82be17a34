"""The accuracy of a group of classes, such as those that a long tail cut short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from labreport.claims.verdict import Estimate, estimate
from labreport.errors import ResultsError
from labreport.results import Results
from labreport.sampling import sampling_error


@dataclass(frozen=True)
class Groups:
    """What an experiment reached on the short and on the full classes.

    Attributes:
        short: the mean accuracy of the short classes, with the scatter over seeds and the error of the finite test set.
        full: the same of the full classes.
        gap: `full` minus `short`, its scatter that of the runs' own differences.
        seeds: how many runs there are.
    """

    short: Estimate
    full: Estimate
    gap: Estimate
    seeds: int


def groups(results: Results, experiment: str, dataset: str) -> Groups:
    """The two groups of classes that a long-tailed data set makes, as one experiment classifies them.

    Every class weighs the same, however many samples it was tested on.

    Args:
        results: the runs.
        experiment: its name; it need not have been trained on `dataset`.
        dataset: the long-tailed data set that says which classes are short.

    Raises:
        ResultsError: `dataset` has no long tail, or the experiment lacks one of its classes.
    """
    short, full = results.class_groups(dataset)
    frame = results.per_class(experiment)
    absent = sorted({*short, *full} - set(frame["class"]))
    if absent:
        raise ResultsError(f"{results.name}: {experiment} has no class {', '.join(absent)}, which {dataset} has")
    means = {"short": _by_seed(frame, short), "full": _by_seed(frame, full)}
    errors = {"short": _finite(frame, short), "full": _finite(frame, full)}
    differences = [high - low for high, low in zip(means["full"], means["short"], strict=True)]
    return Groups(
        short=estimate(means["short"]).blurred(errors["short"]),
        full=estimate(means["full"]).blurred(errors["full"]),
        gap=estimate(differences).blurred(math.hypot(*errors.values())),
        seeds=len(differences),
    )


def _by_seed(frame: pd.DataFrame, classes: Sequence[str]) -> list[float]:
    """The mean accuracy of some classes, one number per seed."""
    rows = frame[frame["class"].isin(classes)].sort_values("seed")
    return [float(run["accuracy"].mean()) for _, run in rows.groupby("seed", sort=True)]


def _finite(frame: pd.DataFrame, classes: Sequence[str]) -> float:
    """Standard error of the mean of some classes' accuracies, each measured on its own finite samples."""
    rows = frame[frame["class"].isin(classes)].groupby("class")[["accuracy", "samples"]].mean()
    errors = [
        sampling_error(accuracy, samples) for accuracy, samples in zip(rows["accuracy"], rows["samples"], strict=True)
    ]
    return math.hypot(*errors) / len(errors)
