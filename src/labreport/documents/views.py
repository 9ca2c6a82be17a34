"""What a template sees: read-only namespaces over the results, by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from labreport.documents import wording
from labreport.documents.naming import Namespace, unknown
from labreport.documents.text import Literal
from labreport.files import read_json
from labreport.results import Results

OUTCOMES = ("supported", "refuted", "undecided")
IDENTIFIER = re.compile(r"[A-Za-z0-9]+(?:_+[A-Za-z0-9]+)*")


def functions(results: Results, spec: Mapping[str, Any], lang: str) -> dict[str, Callable[..., Any]]:
    """The functions through which a template takes results by name.

    Args:
        results: reads the runs, data sets and measurements of `spec`.
        spec: the spec of a `write` step.
        lang: `zh` or `en`.
    """
    declared: Mapping[str, Any] = spec.get("experiments") or {}
    # A canonical spec sorts its keys; the report's own order stands beside.
    experiments = {name: declared[name] for name in spec.get("order") or declared}

    @cache
    def run(name: str) -> Namespace:
        if name not in experiments:
            raise unknown(name, "experiment", experiments)
        return _run(results, name, lang)

    @cache
    def dataset(name: str) -> Namespace:
        if name not in (spec.get("data") or {}):
            raise unknown(name, "data set", spec.get("data") or {})
        title = (spec.get("dataset_titles") or {}).get(name, name.upper())
        return _dataset(results.dataset(name), name, title)

    @cache
    def claim(name: str) -> Namespace:
        files = spec.get("claims") or {}
        if name not in files:
            raise unknown(name, "claim", files)
        return _claim(read_json(files[name]), name, lang)

    @cache
    def measurement(name: str) -> Namespace:
        if name not in (spec.get("measurements") or {}):
            raise unknown(name, "measurement", spec.get("measurements") or {})
        return _measurement(results.measurement(name), name)

    def names(part: str | None = None) -> list[str]:
        parts = list(dict.fromkeys(entry["part"] for entry in experiments.values()))
        if part is not None and part not in parts:
            raise unknown(part, "part of this report's experiments", parts)
        return [name for name, entry in experiments.items() if part is None or entry["part"] == part]

    return {"run": run, "dataset": dataset, "claim": claim, "measurement": measurement, "experiments": names}


def report(declaration: Mapping[str, Any]) -> Namespace:
    """Title, subtitle, authors, affiliation and course, to be printed as they are."""
    texts = {key: Literal(declaration.get(key) or "") for key in ("title", "subtitle", "affiliation", "course")}
    authors = [Literal(author) for author in declaration.get("authors") or []]
    return Namespace("report", {**texts, "authors": authors})


def scale(name: str, real: bool, lang: str) -> Namespace:
    """Name, whether it is full, whether its data are the real ones, and the notice in the language."""
    found = wording.scale(name, lang)
    words = {"name": shown_name(found.name), "notice": Literal(found.notice), "mark": Literal(found.mark)}
    return Namespace("scale", {**words, "full": found.full, "real": real})


def shown_name(text: str) -> str | Literal:
    """A name from data. Plain identifiers need no escaping in pandoc Markdown and do not get any: a code span, where
    names usually stand, would show it."""
    return text if IDENTIFIER.fullmatch(text) else Literal(text)


def command(spec: Mapping[str, Any], lang: str) -> str:
    """The shell command that makes a report again, with its scale, language and seeds."""
    runs = [run for entry in (spec.get("experiments") or {}).values() for run in entry["runs"]]
    seeds = ",".join(map(str, sorted({int(run["seed"]) for run in runs})))
    options = f"scale={spec['scale']} lang={lang}" + (f" seeds='[{seeds}]'" if seeds else "")
    return f"snakemake --cores 1 report/{spec['report']}.pdf --config {options}"


def _run(results: Results, name: str, lang: str) -> Namespace:
    summary = results.summary(name)
    spec = results.run_spec(name)
    training = spec["training"]
    devices = dict.fromkeys(str(device) for device in results.environment(name)["device"])
    epochs = int(summary["epochs"].iloc[0])
    averaged = (
        "best_val_accuracy",
        "best_epoch",
        "train_accuracy",
        "train_loss",
        "val_loss",
        "seconds",
        "samples_per_second",
        "val_accuracy",
    )
    spread = float(summary["val_accuracy"].std(ddof=1))
    published = results.published(name)
    values = {
        "name": shown_name(name),
        "epochs": epochs,
        "batch_size": training["batch_size"],
        "learning_rate": training["learning_rate"],
        "optimizer": Literal(training["optimizer"]["name"]),
        "parameters": int(summary["parameters"].iloc[0]),
        "train_samples": int(summary["train_samples"].iloc[0]),
        "val_samples": int(summary["val_samples"].iloc[0]),
        "seeds": len(summary),
        **{column: _whole(float(summary[column].mean())) for column in averaged},
        "val_accuracy_std": None if math.isnan(spread) else spread,
        "seconds_per_epoch": float(summary["seconds"].mean()) / epochs,
        "device": Literal(wording.word("and", lang).join(devices)),
        "published": Namespace(
            f'run("{name}").published', {key: published.get(key) for key in ("val_accuracy", "seconds")}
        ),
        "model": _nested(f'run("{name}").model', spec["model"].get("parameters") or {}),
    }
    return Namespace(f'run("{name}")', values)


def _dataset(found: Mapping[str, Any], name: str, title: str) -> Namespace:
    values = {
        "name": name,
        "title": Literal(title),
        "train_samples": sum(found["train_counts"]),
        "test_samples": sum(found["test_counts"]),
        "classes": [Literal(label) for label in found["classes"]],
        "vocabulary": found.get("vocabulary"),
        "length": found.get("length"),
    }
    return Namespace(f'dataset("{name}")', values)


def _claim(found: Mapping[str, Any], name: str, lang: str) -> Namespace:
    outcomes = {outcome: found["outcome"] == outcome for outcome in OUTCOMES}
    reason = Literal(found["reason"][lang])
    values = {
        key: shown_name(value) if isinstance(value, str) else value
        for key, value in found["values"].items()
        if key not in OUTCOMES
    }
    return Namespace(f'claim("{name}")', {**values, **outcomes, "outcome": found["outcome"], "reason": reason})


def _measurement(frame: pd.DataFrame, name: str) -> Namespace:
    rows = {}
    for record in frame.to_dict("records"):
        implementation = str(record["implementation"])
        values = {str(key): _plain(value) for key, value in record.items()}
        rows[implementation] = Namespace(f'measurement("{name}").{implementation}', values)
    return Namespace(f'measurement("{name}")', rows)


def _nested(described: str, values: Mapping[str, Any]) -> Namespace:
    return Namespace(described, {key: Literal(item) if isinstance(item, str) else item for key, item in values.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return Literal(value)
    return None if pd.isna(value) else value


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value
