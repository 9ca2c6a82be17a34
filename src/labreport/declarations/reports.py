"""Reports: which experiments, figures, tables and claims, each name checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from labreport.claims.registry import KINDS as CLAIM_KINDS
from labreport.declarations.experiments import Experiment, applies
from labreport.declarations.models import resolve_model
from labreport.declarations.options import Place, check_options, check_required
from labreport.declarations.reading import check, shown, suggestion
from labreport.declarations.schema import Kinded, Model, Report, Scale
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURE_KINDS
from labreport.kinds import Kind
from labreport.measurements.registry import KINDS as MEASUREMENT_KINDS
from labreport.tables.registry import KINDS as TABLE_KINDS
from labreport.values import IMAGE_MODEL, MODEL, Value


@dataclass(frozen=True)
class Item:
    """A figure, table, claim or measurement, resolved.

    Attributes:
        name: its name in the report.
        kind: the registry entry.
        options: as declared, with `part` replaced by `experiments` and models by targets and parameters; a
            measurement's with the scale's overrides.
        experiments: every experiment that it shows, in the report's order.
        measurements: every measurement that it shows.
        datasets: every data set that it names itself.
    """

    name: str
    kind: Kind
    options: dict[str, Any]
    experiments: list[str]
    measurements: list[str]
    datasets: list[str]


@dataclass(frozen=True)
class _Context:
    """What a report's items may name: its own experiments, their data sets, its measurements."""

    experiments: Mapping[str, Experiment]
    measurements: dict[str, Item]

    @property
    def datasets(self) -> list[str]:
        return list(dict.fromkeys(experiment.dataset.name for experiment in self.experiments.values()))


@dataclass(frozen=True)
class ReportDeclaration:
    """A report, resolved."""

    name: str
    where: str
    report: Report
    experiments: list[str]
    measurements: dict[str, Item]
    figures: dict[str, Item]
    tables: dict[str, Item]
    claims: dict[str, Item]

    def item(self, group: str, name: str) -> Item:
        """A figure, table or claim by name.

        Args:
            group: figures, tables or claims.
            name: its name in the report's YAML.

        Raises:
            DeclarationError: the report declares no such one.
        """
        items: dict[str, Item] = getattr(self, group)
        return items[_known(name, items, self.where, group, f"one of this report's {group}")]


def resolve_report(
    name: str,
    raw: Mapping[str, Any],
    where: str,
    experiments: Mapping[str, Experiment],
    scale: Scale,
    scale_where: str,
) -> ReportDeclaration:
    """A report's declaration with every name and value in it checked.

    Args:
        name: of the report.
        raw: what its file holds.
        where: its file, for messages.
        experiments: all of the project, by name.
        scale: whose overrides change measurements.
        scale_where: the scale's file, for messages.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
    """
    report = check(Report, raw, where)
    for index, experiment in enumerate(report.experiments):
        _known(experiment, experiments, where, f"experiments.{index}", "an experiment of config/experiments/")
    if len(set(report.experiments)) != len(report.experiments):
        raise DeclarationError(f"{where}: experiments: an experiment is named twice in {report.experiments}")
    context = _Context({name: experiments[name] for name in report.experiments}, {})

    def items(group: str, declared: Mapping[str, Kinded], kinds: Mapping[str, Kind]) -> dict[str, Item]:
        return {
            key: _resolve_item(key, value, kinds, context, Place(where, f"{group}.{key}"))
            for key, value in declared.items()
        }

    for key, item in items("measurements", report.measurements, MEASUREMENT_KINDS).items():
        context.measurements[key] = _at_scale(item, scale, scale_where)
    claims = items("claims", report.claims, CLAIM_KINDS)
    for key, claim in claims.items():
        _check_comparable(claim, context, Place(where, f"claims.{key}"))
    return ReportDeclaration(
        name,
        where,
        report,
        list(report.experiments),
        context.measurements,
        items("figures", report.figures, FIGURE_KINDS),
        items("tables", report.tables, TABLE_KINDS),
        claims,
    )


def _known(name: Any, allowed: Iterable[str], where: str, at: str, what: str) -> str:
    names = list(allowed)
    if name not in names:
        raise DeclarationError(f"{where}: {at}: found {shown(name)}, which is not {what}{suggestion(str(name), names)}")
    return str(name)


