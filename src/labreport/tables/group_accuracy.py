"""Accuracy on the classes that a long tail cut short and on those it left full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.enumeration import enumerated
from labreport.groups import GROUPS, group_name
from labreport.quantities.measured import measure
from labreport.results import Results
from labreport.tables.heads import class_name, head, note
from labreport.tables.results import seed_notes
from labreport.tables.table import Column, Table, best_rows, decimals_for

PERCENT = 100.0


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
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
    decimals = decimals_for(list(PERCENT * pd.concat(errors)))
    percent: dict[str, Any] = {"align": "decimal", "decimals": decimals, "factor": PERCENT}
    columns = [
        Column("experiment", head("experiment", lang)),
        *(
            Column(group, group_name(group, lang).capitalize(), unit="%", spread=f"{group}_std", **percent)
            for group in GROUPS
        ),
        Column("gap", head("gap", lang), unit=head("points", lang), spread="gap_std", **percent),
    ]
    bold = {
        (row, place)
        for place, group in enumerate(GROUPS, start=1)
        for row in best_rows(list(frame[group]), decimals, PERCENT)
    }
    short, _ = results.class_groups(options["dataset"])
    names = [class_name(name, lang) for name in short]
    notes = [note("group", lang, group_name("short", lang), enumerated(names, lang)), note("macro", lang)]
    return Table(frame, columns, frozenset(bold), notes + seed_notes(results, frame, lang))


def collect(results: Results, experiments: list[str], dataset: str) -> pd.DataFrame:
    """Columns `experiment, seeds`, and of `short`, `full` and `gap` (full minus short) the mean over seeds, `_std` and
    `_error`, that of the finite test set. All are fractions."""
    rows = []
    for name in experiments:
        short, full = (measure(results, name, f"accuracy_on({group})", dataset) for group in GROUPS)
        row: dict[str, Any] = {"experiment": name, "seeds": len(short.values)}
        rows.append(row | short.described("short") | full.described("full") | full.minus(short).described("gap"))
    return pd.DataFrame(rows)
