"""Figures, tables, claims and measurements of a report: each with its kind, options and names checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labreport.declarations.experiments import Experiment, Scaled
from labreport.declarations.mistakes import check, shown, suggestion
from labreport.declarations.models import may_convolve
from labreport.errors import DeclarationError
from labreport.kinds import Context, Kind
from labreport.training.tasks import TASKS


@dataclass(frozen=True)
class Item:
    """A figure, table, claim or measurement, resolved.

    Attributes:
        name: its name in the report.
        kind: the registry entry.
        options: as declared, with `part` replaced by `experiments`, and models by targets and parameters.
        experiments: every experiment that it shows, in the report's order.
        measurements: every measurement that it shows.
        datasets: every data set that it names itself.
    """

    name: str
    kind: Kind
    options: Mapping[str, Any]
    experiments: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


def resolve_item(
    name: str, declared: Mapping[str, Any], kinds: Mapping[str, Kind], context: Context, where: str, group: str
) -> Item:
    """A figure, table, claim or measurement of a report.

    Args:
        name: its name in the report.
        declared: what the report's YAML says of it.
        kinds: the registry of its group.
        context: what it may name.
        where: the report's file.
        group: figures, tables, claims or measurements.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
    """
    at = f"{where}: {group}.{name}"
    named_kind = declared.get("kind", "")
    if not isinstance(named_kind, str) or named_kind not in kinds:
        found = f"found {shown(named_kind)}, which is not a known kind" if "kind" in declared else "is missing"
        raise DeclarationError(f"{at}.kind: {found}{suggestion(str(named_kind), kinds)}")
    kind = kinds[named_kind]
    stated = {key: value for key, value in declared.items() if key != "kind"}
    options = kind.load(stated, where, f"{group}.{name}", context)
    named: dict[str, list[str]] = {}
    for key, role in kind.roles.items():
        if key in options:
            named.setdefault(role, []).extend(options[key] if isinstance(options[key], list) else [options[key]])
    experiments = [*named.get("experiment", ()), *named.get("experiments", ())]
    datasets = [*named.get("dataset", ()), *named.get("datasets", ())]
    for names in (experiments, datasets, named.get("row", [])):
        if twice := next((one for one in names if names.count(one) > 1), None):
            raise DeclarationError(f"{at}: names {twice} twice, found {', '.join(names)}; name each once")
    allowed = {"member": options.get("experiments", ()), "row": context.rows.get(options.get("measurement", ""), ())}
    for key, role in kind.roles.items():
        if options.get(key) not in allowed.get(role, options.values()):
            what = "one of its experiments" if role == "member" else "a row of that measurement"
            found = f"{at}.{key}: found {shown(options[key])}, which is not {what}"
            raise DeclarationError(f"{found}{suggestion(options[key], allowed[role])}")
    item = Item(
        name,
        kind,
        options,
        tuple(one for one in context.experiments if one in experiments),
        tuple(named.get("measurement", ())),
        tuple(datasets),
    )
    if mistake := next(_unfit(item, context), None):
        raise DeclarationError(f"{at}{mistake}")
    return item


def at_scale(item: Item, scaled: Scaled) -> Item:
    """A measurement with what a scale changes."""
    options = dict(item.options)
    for index, override in enumerate(scaled.scale.overrides):
        if override.match.measurement == item.name:
            found = check(item.kind.options, {**options, **override.set}, scaled.where, at=f"overrides.{index}.set")
            options = found.model_dump(exclude_defaults=True, mode="json")
    return Item(item.name, item.kind, options)


def _unfit(item: Item, context: Context) -> Iterator[str]:
    """What the kind needs, by its registry entry, that an experiment or data set of the item does not have."""
    kind, options = item.kind, item.options
    needs = f": {kind.name} needs"
    experiments = [context.experiments[one] for one in item.experiments]
    listed = len(options.get("experiments", ()))
    if kind.single and listed != 1:
        yield f".experiments: found {listed} experiments, exactly one is needed"
    if "experiments" in kind.fields and listed < kind.fewest:
        yield f".experiments: found {listed}, at least {kind.fewest} are needed"
    for experiment in experiments:
        task = TASKS[experiment.task]
        has = f"which {experiment.name} does not have; its task, {experiment.task}, has"
        lacking = [one for one in kind.files if one not in task.files]
        lacking += [one for one in kind.metrics if one not in task.metrics]
        yield from (f"{needs} {one}, {has} {', '.join((*task.metrics, *task.files))}" for one in lacking)
        # `accuracy`, `val_accuracy` and the like, which only some tasks have; every task has a loss
        measured = ("loss", *task.metrics)
        if "metric" in options and options["metric"].rpartition("_")[2] not in measured:
            yield f".metric: found {shown(options['metric'])}, {has} {', '.join(measured)}"
        stated = experiment.published.model_dump(exclude_none=True)
        for needed in (options["metric"] if one == "metric" else one for one in kind.published):
            if needed not in stated:
                place = f"{experiment.where}: arms.{experiment.name}.published"
                yield f"{needs} a published {needed}; {place} states {', '.join(stated) or 'nothing'}"
        if kind.filters and not may_convolve(experiment.settings.model.target):
            model = experiment.settings.model.name
            yield f"{needs} filters.npy; the model of {experiment.name}, {model}, has no convolution"
    if kind.one_task and len({one.task for one in experiments}) > 1:
        found = ", ".join(f"{one.name} has {one.task}" for one in experiments)
        yield f"{needs} experiments of one task; {found}"
    datasets = [context.datasets[one] for one in item.datasets]
    seen = [*((one.name, one.dataset) for one in experiments), *((one.name, one) for one in datasets)]
    for name, dataset in seen:
        if kind.inputs and dataset.inputs not in kind.inputs:
            yield f"{needs} {' or '.join(kind.inputs)}; {name} is of {dataset.inputs}"
        if kind.one_set_of_classes and dataset.classes != seen[0][1].classes:
            found = " but ".join(
                f"{one} has {', '.join(has.classes) or 'none'}" for one, has in (seen[0], (name, dataset))
            )
            yield f"{needs} the same classes in all that it shows; {found}"
    for dataset in datasets:
        if kind.longtail and not 0 < len(dataset.tail) < len(dataset.classes):
            yield f".dataset: found {dataset.name}, which has no short and full classes; one with a long tail is needed"


def check_one_form(experiments: Iterable[Experiment], where: str) -> None:
    """Refuse a report in which one data set has two forms, so that its text could not say "the data".

    Raises:
        DeclarationError: the settings that differ, and the files and keys that wrote them.
    """
    first: dict[str, Experiment] = {}
    for experiment in experiments:
        if difference := _difference(experiment, first.setdefault(experiment.dataset.name, experiment)):
            raise DeclarationError(
                f"{difference}; {where} shows both on {experiment.dataset.name}: give them the same data, or put them "
                "in reports of their own"
            )


def check_comparable(compared: Sequence[Experiment], at: str) -> None:
    """Refuse a claim about experiments on different data; only what variants do to the training split may differ.

    Args:
        compared: the experiments that the claim names.
        at: the file and key of the claim.

    Raises:
        DeclarationError: the claim's place, and which experiment is on which data set, or what differs in its data.
    """
    if len({experiment.dataset.root for experiment in compared}) > 1:
        found = ", ".join(f"{experiment.name} on {experiment.dataset.root}" for experiment in compared)
        raise DeclarationError(f"{at}: compares experiments on different data sets ({found}); name some on one")
    for experiment in compared:
        if difference := _difference(experiment, compared[0]):
            raise DeclarationError(
                f"{difference}; {at} compares both, which is fair on the same test data only: give them the same, or "
                "name others"
            )


def _difference(one: Experiment, other: Experiment) -> str | None:
    """The first parameter of the data in which two experiments on one data set or its variants differ, if any does."""
    for name, value in one.data.items():
        if value != other.data[name]:
            # of two places an experiment's own is where the mistake is, and not the data set's default
            pair = (one, other) if name in one.settings.data else (other, one)
            first, second = (f"{shown(each.data[name])} for {each.name}" for each in pair)
            return f"{pair[0].place('data', name)}: found {first}, but {second} ({pair[1].place('data', name)})"
    return None
