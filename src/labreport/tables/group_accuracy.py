"""Accuracy on the classes that a long tail cut short and on those it left full."""

from typing import Any

import pandas as pd

from labreport.enumeration import enumerated
from labreport.figures.labels import class_name
from labreport.groups import GROUPS, group_name
from labreport.quantities.measured import measure
from labreport.results import Options, Results
from labreport.tables.heads import head, note, seed_notes
from labreport.tables.looks import PERCENT
from labreport.tables.table import Column, Table, best_cells, decimals_for


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per experiment: mean accuracy of the short and of the full classes, and how far they lie apart.

    Mean and standard deviation over seeds; the best of either group is bold.

    Args:
        results: the runs, and the data set that says which classes are short.
        options: `experiments`, `dataset` (a long-tailed one).
        lang: of the words.

    Raises:
        ResultsError: the data set has no long tail, or other classes than an experiment.
    """
    frame = collect(results, list(options["experiments"]), options["dataset"])
    errors = [frame[f"{group}_std"].fillna(frame[f"{group}_error"]) for group in GROUPS]
    look: dict[str, Any] = {**PERCENT, "decimals": decimals_for([100 * pd.concat(errors).max()])}
    shown = {group: group_name(group, lang).capitalize() for group in GROUPS}
    columns = [
        Column("experiment", head("experiment", lang)),
        *(Column(group, words, spread=f"{group}_std", **look) for group, words in shown.items()),
        Column("gap", head("gap", lang), spread="gap_std", **{**look, "unit": head("points", lang)}),
    ]
    short, _ = results.class_groups(options["dataset"])
    names = [class_name(name, lang) for name in short]
    notes = [note("group", lang, group_name("short", lang), enumerated(names, lang)), note("macro", lang)]
    notes += seed_notes(results, frame["experiment"], lang)
    return Table(frame, columns, best_cells(frame, columns, GROUPS), notes)


def collect(results: Results, experiments: list[str], dataset: str) -> pd.DataFrame:
    """Columns `experiment, seeds`, and of `short`, `full` and `gap` (full minus short) the mean over seeds, `_std` and
    `_error`, that of the finite test set. All are fractions."""
    rows = []
    for name in experiments:
        short, full = (measure(results, name, f"accuracy_on({group})", dataset) for group in GROUPS)
        row: dict[str, Any] = {"experiment": name, "seeds": len(short.values)}
        rows.append(row | short.described("short") | full.described("full") | full.minus(short).described("gap"))
    return pd.DataFrame(rows)
