"""How many training samples of each class the variants of a data set have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.enumeration import enumerated
from labreport.errors import ResultsError
from labreport.results import Results
from labreport.tables.heads import class_name, head, note
from labreport.tables.table import Column, Table


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per class and one for all; a column per data set, and one for the test set where all share it.

    Args:
        results: the prepared data.
        options: `datasets`.
        lang: of the words.

    Raises:
        ResultsError: a data set has no classes, or others than the first.
    """
    names = list(options["datasets"])
    described = {name: results.dataset(name) for name in names}
    classes = described[names[0]]["classes"]
    for name, dataset in described.items():
        if not dataset["classes"] or dataset["classes"] != classes:
            found = ", ".join(dataset["classes"]) or "none"
            raise ResultsError(f"{results.name}: {name} has other classes than {names[0]}: {found}")
    frame = pd.DataFrame({"class": [*classes, "all"]})
    frame["shown"] = [class_name(name, lang) for name in classes] + [head("all", lang)]
    for name, dataset in described.items():
        frame[name] = [*dataset["train_counts"], sum(dataset["train_counts"])]
    columns = [
        Column("shown", head("class", lang)),
        *(Column(_text(frame, name), name, align="right") for name in names),
    ]
    tests = [dataset["test_counts"] for dataset in described.values()]
    if all(counts == tests[0] for counts in tests):
        frame["test_samples"] = [*tests[0], sum(tests[0])]
        columns.append(Column(_text(frame, "test_samples"), head("test_samples", lang), align="right"))
    return Table(frame, columns, notes=[line for name in names for line in _notes(name, described[name], lang)])


def _text(frame: pd.DataFrame, column: str) -> str:
    """The name of a further column in which the counts have their thousands separated."""
    frame[f"{column}_shown"] = [f"{count:,}" for count in frame[column]]
    return f"{column}_shown"


def _notes(name: str, dataset: Mapping[str, Any], lang: str) -> list[str]:
    """What was done to the training set, step by step."""
    lines = []
    for variant in (dataset.get("spec") or {}).get("variants") or []:
        if variant["name"] == "longtail":
            cut = [class_name(dataset["classes"][index], lang) for index in variant["classes"]]
            lines.append(note("longtail", lang, name, enumerated(cut, lang), f"{100 * variant['keep']:g}"))
        elif variant["name"] == "balance":
            lines.append(note("balance", lang, name))
    return lines
