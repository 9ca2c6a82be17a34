"""Where every number comes from: each run's seed, key, commit, device and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from labreport.results import Results
from labreport.tables.heads import head, missing_notes, note
from labreport.tables.table import Column, Table

KEY_DIGITS, COMMIT_DIGITS = 8, 7
ADOPTED = "*"  # marks a run that was made by other code and taken over


def build(results: Results, options: Mapping[str, Any], lang: str) -> Table:
    """A row per run of the experiments in `options`, or of all."""
    rows: list[dict[str, Any]] = []
    names = options.get("experiments") or results.experiments
    for name in names:
        for summary, environment in zip(
            results.summary(name).to_dict("records"), results.environment(name).to_dict("records"), strict=True
        ):
            commit, dirty = environment["git_commit"], bool(environment["git_dirty"])
            adopted = isinstance(environment.get("adopted"), list)
            rows.append(
                {
                    "experiment": name,
                    "seed": summary["seed"],
                    "key": summary["key"][:KEY_DIGITS] + ADOPTED * adopted,
                    "commit": commit[:COMMIT_DIGITS] + "+" * dirty if isinstance(commit, str) else None,
                    "device": environment["device"],
                    "precision": environment["precision"],
                    "torch": environment["torch"],
                    "seconds": summary["seconds"],
                }
            )
    frame = pd.DataFrame(rows)
    decimals = 0 if frame["seconds"].max() >= 1000 else 1
    columns = [
        Column("experiment", head("experiment", lang)),
        Column("seed", head("seed", lang), align="right"),
        Column("key", head("key", lang)),
        Column("commit", head("commit", lang)),
        Column("device", head("device", lang)),
        Column("precision", head("precision", lang)),
        Column("torch", "PyTorch"),
        Column("seconds", head("seconds", lang), align="decimal", unit="s", decimals=decimals),
    ]
    changed = frame["commit"].str.endswith("+", na=False).any()
    notes = [note("dirty", lang)] if changed else []
    notes += [note("adopted", lang)] if frame["key"].str.endswith(ADOPTED).any() else []
    return Table(frame, columns, notes=notes + missing_notes(results, names, lang))