def _resolve_item(name: str, declared: Kinded, kinds: Mapping[str, Kind], context: _Context, place: Place) -> Item:
    where, at = place
    _known(declared.kind, kinds, where, f"{at}.kind", "a known kind")
    kind = kinds[declared.kind]
    options = declared.options
    check_options(options, kind, place)
    check_required(options, kind, declared.kind, place)
    options, shown_experiments = _resolve_experiments(options, kind, context.experiments, place)
    shown_measurements = []
    if "measurement" in options:
        what = "a measurement of this report"
        shown_measurements = [_known(options["measurement"], context.measurements, where, f"{at}.measurement", what)]
        rows = context.measurements[options["measurement"]].kind.rows
        for option in sorted(kind.row_options):
            _known(options[option], rows, where, f"{at}.{option}", "a row of that measurement")
    datasets = _resolve_datasets(options, context, place)
    options = _resolve_models(options, kind.types, place)
    return Item(name, kind, options, shown_experiments, shown_measurements, datasets)


def _resolve_datasets(options: Mapping[str, Any], context: _Context, place: Place) -> list[str]:
    """The data sets that an item names: `dataset` and `datasets`."""
    named = [("dataset", options["dataset"])] if "dataset" in options else []
    named += [("datasets", name) for name in options.get("datasets", [])]
    what = "a data set of this report's experiments"
    found = [_known(name, context.datasets, place.where, f"{place.at}.{option}", what) for option, name in named]
    if len(set(found)) != len(found):
        raise DeclarationError(f"{place.where}: {place.at}: names a data set twice, found {', '.join(found)}")
    return found


def _check_comparable(claim: Item, context: _Context, place: Place) -> None:
    """A claim compares what was measured on the same task's test set, so on one data set or its variants."""
    roots = {name: context.experiments[name].dataset.root for name in claim.experiments}
    if len(set(roots.values())) > 1:
        found = ", ".join(f"{name} on {root}" for name, root in roots.items())
        raise DeclarationError(
            f"{place.where}: {place.at}: compares experiments on different data sets ({found}); "
            "name experiments on one data set and its variants"
        )


def _at_scale(item: Item, scale: Scale, where: str) -> Item:
    """A measurement with what a scale changes."""
    options = item.options
    for index, override in enumerate(scale.overrides):
        if applies(override, {"measurement": (item.name,)}):
            check_options(override.set, item.kind, Place(where, f"overrides.{index}.set"))
            options = {**options, **override.set}
    return replace(item, options=options)


def _resolve_experiments(
    options: Mapping[str, Any], kind: Kind, experiments: Mapping[str, Experiment], place: Place
) -> tuple[dict[str, Any], list[str]]:
    where, at = place
    resolved = dict(options)
    what = "an experiment of this report"
    if "part" in resolved and "experiments" in kind.options:
        parts = dict.fromkeys(experiment.part for experiment in experiments.values())
        part = _known(resolved.pop("part"), parts, where, f"{at}.part", "a part of this report's experiments")
        resolved["experiments"] = [name for name, experiment in experiments.items() if experiment.part == part]
    named = list(resolved.get("experiments", []))
    for name in named:
        _known(name, experiments, where, f"{at}.experiments", what)
    for option in sorted(kind.member_options & set(resolved)):
        _known(resolved[option], named, where, f"{at}.{option}", f"one of the experiments of {at}")
    for option in sorted(kind.experiment_options & set(resolved)):
        named.append(_known(resolved[option], experiments, where, f"{at}.{option}", what))
    if len(set(named)) != len(named):
        raise DeclarationError(f"{where}: {at}: names an experiment twice, found {', '.join(named)}; name each once")
    if "experiments" in kind.optional and not named:
        named = resolved["experiments"] = list(experiments)
    listed = len(resolved.get("experiments", []))
    if kind.single and listed != 1:
        raise DeclarationError(f"{where}: {at}.experiments: found {listed} experiments, exactly one is needed")
    if "experiments" in kind.options and listed < kind.fewest:
        option = "part" if "part" in options else "experiments"
        raise DeclarationError(f"{where}: {at}.{option}: found {listed} experiment, at least {kind.fewest} are needed")
    return resolved, [name for name in experiments if name in named]


def _resolve_models(
    options: Mapping[str, Any], types: Mapping[str, Value | Mapping[str, Value]], place: Place
) -> dict[str, Any]:
    """Options that are models, such as `model: {name: x, ...}`, become `target` and `parameters`."""
    resolved: dict[str, Any] = {}
    for key, value in options.items():
        wanted = types.get(key)
        if wanted is IMAGE_MODEL or wanted is MODEL:
            model = check(Model, value, place.where, at=f"{place.at}.{key}")
            inputs = "images" if wanted is IMAGE_MODEL else None
            resolved["target"] = resolve_model(model, inputs, partial("{}: {}.{}.{}".format, *place, key))
            resolved["parameters"] = model.parameters
        elif isinstance(wanted, Mapping):
            resolved[key] = _resolve_models(value, wanted, Place(place.where, f"{place.at}.{key}"))
        else:
            resolved[key] = value
    return resolved
