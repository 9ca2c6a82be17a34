"""How each experiment was trained, from the spec its run was keyed by."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.enumeration import enumerated
from labreport.results import Options, Results
from labreport.tables.heads import head, note, phrase, word
from labreport.tables.looks import digits_stated
from labreport.tables.table import Column, Table

# What may be absent, or alike in all experiments, and is then no column.
EXTRAS = ("schedule", "augment", "vectors")
# What every experiment has; alike in all, it is too wide for a column that tells nothing apart.
METHODS = ("optimizer", "loss")


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per experiment. What is alike in all of them stands in a note, so that the columns show what differs.

    That holds of the models' parameters, the data set, the optimizer and the loss, the schedule of the learning rate,
    the augmentation and the word vectors. How images are normalised always stands in a note.
    """
    experiments = options["experiments"]
    specs = [results.run_spec(name) for name in experiments]
    models = [results.model(name) for name in experiments]
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
                "dataset": spec["data"]["dataset"],
                "model": _listed(own) or None,
                "samples": _samples(summary),
                "epochs": training["epochs"],
                "batch_size": training["batch_size"],
                "learning_rate": f"{training['learning_rate']:g}",
                "optimizer": _named(training["optimizer"], lang),
                "loss": _named(training["loss"], lang),
                "schedule": _named(training["schedule"], lang) if training.get("schedule") else None,
                "augment": ", ".join(_named(step, lang) for step in training.get("augment") or []) or None,
                "vectors": _named(chosen, lang) if (chosen := results.vectors(name)) else None,
            }
        )
    frame = pd.DataFrame(rows)
    right = {"samples", "epochs", "batch_size", "learning_rate"}
    alike = {key for key in frame.columns if frame[key].nunique(dropna=False) == 1}
    hidden = alike & {"dataset", *EXTRAS, *(METHODS if len(frame) > 1 else ())}
    shown = [key for key in frame.columns if key not in hidden and frame[key].notna().any()]
    three = (frame["samples"].str.count("/") == 2).any()
    heads = {key: head("samples_of_three" if three and key == "samples" else key, lang) for key in frame.columns}
    columns = [Column(key, heads[key], align="right" if key in right else "left") for key in shown]
    notes = [note("shared_model", lang, _listed(shared))] if shared else []
    notes += [
        note("setting", lang, heads[key], frame[key].iloc[0])
        for key in (*METHODS, *EXTRAS)
        if key in hidden and frame[key].notna().all()
    ]
    return Table(frame, columns, notes=notes + _normalisation(specs, list(experiments), lang))


def _normalisation(specs: Sequence[Mapping[str, Any]], experiments: Sequence[str], lang: str) -> list[str]:
    """What is subtracted from each channel and what it is divided by; nothing where no images are normalised."""
    found: dict[str, list[str]] = {}  # what is done -> by whom
    for name, spec in zip(experiments, specs, strict=True):
        chosen = spec["training"].get("normalize")
        values = [_decimals(chosen["mean"]), _decimals(chosen["std"])] if chosen else []
        found.setdefault(phrase("channels", lang, *values) if chosen else phrase("unchanged", lang), []).append(name)
    if list(found) == [phrase("unchanged", lang)]:
        return []
    whose = "normalize" if len(found) == 1 else "normalize_of"
    return [
        note("setting", lang, head(whose, lang).format(enumerated(names, lang)), done) for done, names in found.items()
    ]


def _decimals(values: Sequence[float]) -> str:
    """`0.4914, 0.4822, 0.4465`: as many decimals as the value that has most."""
    digits = digits_stated(pd.Series(values), 1.0)
    return ", ".join(f"{value:.{digits}f}" for value in values)


def _samples(summary: pd.Series) -> str:
    """`5,749 / 1,500 / 1,379`: samples trained on, validated on and, where that is another split, tested on."""
    counts = [summary[f"{split}_samples"] for split in ("train", "val", "test") if f"{split}_samples" in summary]
    return "\u00a0/\u00a0".join(f"{int(count):,}" for count in counts)


def _named(choice: Mapping[str, Any], lang: str) -> str:
    """`SGD (momentum 0.9)`: the name and, where there are any, its parameters, however they are written."""
    beside = {key: value for key, value in choice.items() if key not in ("name", "parameters")}
    parameters = _listed(choice.get("parameters") or beside)
    name = word(choice["name"], lang)
    return f"{name} ({parameters})" if parameters else name


def _listed(parameters: Mapping[str, Any]) -> str:
    """`layers 2, bidirectional`: names and values, a bare name for true; what is false or empty is left out."""
    parts = []
    for key, value in parameters.items():
        words = key.replace("_", " ")
        if value is True:
            parts.append(words)
        elif isinstance(value, list):
            parts.append(" ".join([words, *(f"{one:g}" for one in value)]))
        elif value is not False and value is not None:
            parts.append(f"{words} {value:g}" if isinstance(value, float) else f"{words} {value}")
    return ", ".join(parts)
