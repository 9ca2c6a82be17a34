"""Figures, tables, claims and measurements of a report: kinds, options, and whatever they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from labreport.declarations.datasets import Dataset
from labreport.declarations.experiments import Experiment, applies
from labreport.declarations.fitting import check_fits
from labreport.declarations.mistakes import shown, suggestion
from labreport.declarations.models import resolve_model
from labreport.declarations.options import Place, check_options, check_required
from labreport.declarations.reading import check
from labreport.declarations.schema import Kinded, Model, Scale
from labreport.errors import DeclarationError
from labreport.kinds import Kind
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
class Context:
    """What a report's items may name: its own experiments, their data sets, its measurements."""

    experiments: Mapping[str, Experiment]
    measurements: dict[str, Item]

    @property
    def datasets(self) -> dict[str, Dataset]:
        """Data sets of the experiments by name, in their order."""
        return {experiment.dataset.name: experiment.dataset for experiment in self.experiments.values()}


def known(name: Any, allowed: Iterable[str], where: str, at: str, what: str) -> str:
    """`name`, if it is among `allowed`.

    Args:
        name: as declared.
        allowed: all names that there are.
        where: the file, for messages.
        at: the key in it that holds the name.
        what: what the name should be, as in "which is not ...".

    Raises:
        DeclarationError: it is not.
    """
    names = list(allowed)
    if name not in names:
        raise DeclarationError(f"{where}: {at}: found {shown(name)}, which is not {what}{suggestion(str(name), names)}")
    return str(name)


def resolve_item(name: str, declared: Kinded, kinds: Mapping[str, Kind], context: Context, place: Place) -> Item:
    """A figure, table, claim or measurement with its kind, options and names checked.

    Args:
        name: its name in the report.
        declared: what the report's YAML says of it.
        kinds: the registry of its group.
        context: what it may name.
        place: where it stands.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
    """
    where, at = place
    known(declared.kind, kinds, where, f"{at}.kind", "a known kind")
    kind = kinds[declared.kind]
    options = declared.options
    check_options(options, kind, place)
    check_required(options, kind, declared.kind, place)
    options, shown_experiments = _resolve_experiments(options, kind, context.experiments, place)
    shown_measurements = []
    if "measurement" in options:
        what = "a measurement of this report"
        shown_measurements = [known(options["measurement"], context.measurements, where, f"{at}.measurement", what)]
        rows = context.measurements[options["measurement"]].kind.rows
        for option in sorted(kind.row_options):
            known(options[option], rows, where, f"{at}.{option}", "a row of that measurement")
    datasets = _resolve_datasets(options, context, place)
    check_fits(
        kind,
        options,
        [context.experiments[one] for one in shown_experiments],
        [context.datasets[one] for one in datasets],
        place,
    )
    options = _resolve_models(options, kind.types, place)
    return Item(name, kind, options, shown_experiments, shown_measurements, datasets)


def _resolve_datasets(options: Mapping[str, Any], context: Context, place: Place) -> list[str]:
    """The data sets that an item names: `dataset` and `datasets`."""
    named = [("dataset", options["dataset"])] if "dataset" in options else []
    named += [("datasets", name) for name in options.get("datasets", [])]
    what = "a data set of this report's experiments"
    found = [known(name, context.datasets, place.where, f"{place.at}.{option}", what) for option, name in named]
    if len(set(found)) != len(found):
        raise DeclarationError(f"{place.where}: {place.at}: names a data set twice, found {', '.join(found)}")
    return found


def at_scale(item: Item, scale: Scale, where: str) -> Item:
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
        part = known(resolved.pop("part"), parts, where, f"{at}.part", "a part of this report's experiments")
        resolved["experiments"] = [name for name, experiment in experiments.items() if experiment.part == part]
    named = list(resolved.get("experiments", []))
    for name in named:
        known(name, experiments, where, f"{at}.experiments", what)
    for option in sorted(kind.member_options & set(resolved)):
        known(resolved[option], named, where, f"{at}.{option}", f"one of the experiments of {at}")
    for option in sorted(kind.experiment_options & set(resolved)):
        named.append(known(resolved[option], experiments, where, f"{at}.{option}", what))
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
