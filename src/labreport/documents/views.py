"""What a template sees: read-only namespaces over the results, by name."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from labreport.documents import wording
from labreport.documents.claimed import claim, shown_name
from labreport.documents.naming import Lazy, Namespace, unknown
from labreport.documents.printing import Origins, Value
from labreport.documents.text import Literal
from labreport.figures.labels import class_name
from labreport.files import read_json
from labreport.quantities.measured import TAKEN, measure, rounding, settings
from labreport.quantities.registry import QUANTITIES, called
from labreport.quantities.values import Measured
from labreport.results import Results

UNITS = {"epochs": "", "generalisation_gap": "points"}  # of quantities that print otherwise than their unit says
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


def names(results: Results, spec: Mapping[str, Any], lang: str, origins: Origins | None = None) -> dict[str, Any]:
    """Everything through which a template takes results: each experiment by its name, and what follows.

    `claims`, `datasets` and `measurements` by name; `run`, `claim`, `dataset` and `measurement`, which take a name that
    is computed; `experiments`, the names of a part.

    Args:
        results: reads the runs, data sets and measurements of `spec`.
        spec: the spec of a `write` step.
        lang: `zh` or `en`.
        origins: takes where each printed number comes from.
    """
    declared: Mapping[str, Any] = spec.get("experiments") or {}
    # A canonical spec sorts its keys; the report's own order stands beside.
    experiments = {name: declared[name] for name in spec.get("order") or declared}
    runs = {name: Namespace(name, partial(_values, results, name, lang, origins)) for name in experiments}
    titles = spec.get("dataset_titles") or {}
    groups: dict[str, tuple[str, Mapping[str, Any]]] = {
        "run": ("experiment", runs),
        "dataset": (
            "data set",
            Lazy(spec.get("data") or {}, lambda name: _dataset(results, name, titles.get(name, name.upper()), lang)),
        ),
        "claim": (
            "claim",
            Lazy(spec.get("claims") or {}, lambda name: claim(read_json(spec["claims"][name]), name, lang, origins)),
        ),
        "measurement": (
            "measurement",
            Lazy(spec.get("measurements") or {}, lambda name: _measurement(results.measurement(name), name)),
        ),
    }

    def of_part(part: str | None = None) -> list[str]:
        parts = list(dict.fromkeys(entry["part"] for entry in experiments.values()))
        if part is not None and part not in parts:
            raise unknown(part, "part of this report's experiments", parts)
        return [name for name, entry in experiments.items() if part is None or entry["part"] == part]

    return {
        **runs,
        **{name: _named(what, values) for name, (what, values) in groups.items()},
        **{f"{name}s": Namespace(f"{name}s", values) for name, (_, values) in groups.items() if name != "run"},
        "experiments": of_part,
    }


def _named(what: str, values: Mapping[str, Any]) -> Callable[[str], Any]:
    """A function that takes a name which may be computed."""

    def get(name: str) -> Any:
        if name not in values:
            raise unknown(name, what, values)
        return values[name]

    return get


def report(declaration: Mapping[str, Any], date: str) -> Namespace:
    """Title, subtitle, authors, affiliation, course, further fields and the date, to be printed as they are."""
    texts = {key: Literal(declaration.get(key) or "") for key in ("title", "subtitle", "affiliation", "course")}
    authors = [Literal(author) for author in declaration.get("authors") or []]
    fields = {Literal(label): Literal(text) for label, text in (declaration.get("fields") or {}).items()}
    return Namespace("report", {**texts, "authors": authors, "fields": fields, "date": date})


def scale(spec: Mapping[str, Any], real: bool, lang: str) -> Namespace:
    """Name, whether it is full, whether its data are the real ones, and the notice in the language."""
    found = wording.scale(spec, lang)
    words = {"name": shown_name(found.name), "notice": Literal(found.notice), "mark": Literal(found.mark)}
    return Namespace("scale", {**words, "full": found.full, "real": real})


def command(spec: Mapping[str, Any], lang: str) -> str:
    """The shell command that makes a report again, with its scale, language and seeds, those that failed among them."""
    entries = (spec.get("experiments") or {}).values()
    failed = {int(seed) for entry in entries for seed in entry.get("failures") or {}}
    seeds = ",".join(map(str, sorted(failed | {int(run["seed"]) for entry in entries for run in entry["runs"]})))
    options = f"scale={spec['scale']} lang={lang}" + (f" seeds='[{seeds}]'" if seeds else "")
    options += " failed=leave_out" if failed else ""
    return f"snakemake --cores 1 report/{spec['report']}.pdf --config {options}"


def _values(results: Results, name: str, lang: str, origins: Origins | None) -> Mapping[str, Any]:
    """Of an experiment: what it was trained with, and every quantity and declared number of it."""
    summary, training = results.summary(name), results.run_spec(name)["training"]
    title, schedule = results.title(name, lang), training.get("schedule")
    keys = tuple(run.path.name for run in results.runs(name))
    devices = dict.fromkeys(str(device) for device in results.environment(name)["device"])
    model = {key: Literal(item) if isinstance(item, str) else item for key, item in results.model(name).items()}
    facts = {
        "name": shown_name(title),
        "optimizer": Literal(training["optimizer"]["name"]),
        "loss": Literal(training["loss"]["name"]),
        "schedule": Literal(schedule["name"]) if schedule else None,
        "seeds": len(summary),
        "planned": results.planned(name),
        "device": Literal(wording.word("and", lang).join(devices)),
        "published": _published(results.published(name), name, lang),
        "model": Namespace(f"{name}.model", model),
    }
    numbers = settings(results, name)

    def value(found: Measured, unit: str, what: str, exact: bool) -> Value:
        spread = float(found.values.std(ddof=1)) if len(found.values) > 1 and not exact else None
        what = wording.word("whose", lang, what, title)
        return Value(found.mean, unit, lang, spread, found.error, what, keys, origins)

    def measured(quantity: str) -> Value:
        known, _ = called(quantity)
        unit = UNITS.get(known.name, known.unit or "loss")
        return value(measure(results, name, quantity), unit, known.title(lang), known.exact)

    def find(field: str) -> Any:
        if field in facts:
            return facts[field]
        if field not in QUANTITIES:
            return value(measure(results, name, field), "", field, exact=True)
        return (lambda given: measured(f"{field}({given})")) if QUANTITIES[field].argument else measured(field)

    accuracy = "val_accuracy" in summary
    taken = [one for one in (*TAKEN, "accuracy_on", "epochs_to") if accuracy or QUANTITIES[one].metric != "accuracy"]
    quantities = [*taken, *(one for one in QUANTITIES if one in summary)]
    return Lazy(dict.fromkeys([*facts, *quantities, *numbers]), find)


def _published(stated: Mapping[str, Any], name: str, lang: str) -> Namespace:
    """What the published report states, and None for what it might."""
    units = {key: QUANTITIES[key].unit or "loss" for key in PUBLISHED}
    values: dict[str, Any] = {
        # One unit of the last digit that was printed, so that as many are printed again.
        key: Value(stated[key], unit, lang, error=2 * rounding(stated[key], key)) if key in stated else None
        for key, unit in units.items()
    }
    classes = stated.get("per_class") or {}
    shares = {Literal(label): Value(value, "fraction", lang, error=0.01) for label, value in classes.items()}
    return Namespace(f"{name}.published", {**values, "per_class": shares or None})


def _dataset(results: Results, name: str, title: str, lang: str) -> Namespace:
    found = results.dataset(name)
    values = {
        "name": name,
        "title": Literal(title),
        **{f"{split}_samples": _count(_samples(found, split), lang) for split in SPLITS},
        "classes": _names(found["classes"], lang),
        "vocabulary": _count(found.get("vocabulary"), lang),
        "length": _count(found.get("length"), lang),
        **_groups(results, found, name, lang),
    }
    if unseen := found.get("unknown"):
        shares = {split: count["unknown"] / count["tokens"] for split, count in unseen.items() if count["tokens"]}
        told = {split: Value(share, "fraction", lang) for split, share in shares.items()}
        values["unknown"] = Namespace(f"datasets.{name}.unknown", told)
    return Namespace(f"datasets.{name}", values)


def _count(number: float | None, lang: str) -> Value | None:
    return None if number is None else Value(number, "count", lang)


def _samples(found: Mapping[str, Any], split: str) -> int | None:
    """The size of a split; None where there is no such split."""
    counts = found.get(f"{split}_counts")
    return found.get(f"{split}_samples", sum(counts) if counts else None)


def _groups(results: Results, found: Mapping[str, Any], name: str, lang: str) -> dict[str, Any]:
    """The classes that a long tail cut short, and how many training images a class has among these and the others."""
    if not any(variant["name"] == "longtail" for variant in found.get("spec", {}).get("variants") or []):
        return {}
    counts = dict(zip(found["classes"], found["train_counts"], strict=True))
    short, full = results.class_groups(name)
    means = {
        key: _count(sum(counts[label] for label in group) / len(group), lang)
        for key, group in (("short_count", short), ("full_count", full))
    }
    return {"short": _names(short, lang), "full": _names(full, lang), **means}


def _names(classes: Iterable[str], lang: str) -> list[Literal]:
    return [Literal(class_name(label, lang)) for label in classes]


def _measurement(frame: pd.DataFrame, name: str) -> Namespace:
    rows = {}
    for record in frame.to_dict("records"):
        implementation = str(record["implementation"])
        values = {str(key): _plain(value) for key, value in record.items()}
        rows[implementation] = Namespace(f'measurement("{name}").{implementation}', values)
    return Namespace(f'measurement("{name}")', rows)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return Literal(value)
    return None if pd.isna(value) else value
