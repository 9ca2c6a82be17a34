"""What each change brings: experiments that differ in one thing, beside what was published."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.convergence import TOLERANCE
from labreport.metrics import column_title
from labreport.quantities.measured import measure
from labreport.results import Options, Results
from labreport.tables.heads import note, scale_notes, seed_notes, word
from labreport.tables.looks import COUNT, columns_of, decimals_of, digits_stated, factor, look, whole
from labreport.tables.table import Table, best_cells

# Of each metric: what is shown, and what the published report calls it. The first that is measured leads the table.
SHOWN: Mapping[str, Mapping[str, str]] = {
    "accuracy": {
        "train_accuracy": "published_train",
        "val_accuracy": "published_val",
        "convergence_epoch": "published_convergence",
    },
    "pearson": {
        "test_loss": "published_test_loss",
        "test_pearson": "published_test_pearson",
        "val_pearson": "published_val_pearson",
    },
}
# Training accuracy tells how far a model fits, not how good it is: its best is not marked.
MARKED = ("val_accuracy", "test_loss", "test_pearson", "val_pearson")


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per experiment: mean and standard deviation over seeds of what it ended with; the best of each is bold.

    Accuracies come with the epoch of convergence, whose definition stands below the table; of a similarity, all values
    are those of the epoch that the validation data chose.

    Args:
        results: the runs.
        options: `experiments`, `metric` (`accuracy` or `pearson`, that of their task).
        lang: of the words.
    """
    names, metric = list(options["experiments"]), options["metric"]
    frame = collect(results, names, metric)
    looks: dict[str, dict[str, Any]] = {"experiment": {}}
    for key in SHOWN[metric]:
        std, error = frame[f"{key}_std"], frame[f"{key}_error"]
        epochs = whole(bool(std.notna().any()))
        measured = epochs if key == "convergence_epoch" else look(key, decimals_of(key, std, error))
        looks[key] = {**measured, "spread": f"{key}_std"}
    for key, stated in SHOWN[metric].items():
        looks[stated] = COUNT if key == "convergence_epoch" else look(key, digits_stated(frame[stated], factor(key)))
    columns = columns_of(frame, looks, lang)
    return Table(frame, columns, best_cells(frame, columns, MARKED), _notes(results, names, metric, lang))


def collect(results: Results, experiments: Sequence[str], metric: str) -> pd.DataFrame:
    """`experiment, seeds`, then of every shown column its mean, `_std`, `_error` (of the finite set of samples) and
    what was published."""
    rows = []
    for name in experiments:
        stated = results.published(name)
        row: dict[str, Any] = {"experiment": name, "seeds": len(results.runs(name))}
        for column, published in SHOWN[metric].items():
            quantity = "best_val_pearson" if column == "val_pearson" else column
            row |= measure(results, name, quantity).described(column)
            row |= {published: stated.get(column, float("nan"))}
        rows.append(row)
    return pd.DataFrame(rows)


def _notes(results: Results, names: Sequence[str], metric: str, lang: str) -> list[str]:
    if metric == "accuracy":
        tolerance = word("percentage_points", lang).format(f"{100 * TOLERANCE:g}")
        meaning = note("convergence", lang, tolerance, column_title("val_accuracy", lang))
    else:
        meaning = note("chosen_epoch", lang)
    return [meaning, *scale_notes(results, names, lang), *seed_notes(results, names, lang)]
