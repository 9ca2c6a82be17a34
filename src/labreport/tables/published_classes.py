"""The published accuracies of the classes, their mean, and the accuracy that was published beside them."""

import math

import pandas as pd

from labreport.figures.labels import class_name
from labreport.results import Options, Results
from labreport.tables.heads import head, note
from labreport.tables.looks import PERCENT, digits_stated
from labreport.tables.table import Column, Table


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per class, one for their mean and one for the stated accuracy; a column per experiment. No run is read.

    Args:
        results: what was published.
        options: `experiments`.
        lang: of the words.
    """
    names = list(options["experiments"])
    published = {name: results.published(name) for name in names}
    classes = list(dict.fromkeys(label for stated in published.values() for label in stated["per_class"]))
    frame = pd.DataFrame({"class": [*classes, "mean", "stated"]})
    frame["shown"] = [class_name(label, lang) for label in classes] + [head("mean", lang), head("stated", lang)]
    for name, stated in published.items():
        values = stated["per_class"]
        mean = math.fsum(values.values()) / len(values)
        frame[name] = [*(values.get(label) for label in classes), mean, stated.get("val_accuracy")]
    decimals = max(1, *(digits_stated(frame[name].drop(len(classes)), 100.0) for name in names))
    shown = (Column(name, name, decimals=decimals, **PERCENT) for name in names)
    columns = [Column("shown", head("class", lang)), *shown]
    return Table(frame, columns, notes=[note("published_mean", lang)])
