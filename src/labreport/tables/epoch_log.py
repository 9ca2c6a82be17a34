"""Every epoch of one experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.results import Results
from labreport.sampling import sampling_error
from labreport.tables.heads import head
from labreport.tables.table import Column, Table, best_rows, decimals_for

PERCENT = 100.0
LOSS_DECIMALS = 3
SHOWN = ("epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "seconds")


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per epoch, seed after seed; each seed's best validation accuracy is bold."""
    name = results.single(options["experiments"])
    frame = results.metrics(name)
    samples = int(results.summary(name)["val_samples"].iloc[0])
    errors = [PERCENT * sampling_error(value, samples) for value in frame["val_accuracy"]]
    decimals = decimals_for([max(errors)])
    several = frame["seed"].nunique() > 1
    frame = frame[["seed", *SHOWN]] if several else frame[list(SHOWN)]
    percent: dict[str, Any] = {"align": "decimal", "unit": "%", "decimals": decimals, "factor": PERCENT}
    loss: dict[str, Any] = {"align": "decimal", "decimals": LOSS_DECIMALS}
    looks: dict[str, dict[str, Any]] = {
        "seed": {"align": "right"},
        "epoch": {"align": "right"},
        "seconds": {"align": "decimal", "unit": "s", "decimals": 1},
    }
    for key in ("train", "val"):
        looks |= {f"{key}_loss": loss, f"{key}_accuracy": percent}
    columns = [Column(key, head(key, lang), **looks[key]) for key in frame.columns]
    place = list(frame.columns).index("val_accuracy")
    seeds = frame["seed"] if several else frame["epoch"] * 0
    bold = set()
    for _, rows in frame.groupby(seeds):
        best = best_rows(list(rows["val_accuracy"]), decimals, PERCENT)
        bold |= {(int(rows.index[row]), place) for row in best}
    return Table(frame, columns, frozenset(bold))
