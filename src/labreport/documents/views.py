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
from labreport.metrics import metric_columns
from labreport.results import Results
from labreport.training.tasks import TASKS

OUTCOMES = ("supported", "refuted", "undecided")
SIZES = ("parameters", "train_samples", "val_samples", "test_samples")
SPLITS = ("train", "dev", "test")
PUBLISHED = (
    "val_accuracy",
    "train_accuracy",
    "seconds",
    "best_epoch",
    "convergence_epoch",
    "test_loss",
    "test_pearson",
    "val_pearson",
)
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
        return _dataset(results, name, title)

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
    """The shell command that makes a report again, with its scale, language and seeds, those that failed among them."""
    entries = (spec.get("experiments") or {}).values()
    failed = {int(seed) for entry in entries for seed in entry.get("failures") or {}}
    seeds = ",".join(map(str, sorted(failed | {int(run["seed"]) for entry in entries for run in entry["runs"]})))
    options = f"scale={spec['scale']} lang={lang}" + (f" seeds='[{seeds}]'" if seeds else "")
    options += " failed=leave_out" if failed else ""
    return f"snakemake --cores 1 report/{spec['report']}.pdf --config {options}"


def _run(results: Results, name: str, lang: str) -> Namespace:
    summary = results.summary(name)
    spec = results.run_spec(name)
    training = spec["training"]
    devices = dict.fromkeys(str(device) for device in results.environment(name)["device"])
    epochs = int(summary["epochs"].iloc[0])
    schedule = training.get("schedule")
    values = {
        "name": shown_name(results.title(name, lang)),
        "epochs": epochs,
        "batch_size": training["batch_size"],
        "learning_rate": training["learning_rate"],
        "optimizer": Literal(training["optimizer"]["name"]),
        "loss": Literal(training["loss"]["name"]),
        "schedule": Literal(schedule["name"]) if schedule else None,
        "seeds": len(summary),
        "planned": results.planned(name),
        **{size: int(summary[size].iloc[0]) for size in SIZES if size in summary},
        **_measured(summary, results.task(name)),
        "seconds_per_epoch": float(summary["seconds"].mean()) / epochs,
        "device": Literal(wording.word("and", lang).join(devices)),
        "published": _published(results.published(name), name),
        "model": _nested(f'run("{name}").model', results.model(name)),
    }
    return Namespace(f'run("{name}")', values)


def _measured(summary: pd.DataFrame, task: str) -> dict[str, float | int | None]:
    """The mean over seeds of every number of a run, and of its metrics also the standard deviation."""
    best = f"best_val_{TASKS[task].metrics[0]}"
    metrics = [column for column in (*metric_columns(task), best, "val_loss_at_best") if column in summary]
    means = {
        column: _whole(_number(float(summary[column].mean())))
        for column in (*metrics, "best_epoch", "seconds", "samples_per_second")
    }
    return means | {f"{column}_std": _number(float(summary[column].std(ddof=1))) for column in metrics}


def _published(stated: Mapping[str, Any], name: str) -> Namespace:
    """What the published report states, and None for what it might."""
    values: dict[str, Any] = {key: _whole(stated[key]) if key in stated else None for key in PUBLISHED}
    classes = stated.get("per_class") or {}
    values["per_class"] = {Literal(label): value for label, value in classes.items()} or None
    return Namespace(f'run("{name}").published', values)


def _dataset(results: Results, name: str, title: str) -> Namespace:
    found = results.dataset(name)
    values = {
        "name": name,
        "title": Literal(title),
        **{f"{split}_samples": _samples(found, split) for split in SPLITS},
        "classes": [Literal(label) for label in found["classes"]],
        "vocabulary": found.get("vocabulary"),
        "length": found.get("length"),
        **_groups(results, found, name),
    }
    if unknown := found.get("unknown"):
        shares = {split: count["unknown"] / count["tokens"] for split, count in unknown.items() if count["tokens"]}
        values["unknown"] = Namespace(f'dataset("{name}").unknown', shares)
    return Namespace(f'dataset("{name}")', values)


def _samples(found: Mapping[str, Any], split: str) -> int | None:
    """The size of a split; None where there is no such split."""
    counts = found.get(f"{split}_counts")
    return found.get(f"{split}_samples", sum(counts) if counts else None)


def _groups(results: Results, found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The classes that a long tail cut short, and how many training images a class has among these and the others."""
    if not any(variant["name"] == "longtail" for variant in found.get("spec", {}).get("variants") or []):
        return {}
    counts = dict(zip(found["classes"], found["train_counts"], strict=True))
    short, full = results.class_groups(name)
    means = {
        key: _whole(sum(counts[label] for label in group) / len(group))
        for key, group in (("short_count", short), ("full_count", full))
    }
    return {"short": [Literal(label) for label in short], "full": [Literal(label) for label in full], **means}


def _claim(found: Mapping[str, Any], name: str, lang: str) -> Namespace:
    outcomes = {outcome: found["outcome"] == outcome for outcome in OUTCOMES}
    reason = Literal(found["reason"][lang])
    values = {key: _shown(value) for key, value in found["values"].items() if key not in OUTCOMES}
    fields = {key: value for key, value in found.items() if key not in {"values", "name", "kind"}}
    return Namespace(f'claim("{name}")', {**values, **fields, **outcomes, "reason": reason})


def _shown(value: Any) -> Any:
    """A value of a claim, whose texts are names."""
    if isinstance(value, str):
        return shown_name(value)
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


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


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
