"""How each experiment was trained, from the spec its run was keyed by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.results import Results
from labreport.tables.heads import head, note, word
from labreport.tables.table import Column, Table


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per experiment. What all models have alike stands in a note, so that the column shows what differs."""
    experiments = options["experiments"]
    specs = [results.run_spec(name) for name in experiments]
    models = [spec["model"].get("parameters") or {} for spec in specs]
    shared = {
        key: value
        for key, value in models[0].items()
        if len(models) > 1 and all(key in other and other[key] == value for other in models)
    }
    rows = []
    for name, spec, model in zip(experiments, specs, models, strict=True):
        training, summary = spec["training"], results.summary(name).iloc[0]
        own = {key: value for key, value in model.items() if key not in shared}
        rows.append(
            {
                "experiment": name,
                "model": _listed(own) or None,
                "samples": f"{summary['train_samples']:,} / {summary['val_samples']:,}",
                "epochs": training["epochs"],
                "batch_size": training["batch_size"],
                "learning_rate": f"{training['learning_rate']:g}",
                "optimizer": _named(training["optimizer"], lang),
                "loss": _named(training["loss"], lang),
            }
        )
    frame = pd.DataFrame(rows)
    right = {"samples", "epochs", "batch_size", "learning_rate"}
    shown = [key for key in frame.columns if key != "model" or frame["model"].notna().any()]
    columns = [Column(key, head(key, lang), align="right" if key in right else "left") for key in shown]
    notes = [note("shared_model", lang, _listed(shared))] if shared else []
    return Table(frame, columns, notes=notes)


def _named(choice: Mapping[str, Any], lang: str) -> str:
    """`SGD (momentum 0.9)`: the name and, where there are any, its parameters."""
    parameters = _listed(choice.get("parameters") or {})
    name = word(choice["name"], lang)
    return f"{name} ({parameters})" if parameters else name


def _listed(parameters: Mapping[str, Any]) -> str:
    """`layers 2, bidirectional`: names and values, a bare name for true; what is false or empty is left out."""
    parts = []
    for key, value in parameters.items():
        words = key.replace("_", " ")
        if value is True:
            parts.append(words)
        elif value is not False and value is not None:
            parts.append(f"{words} {value:g}" if isinstance(value, float) else f"{words} {value}")
    return ", ".join(parts)
