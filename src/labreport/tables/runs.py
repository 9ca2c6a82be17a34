"""Where every number comes from: each run's seed, key, commit, device and time."""

from typing import Any

import pandas as pd

from labreport.results import Options, Results
from labreport.tables.heads import head, missing_notes, note
from labreport.tables.looks import COUNT, seconds
from labreport.tables.table import Column, Table

KEY_DIGITS, COMMIT_DIGITS = 8, 7
ADOPTED = "*"  # marks a run that was made by other code and taken over


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per run."""
    rows: list[dict[str, Any]] = []
    for name in options["experiments"]:
        runs = results.summary(name)[["seed", "key", "seconds"]].merge(results.environment(name), on="seed")
        for run in runs.to_dict("records"):
            commit, adopted = run["git_commit"], isinstance(run.get("adopted"), list)
            row = {
                "experiment": name,
                "seed": run["seed"],
                "key": run["key"][:KEY_DIGITS] + ADOPTED * adopted,
                "commit": commit[:COMMIT_DIGITS] + "+" * bool(run["git_dirty"]) if isinstance(commit, str) else None,
            }
            rows.append(row | {key: run[key] for key in ("device", "precision", "torch", "seconds")})
    frame = pd.DataFrame(rows)
    looks: dict[str, dict[str, Any]] = {"seed": COUNT, "seconds": seconds(frame["seconds"])}
    heads = {key: "PyTorch" if key == "torch" else head(key, lang) for key in frame.columns}
    columns = [Column(key, words, **looks.get(key, {})) for key, words in heads.items()]
    changed = frame["commit"].str.endswith("+", na=False).any()
    notes = [note("dirty", lang)] if changed else []
    notes += [note("adopted", lang)] if frame["key"].str.endswith(ADOPTED).any() else []
    return Table(frame, columns, notes=notes + missing_notes(results, options["experiments"], lang))
