"""Accuracy of each class, every experiment of a part beside the others."""

import math

import pandas as pd

from labreport.figures.labels import class_name
from labreport.results import Options, Results
from labreport.sampling import sampling_error
from labreport.tables.heads import head, note, seed_notes
from labreport.tables.looks import PERCENT
from labreport.tables.table import Column, Table, best_rows, decimals_for


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per class and one for all; the best experiment of each row is bold.

    Frame: `class, samples`, and a column of fractions per experiment, summed over seeds. `shown` is the class's name
    in the report's language.
    """
    experiments = list(options["experiments"])
    frame = collect(results, experiments)
    shown = [class_name(name, lang) for name in frame["class"][:-1]] + [head("all", lang)]
    frame.insert(1, "shown", shown)
    classes = frame.iloc[:-1]
    errors = [sampling_error(row[name], row["samples"]) for _, row in classes.iterrows() for name in experiments]
    finest = max(1, math.ceil(math.log10(classes["samples"].min())) - 2)  # what tells one sample from none, in percent
    decimals = min(decimals_for([100 * error for error in errors]), finest)
    shares = (Column(name, name, decimals=decimals, of=name, **PERCENT) for name in experiments)
    bold = {
        (row, 1 + column)
        for row in range(len(frame))
        for column in best_rows([frame[name].iloc[row] for name in experiments], decimals, 100.0)
    }
    samples = classes["samples"]
    notes = [note("class_samples", lang, samples.iloc[0])] if samples.nunique() == 1 else []
    notes += seed_notes(results, experiments, lang, "mean_of_seeds")
    return Table(frame, [Column("shown", head("class", lang)), *shares], frozenset(bold), notes)


def collect(results: Results, experiments: list[str]) -> pd.DataFrame:
    """Columns `class, samples` (of one seed) and one per experiment; the last row, `all`, is over all classes."""
    columns: dict[str, pd.Series] = {}
    for name in experiments:
        runs = results.per_class(name)
        sums = runs.groupby("class", sort=False)[["correct", "samples"]].sum()
        sums = pd.concat([sums, sums.sum().to_frame("all").T]).rename_axis("class")  # a class may be called so, too
        columns.setdefault("samples", sums["samples"] // runs["seed"].nunique())
        columns[name] = sums["correct"] / sums["samples"]
    return pd.DataFrame(columns).reset_index()
