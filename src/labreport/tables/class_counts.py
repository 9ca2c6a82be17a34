"""How many training samples of each class the variants of a data set have."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from labreport.enumeration import enumerated
from labreport.figures.labels import class_name
from labreport.groups import group_name
from labreport.results import Options, Results
from labreport.tables.heads import head, note, phrase
from labreport.tables.looks import counted
from labreport.tables.table import Column, Table


def build(results: Results, options: Options, lang: str) -> Table:
    """A row per class and one for all; a column per data set, and one for the test set where all share it.

    Args:
        results: the prepared data.
        options: `datasets`.
        lang: of the words.
    """
    names = list(options["datasets"])
    described = {name: results.dataset(name) for name in names}
    classes = described[names[0]]["classes"]
    frame = pd.DataFrame({"class": [*classes, "all"]})
    frame["shown"] = [class_name(name, lang) for name in classes] + [head("all", lang)]
    for name, dataset in described.items():
        frame[name] = [*dataset["train_counts"], sum(dataset["train_counts"])]
    columns = [Column("shown", head("class", lang)), *(counted(frame, name, name) for name in names)]
    tests = [dataset["test_counts"] for dataset in described.values()]
    if all(counts == tests[0] for counts in tests):
        frame["test_samples"] = [*tests[0], sum(tests[0])]
        columns.append(counted(frame, "test_samples", head("test_samples", lang)))
    variants = {name: (dataset.get("spec") or {}).get("variants") or [] for name, dataset in described.items()}
    notes = [note("setting", lang, name, _made(name, variants, classes, lang)) for name in names if variants[name]]
    return Table(frame, columns, notes=notes)


def _made(name: str, variants: Mapping[str, Sequence[Mapping[str, Any]]], classes: Sequence[str], lang: str) -> str:
    """What was done to a training set, step by step, from the nearest of the other data sets that it was made from."""
    own = variants[name]
    shorter = {other: steps for other, steps in variants.items() if 0 < len(steps) < len(own)}
    bases = [other for other, steps in shorter.items() if own[: len(steps)] == steps]
    base = max(bases, key=lambda other: len(variants[other]), default=None)
    parts = [phrase("made_from", lang, base)] if base else []
    for variant in own[len(variants[base]) if base else 0 :]:
        if variant["name"] == "longtail":
            cut = [class_name(classes[index], lang) for index in variant["classes"]]
            parts.append(phrase("longtail", lang, enumerated(cut, lang), f"{100 * variant['keep']:g}"))
        else:
            done = [phrase("noisy", lang, f"{variant['noise_sigma']:g}")] if variant["noise_sigma"] else []
            done += [phrase("flipped", lang)] if variant["flip"] else []
            copies = enumerated(done, lang) or phrase("unaltered", lang)
            parts.append(phrase("balance", lang, group_name("short", lang), copies))
    return phrase("then", lang).join(parts)
