"""The accuracies of the two groups of classes, with all of their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass

from labreport.claims.verdict import Estimate, estimate
from labreport.groups import GROUPS, group_accuracies
from labreport.results import Results


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
    """The two groups of classes that a long-tailed data set makes, as one experiment recognises them.

    Args:
        results: the runs.
        experiment: its name; it need not have been trained on `dataset`.
        dataset: the long-tailed data set that says which classes are short.

    Raises:
        ResultsError: `dataset` has no long tail, or the experiment lacks one of its classes.
    """
    frame = group_accuracies(results, experiment, dataset)
    finite = {group: float(frame[f"{group}_error"].mean()) for group in GROUPS}
    short, full = (estimate(list(frame[group])).blurred(finite[group]) for group in GROUPS)
    gap = estimate(list(frame["full"] - frame["short"])).blurred(math.hypot(*finite.values()))
    return Groups(short, full, gap, len(frame))
