"""What each change brings: experiments that differ in one thing, beside what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.convergence import TOLERANCE
from labreport.errors import ResultsError
from labreport.metrics import column_title, split_column
from labreport.quantities.measured import measure
from labreport.results import Results
from labreport.tables.heads import head, note, scale_notes, word
from labreport.tables.looks import common_metric, decimals_of, digits_stated, factor, look
from labreport.tables.results import seed_notes
from labreport.tables.table import Column, Table, best_rows

# Of each metric: what is shown, and what the published report calls it. The first that is measured leads the table.
SHOWN: Mapping[str, Mapping[str, str]] = {
    "accuracy": {"train_accuracy": "published_train", "val_accuracy": "published_val"},
    "pearson": {
        "test_loss": "published_test_loss",
        "test_pearson": "published_test_pearson",
        "val_pearson": "published_val_pearson",
    },
}
# Training accuracy tells how far a model fits, not how good it is: its best is not marked.
MARKED = ("val_accuracy", "test_loss", "test_pearson", "val_pearson")


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per experiment: mean and standard deviation over seeds of what it ended with; the best of each is bold.

    Accuracies come with the epoch of convergence, whose definition stands below the table; of a similarity, all values
    are those of the epoch that the validation data chose.

    Args:
        results: the runs.
        options: `experiments`, `metric` (`accuracy` or `pearson`, that of their task).
        lang: of the words.

    Raises:
        ResultsError: the experiments have another metric.
    """
    names, metric = list(options["experiments"]), options["metric"]
    if common_metric(results, names) != metric:
        raise ResultsError(f"{results.name}: {', '.join(names)} have no {metric}, but {common_metric(results, names)}")
    frame = collect(results, names, metric)
    columns = [Column("experiment", head("experiment", lang)), *_measured(frame, metric, lang)]
    columns += _published(frame, metric, lang)
    bold = set()
    for place, column in enumerate(columns):
        if column.key in MARKED:
            lowest = not split_column(column.key)[1].higher_is_better
            rows = best_rows(list(frame[column.key]), column.decimals or 0, column.factor, lowest)
            bold |= {(row, place) for row in rows}
    return Table(frame, columns, frozenset(bold), _notes(results, frame, metric, lang))


def collect(results: Results, experiments: Sequence[str], metric: str) -> pd.DataFrame:
    """`experiment, seeds`, then of every shown column its mean, `_std`, `_error` (of the finite set of samples) and
    what was published; with accuracies `convergence_epoch`, `convergence_epoch_std`, `published_convergence`."""
    rows = []
    for name in experiments:
        stated = results.published(name)
        row: dict[str, Any] = {"experiment": name, "seeds": len(results.runs(name))}
        for column, published in SHOWN[metric].items():
            quantity = "best_val_pearson" if column == "val_pearson" else column
            row |= measure(results, name, quantity).described(column)
            row |= {published: stated.get(column, float("nan"))}
        if metric == "accuracy":
            row |= measure(results, name, "convergence_epoch").described("convergence_epoch")
            row |= {"published_convergence": stated.get("convergence_epoch", float("nan"))}
        rows.append(row)
    return pd.DataFrame(rows)


def _measured(frame: pd.DataFrame, metric: str, lang: str) -> list[Column]:
    columns = []
    for key in SHOWN[metric]:
        decimals = decimals_of(key, frame[f"{key}_std"], frame[f"{key}_error"])
        columns.append(Column(key, head(key, lang), spread=f"{key}_std", **look(key, decimals)))
    if metric == "accuracy":
        several = frame["convergence_epoch_std"].notna().any()
        digits = {"align": "decimal", "decimals": 1} if several else {"align": "right"}
        columns.append(
            Column("convergence_epoch", head("convergence_epoch", lang), spread="convergence_epoch_std", **digits)
        )
    return columns


def _published(frame: pd.DataFrame, metric: str, lang: str) -> list[Column]:
    """What was published, with as many digits as were; a column without any value is left out."""
    columns = []
    for key, published in SHOWN[metric].items():
        decimals = digits_stated(frame[published], factor(key))
        columns.append(Column(published, head(published, lang), **look(key, decimals)))
    if metric == "accuracy":
        columns.append(Column("published_convergence", head("published_convergence", lang), align="right"))
    return [column for column in columns if frame[column.key].notna().any()]


def _notes(results: Results, frame: pd.DataFrame, metric: str, lang: str) -> list[str]:
    if metric == "accuracy":
        tolerance = word("percentage_points", lang).format(f"{100 * TOLERANCE:g}")
        meaning = note("convergence", lang, tolerance, column_title("val_accuracy", lang))
    else:
        meaning = note("chosen_epoch", lang)
    return [meaning, *scale_notes(results, frame["experiment"], lang), *seed_notes(results, frame, lang)]
