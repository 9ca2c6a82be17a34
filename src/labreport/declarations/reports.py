"""Reports: which experiments, figures, tables and claims, each name checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labreport.claims.registry import KINDS as CLAIM_KINDS
from labreport.declarations.experiments import Experiment
from labreport.declarations.items import Context, Item, at_scale, known, resolve_item
from labreport.declarations.options import Place
from labreport.declarations.reading import check
from labreport.declarations.same_data import check_comparable, check_one_form
from labreport.declarations.schema import Kinded, Report, Scale
from labreport.errors import DeclarationError
from labreport.figures.registry import KINDS as FIGURE_KINDS
from labreport.kinds import Kind
from labreport.measurements.registry import KINDS as MEASUREMENT_KINDS
from labreport.tables.registry import KINDS as TABLE_KINDS


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
        return items[known(name, items, self.where, group, f"one of this report's {group}")]


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
        known(experiment, experiments, where, f"experiments.{index}", "an experiment of config/experiments/")
    if len(set(report.experiments)) != len(report.experiments):
        raise DeclarationError(f"{where}: experiments: an experiment is named twice in {report.experiments}")
    check_one_form([experiments[name] for name in report.experiments], where)
    context = Context({name: experiments[name] for name in report.experiments}, {})

    def items(group: str, declared: Mapping[str, Kinded], kinds: Mapping[str, Kind]) -> dict[str, Item]:
        return {
            key: resolve_item(key, value, kinds, context, Place(where, f"{group}.{key}"))
            for key, value in declared.items()
        }

    for key, item in items("measurements", report.measurements, MEASUREMENT_KINDS).items():
        context.measurements[key] = at_scale(item, scale, scale_where)
    claims = items("claims", report.claims, CLAIM_KINDS)
    for key, claim in claims.items():
        check_comparable([experiments[one] for one in claim.experiments], Place(where, f"claims.{key}"))
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
