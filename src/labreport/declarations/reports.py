"""Reports: which experiments, figures, tables and claims, each name checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labreport.claims.registry import KINDS as CLAIM_KINDS
from labreport.declarations.experiments import Experiment, resolve_model
from labreport.declarations.reading import check, shown, suggestion
from labreport.declarations.schema import Kinded, Lang, Model, Report, Text
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURE_KINDS
from labreport.kinds import Kind
from labreport.measurements.registry import KINDS as MEASUREMENT_KINDS
from labreport.tables.registry import KINDS as TABLE_KINDS


@dataclass(frozen=True)
class Item:
    """A figure, table, claim or measurement, resolved.

    Attributes:
        name: its name in the report.
        kind: the registry entry.
        options: as declared, with `part` replaced by `experiments` and models by targets and parameters.
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
    name: str, raw: Mapping[str, Any], where: str, experiments: Mapping[str, Experiment]
) -> ReportDeclaration:
    """A report's declaration with every name in it checked.

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
            key: _resolve_item(key, value, kinds, own, set(report.measurements), where, f"{group}.{key}")
            for key, value in declared.items()
        }

    return ReportDeclaration(
        name,
        where,
        report,
        list(report.experiments),
        items("measurements", report.measurements, MEASUREMENT_KINDS),
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
    measurements: set[str],
    where: str,
    at: str,
) -> Item:
    _known(declared.kind, kinds, where, f"{at}.kind", "a known kind")
    kind = kinds[declared.kind]
    options = declared.options
    _check_option_names(options, kind, declared.kind, where, at)
    options, shown_experiments = _resolve_experiments(options, kind, experiments, where, at)
    shown_measurements = []
    if "measurement" in options:
        place = f"{at}.measurement"
        shown_measurements = [
            _known(options["measurement"], sorted(measurements), where, place, "a measurement of this report")
        ]
    return Item(name, kind, _resolve_models(options, where, at), shown_experiments, shown_measurements)


def _check_option_names(options: Mapping[str, Any], kind: Kind, kind_name: str, where: str, at: str) -> None:
    required, allowed = kind.required, kind.required | kind.optional
    alternatives = {"part", "experiments"}
    if alternatives & allowed:
        required, allowed = required - alternatives, allowed | alternatives
        if len(alternatives & set(options)) > 1 or (alternatives & kind.required and not alternatives & set(options)):
            raise DeclarationError(f"{where}: {at}: {kind_name} needs either `part` or `experiments`")
    for option in options:
        if option not in allowed:
            raise DeclarationError(
                f"{where}: {at}.{option}: unknown option of {kind_name}{suggestion(option, sorted(allowed))}"
            )
    for option in sorted(required - set(options)):
        raise DeclarationError(f"{where}: {at}.{option}: is missing; {kind_name} needs it")
    for option, choices in kind.choices.items():
        if option in options and options[option] not in choices:
            raise DeclarationError(
                f"{where}: {at}.{option}: found {shown(options[option])}, allowed: {', '.join(map(str, choices))}"
            )


def _resolve_experiments(
    options: Mapping[str, Any], kind: Kind, experiments: Mapping[str, Experiment], where: str, at: str
) -> tuple[dict[str, Any], list[str]]:
    resolved = dict(options)
    what = "an experiment of this report"
    if "part" in resolved:
        parts = dict.fromkeys(experiment.part for experiment in experiments.values())
        part = _known(resolved.pop("part"), parts, where, f"{at}.part", "a part of this report's experiments")
        resolved["experiments"] = [name for name, experiment in experiments.items() if experiment.part == part]
    named = list(resolved.get("experiments", []))
    if "experiments" in resolved and not (isinstance(resolved["experiments"], list) and named):
        raise DeclarationError(
            f"{where}: {at}.experiments: found {shown(resolved['experiments'])}, a list of experiments is needed"
        )
    for name in named:
        _known(name, experiments, where, f"{at}.experiments", what)
    for option in sorted(kind.experiment_options & set(resolved)):
        named.append(_known(resolved[option], experiments, where, f"{at}.{option}", what))
    if "experiments" in kind.optional and not named:
        named = resolved["experiments"] = list(experiments)
    if kind.single and len(named) != 1:
        raise DeclarationError(f"{where}: {at}.experiments: found {len(named)} experiments, exactly one is needed")
    return resolved, [name for name in experiments if name in named]


def _resolve_models(options: dict[str, Any], where: str, at: str) -> dict[str, Any]:
    """`model: {name: x, ...}` anywhere in the options becomes `target` and `parameters`."""
    resolved: dict[str, Any] = {}
    for key, value in options.items():
        if key == "model":
            model = check(Model, value, where, at=f"{at}.model")
            resolved["target"] = resolve_model(model, where, f"{at}.model")
            resolved["parameters"] = model.parameters
        elif isinstance(value, dict):
            resolved[key] = _resolve_models(value, where, f"{at}.{key}")
        else:
            resolved[key] = value
    return resolved
