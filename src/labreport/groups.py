"""Groups of classes, such as those that a long tail cut short: what they are called, and how well they are known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from labreport.errors import ResultsError
from labreport.results import Results
from labreport.sampling import sampling_error

GROUPS = ("short", "full")
NAMES: dict[str, dict[str, str]] = {
    "short": {"zh": "样本少的类", "en": "short classes"},
    "full": {"zh": "样本全的类", "en": "full classes"},
}


def group_name(group: str, lang: str) -> str:
    """What a group is called inside a sentence, in figures, tables and claims alike."""
    return NAMES[group][lang]


def group_accuracies(results: Results, experiment: str, dataset: str) -> pd.DataFrame:
    """How well one experiment recognises the two groups of classes that a long-tailed data set makes.

    Every class weighs the same, however many samples it was tested on.

    Args:
        results: the runs.
        experiment: its name; it need not have been trained on `dataset`.
        dataset: the long-tailed data set that says which classes are short.

    Returns:
        Columns `seed, short, full, short_error, full_error`, a row per seed: mean accuracies of the classes of each
        group, fractions, and the standard errors that these have because they were measured on finitely many samples.

    Raises:
        ResultsError: `dataset` has no long tail, or the experiment lacks one of its classes.
    """
    groups = dict(zip(GROUPS, results.class_groups(dataset), strict=True))
    frame = results.per_class(experiment)
    absent = [name for names in groups.values() for name in names if name not in set(frame["class"])]
    if absent:
        raise ResultsError(f"{results.name}: {experiment} has no class {', '.join(absent)}, which {dataset} has")
    rows = []
    for seed, run in frame.groupby("seed", sort=True):
        row = {"seed": seed}
        for group, names in groups.items():
            row[group], row[f"{group}_error"] = _mean(run, names)
        rows.append(row)
    return pd.DataFrame(rows)[["seed", *GROUPS, *(f"{group}_error" for group in GROUPS)]]


def _mean(run: pd.DataFrame, classes: Sequence[str]) -> tuple[float, float]:
    """The mean accuracy of some classes of one run, and its standard error."""
    rows = run[run["class"].isin(classes)]
    pairs = zip(rows["accuracy"], rows["samples"], strict=True)
    errors = [sampling_error(accuracy, samples) for accuracy, samples in pairs]
    return float(rows["accuracy"].mean()), math.hypot(*errors) / len(errors)
