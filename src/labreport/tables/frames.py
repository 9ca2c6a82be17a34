"""All runs of a report in three frames, for whoever wants to go on with the numbers."""

from collections.abc import Callable, Sequence

import pandas as pd

from labreport.results import Results


def frames(results: Results) -> dict[str, str]:
    """`metrics` and `runs` with every run of the report, `per_class` with those that have classes, as CSV."""
    names = results.experiments
    with_classes = [name for name in names if results.summary(name)["classes"].iloc[0]]
    found = {
        "metrics": stacked(names, results.metrics),
        "per_class": stacked(with_classes, results.per_class),
        "runs": stacked(names, lambda name: runs(results, name)),
    }
    return {name: frame.to_csv(index=False) for name, frame in found.items()}


def stacked(names: Sequence[str], read: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The frames of some experiments, the columns `experiment` and `seed` first; columns that one lacks are empty."""
    found = [read(name).assign(experiment=name) for name in names]
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["experiment", "seed"])
    first = ["experiment", "seed"]
    return frame[[*first, *(column for column in frame.columns if column not in first)]]


def runs(results: Results, experiment: str) -> pd.DataFrame:
    """A row per run: its summary (class names apart) and its environment (apart from where it was taken up again)."""
    summary = results.summary(experiment).drop(columns="classes")
    environment = results.environment(experiment).drop(columns=["resumed", "adopted"], errors="ignore")
    return summary.merge(environment, on="seed", validate="one_to_one")
