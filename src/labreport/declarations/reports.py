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
from labreport.declarations.schema import Kinded, Lang, Model, Report, Scale, Text
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURE_KINDS
from labreport.kinds import Kind
from labreport.measurements.registry import KINDS as MEASUREMENT_KINDS
from labreport.tables.registry import KINDS as TABLE_KINDS
from labreport.values import IMAGE_MODEL, Value


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
    """

    name: str
    kind: Kind
    options: dict[str, Any]
    experiments: list[str]
    measurements: list[str]


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
    own = {experiment: experiments[experiment] for experiment in report.experiments}

    def items(group: str, declared: Mapping[str, Kinded], kinds: Mapping[str, Kind]) -> dict[str, Item]:
        return {
            key: _resolve_item(key, value, kinds, own, measurements, Place(where, f"{group}.{key}"))
            for key, value in declared.items()
        }

    measurements: dict[str, Item] = {}
    for key, item in items("measurements", report.measurements, MEASUREMENT_KINDS).items():
        measurements[key] = _at_scale(item, scale, scale_where)
    return ReportDeclaration(
        name,
        where,
        report,
        list(report.experiments),
        measurements,
        items("figures", report.figures, FIGURE_KINDS),
        items("tables", report.tables, TABLE_KINDS),
        items("claims", report.claims, CLAIM_KINDS),
    )


def in_language(text: Text | str, lang: Lang) -> str:
    """A text that may be given once or once per language."""
    return text if isinstance(text, str) else getattr(text, lang)


def _known(name: Any, allowed: Iterable[str], where: str, at: str, what: str) -> str:
    names = list(allowed)
    if name not in names:
        raise DeclarationError(f"{where}: {at}: found {shown(name)}, which is not {what}{suggestion(str(name), names)}")
    return str(name)


def _resolve_item(
    name: str,
    declared: Kinded,
    kinds: Mapping[str, Kind],
    experiments: Mapping[str, Experiment],
    measurements: Mapping[str, Item],
    place: Place,
) -> Item:
    where, at = place
    _known(declared.kind, kinds, where, f"{at}.kind", "a known kind")
    kind = kinds[declared.kind]
    options = declared.options
    check_options(options, kind, place)
    check_required(options, kind, declared.kind, place)
    options, shown_experiments = _resolve_experiments(options, kind, experiments, place)
    shown_measurements = []
    if "measurement" in options:
        what = "a measurement of this report"
        shown_measurements = [_known(options["measurement"], measurements, where, f"{at}.measurement", what)]
        rows = measurements[options["measurement"]].kind.rows
        for option in sorted(kind.row_options):
            _known(options[option], rows, where, f"{at}.{option}", "a row of that measurement")
    return Item(name, kind, _resolve_models(options, kind.types, place), shown_experiments, shown_measurements)


def _at_scale(item: Item, scale: Scale, where: str) -> Item:
    """A measurement with what a scale changes."""
    options = item.options
    for index, override in enumerate(scale.overrides):
        if applies(override, {"measurement": item.name}):
            check_options(override.set, item.kind, Place(where, f"overrides.{index}.set"))
            options = {**options, **override.set}
    return replace(item, options=options)


def _resolve_experiments(
    options: Mapping[str, Any], kind: Kind, experiments: Mapping[str, Experiment], place: Place
) -> tuple[dict[str, Any], list[str]]:
    where, at = place
    resolved = dict(options)
    what = "an experiment of this report"
    if "part" in resolved:
        parts = dict.fromkeys(experiment.part for experiment in experiments.values())
        part = _known(resolved.pop("part"), parts, where, f"{at}.part", "a part of this report's experiments")
        resolved["experiments"] = [name for name, experiment in experiments.items() if experiment.part == part]
    named = list(resolved.get("experiments", []))
    for name in named:
        _known(name, experiments, where, f"{at}.experiments", what)
    for option in sorted(kind.experiment_options & set(resolved)):
        named.append(_known(resolved[option], experiments, where, f"{at}.{option}", what))
    if len(set(named)) != len(named):
        raise DeclarationError(f"{where}: {at}: names an experiment twice, found {', '.join(named)}; name each once")
    if "experiments" in kind.optional and not named:
        named = resolved["experiments"] = list(experiments)
    if kind.single and len(named) != 1:
        raise DeclarationError(f"{where}: {at}.experiments: found {len(named)} experiments, exactly one is needed")
    if "experiments" in kind.options and len(named) < kind.fewest:
        option = "part" if "part" in options else "experiments"
        raise DeclarationError(
            f"{where}: {at}.{option}: found {len(named)} experiment, at least {kind.fewest} are needed"
        )
    return resolved, [name for name in experiments if name in named]


def _resolve_models(
    options: Mapping[str, Any], types: Mapping[str, Value | Mapping[str, Value]], place: Place
) -> dict[str, Any]:
    """Options that are models, such as `model: {name: x, ...}`, become `target` and `parameters`."""
    resolved: dict[str, Any] = {}
    for key, value in options.items():
        wanted = types.get(key)
        if wanted is IMAGE_MODEL:
            model = check(Model, value, place.where, at=f"{place.at}.{key}")
            resolved["target"] = resolve_model(model, False, partial("{}: {}.{}.{}".format, *place, key))
            resolved["parameters"] = model.parameters
        elif isinstance(wanted, Mapping):
            resolved[key] = _resolve_models(value, wanted, Place(place.where, f"{place.at}.{key}"))
        else:
            resolved[key] = value
    return resolved
