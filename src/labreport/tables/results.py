"""What each experiment reached, beside what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.results import Results
from labreport.sampling import sampling_error
from labreport.tables.heads import head, note, scale_notes
from labreport.tables.table import Column, Table, best_rows, decimals_for

PERCENT = 100.0
MILLION = 1e6


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per experiment; the best measured accuracy is bold.

    The difference to the published accuracy stands only at full scale: elsewhere it would compare different data.
    """
    frame = collect(results, options["experiments"])
    decimals = decimals_for(list(PERCENT * frame["val_accuracy_std"].fillna(frame["sampling_error"])))
    best = {(row, 3) for row in best_rows(list(frame["val_accuracy"]), decimals, PERCENT)}
    return Table(frame, columns(frame, decimals, lang), frozenset(best), notes(results, frame, lang))


def collect(results: Results, experiments: Sequence[str]) -> pd.DataFrame:
    """Columns `experiment, parameters, epochs, seeds, val_accuracy, val_accuracy_std, sampling_error,
    published_accuracy, difference, seconds, seconds_std, published_seconds`; accuracies are fractions."""
    rows = []
    for name in experiments:
        summary, published = results.summary(name), results.published(name)
        accuracy, seconds = summary["val_accuracy"], summary["seconds"]
        stated = published.get("val_accuracy", float("nan"))
        rows.append(
            {
                "experiment": name,
                "parameters": summary["parameters"].iloc[0],
                "epochs": summary["epochs"].iloc[0],
                "seeds": len(summary),
                "val_accuracy": accuracy.mean(),
                "val_accuracy_std": accuracy.std(),
                "sampling_error": sampling_error(accuracy.mean(), summary["val_samples"].iloc[0]),
                "published_accuracy": stated,
                "difference": accuracy.mean() - stated if results.comparable else float("nan"),
                "seconds": seconds.mean(),
                "seconds_std": seconds.std(),
                "published_seconds": published.get("seconds", float("nan")),
            }
        )
    return pd.DataFrame(rows)


def columns(frame: pd.DataFrame, decimals: int, lang: str) -> list[Column]:
    """What is shown, accuracies with `decimals` digits; a column without any value is left out."""
    seconds = 0 if frame["seconds"].max() >= 1000 else 1
    in_percent: dict[str, Any] = {"align": "decimal", "decimals": decimals, "factor": PERCENT}
    in_seconds: dict[str, Any] = {"align": "decimal", "decimals": seconds, "unit": "s"}
    in_thousands: dict[str, Any] = {"align": "decimal", "unit": "k", "decimals": 1, "factor": 1e-3}
    in_millions: dict[str, Any] = {"align": "decimal", "unit": "M", "decimals": 2, "factor": 1e-6}
    count = in_millions if frame["parameters"].max() >= MILLION else in_thousands
    shown = [
        Column("experiment", head("experiment", lang)),
        Column("parameters", head("parameters", lang), **count),
        Column("epochs", head("epochs", lang), align="right"),
        Column("val_accuracy", head("val_accuracy", lang), unit="%", spread="val_accuracy_std", **in_percent),
        Column("published_accuracy", head("published_accuracy", lang), unit="%", **in_percent),
        Column("difference", head("difference", lang), unit=head("points", lang), **in_percent),
        Column("seconds", head("seconds", lang), spread="seconds_std", **in_seconds),
        Column("published_seconds", head("published_seconds", lang), **in_seconds),
    ]
    return [column for column in shown if frame[column.key].notna().any()]


def notes(results: Results, frame: pd.DataFrame, lang: str) -> list[str]:
    """The scale, how many seeds, and which of them are missing."""
    lines = scale_notes(results.scale, lang)
    if frame["seeds"].max() > 1:
        lines.append(note("several_seeds", lang, frame["seeds"].max()))
    for name in frame["experiment"]:
        there = len(results.runs(name))
        if missing := results.missing(name):
            lines.append(note("missing_seeds", lang, name, there, there + missing))
    return lines
