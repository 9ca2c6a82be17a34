"""Figures, tables, claims and measurements of a report: each with its kind, options and names checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from labreport.declarations.mistakes import check, shown, suggestion, unknown
from labreport.declarations.models import may_convolve
from labreport.errors import DeclarationError
from labreport.groups import GROUPS
from labreport.kinds import Context, Kind
from labreport.metrics import SPLIT_NAMES, SPLITS
from labreport.quantities.registry import called, members
from labreport.training.tasks import TASKS

if TYPE_CHECKING:
    from labreport.declarations.experiments import Experiment
    from labreport.declarations.project import Project


@dataclass(frozen=True)
class Item:
    """A figure, table, claim or measurement, resolved.

    Attributes:
        name: its name in the report.
        kind: the registry entry.
        options: as declared, with `part` replaced by `experiments`, and models by targets and parameters.
        experiments: every experiment that it shows, in the report's order.
        measurements: every measurement that it shows.
        datasets: every data set that it names itself, or shows samples of.
        settings: experiment -> the settings that it names, path -> number.
        claims: every claim that it shows.
        files: every file of the project that it reads.
    """

    name: str
    kind: Kind
    options: Mapping[str, Any]
    experiments: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


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
        missing = f"is missing{suggestion('', kinds)}"
        found = unknown(named_kind, "is not a known kind", kinds) if "kind" in declared else missing
        raise DeclarationError(f"{at}.kind: {found}")
    kind = kinds[named_kind]
    stated = {key: value for key, value in declared.items() if key != "kind"}
    options = kind.load(stated, where, f"{group}.{name}", context)

    roles = kind.roles_of(options)

    def named(role: str) -> list[str]:
        values = [options[key] for key, one in roles.items() if one == role]
        return [name for value in values for name in (value if isinstance(value, list) else [value])]

    experiments, datasets = named("experiment"), named("dataset")
    for names in (experiments, datasets, named("row"), named("claim")):
        if twice := next((one for one in names if names.count(one) > 1), None):
            raise DeclarationError(f"{at}: names {twice} twice, found {', '.join(names)}; name each once")
    allowed = {
        "member": ("one of its experiments", options.get("experiments", ())),
        "row": ("a row of that measurement", context.rows.get(options.get("measurement", ""), ())),
        "experiment": ("an experiment of this report", context.experiments),
    }
    for key, (what, known) in ((key, allowed[role]) for key, role in roles.items() if role in allowed):
        if isinstance(options[key], str) and options[key] not in known:
            raise DeclarationError(f"{at}.{key}: {unknown(options[key], f'is not {what}', known)}")
    in_order = tuple(one for one in context.experiments if one in experiments)
    shown_data = [context.experiments[one].dataset.name for one in in_order if kind.data]
    settings = {
        one: {path: _number(context.experiments[one], path, f"{at}.{key}") for path in named("setting")}
        for one in in_order
        for key, role in kind.roles.items()
        if role == "setting"
    }
    datasets = list(dict.fromkeys([*datasets, *shown_data]))
    measurements, claims, files = (tuple(named(role)) for role in ("measurement", "claim", "file"))
    item = Item(name, kind, options, in_order, measurements, tuple(datasets), settings, claims, files)
    if mistake := next(_unfit(item, context), None):
        raise DeclarationError(f"{at}{mistake}")
    return item


def _published(item: Item) -> list[str]:
    """The published figures that an item needs of its experiments."""
    found = [str(item.options[one]) if one == "quantity" else one for one in item.kind.published]
    classes = ["per_class"] * (item.options.get("against") == "classes")
    return [*(one.removeprefix("best_") for one in found), *classes]


def _unfit_quantity(name: str, item: Item, experiments: Sequence[Experiment]) -> Iterator[str]:
    """Why the experiments of an item do not have a quantity."""
    quantity, argument = called(name)
    split = quantity.name.removeprefix("best_").partition("_")[0]
    for one in experiments:
        task = TASKS[one.task]
        if quantity.metric and quantity.metric not in ("loss", *task.metrics):
            has = ", ".join(("loss", *task.metrics))
            yield f"found {shown(name)}, which {one.name} does not have; its task, {one.task}, has {has}"
        elif quantity.metric and split in SPLIT_NAMES and split not in SPLITS[one.task]:
            has = ", ".join(SPLITS[one.task])
            yield f"found {shown(name)}, which {one.name} does not have; the splits of its task are {has}"
        if quantity.name == "accuracy_on" and argument not in GROUPS:
            for label in (label for label in members(argument) if label not in one.dataset.classes):
                known = suggestion(label, one.dataset.classes)
                yield f"found class {shown(label)}, which {one.name} does not have{known}"
    if argument in GROUPS and "dataset" not in item.options:
        yield f"{name} needs `dataset`, a long-tailed one, which says which classes are {argument}"
    if "share_of_best" in item.options and argument != "best":
        yield f"found {shown(name)} beside `share_of_best`, which is of epochs_to(best)"


def _number(experiment: Experiment, path: str, at: str) -> float:
    """The value of a setting, defaults included.

    Raises:
        DeclarationError: there is no such setting, or it is no number.
    """
    numbers = {key: one for key, one in experiment.every_setting().items() if type(one) in (int, float)}
    if path not in numbers:
        raise DeclarationError(
            f"{at}: {unknown(path, f'is no number that {experiment.name} is trained with', numbers)}"
        )
    return numbers[path]


def at_scale(item: Item, project: Project) -> Item:
    """A measurement with what a scale changes."""
    options = dict(item.options)
    for index, override in enumerate(project.scale.overrides):
        if override.match.measurement == item.name:
            changed, at = {**options, **override.set}, f"overrides.{index}.set"
            options = item.kind.dump(check(item.kind.options, changed, project.scale_place, at=at))
    return replace(item, options=options)


def _unfit(item: Item, context: Context) -> Iterator[str]:
    """What the kind needs, by its registry entry, that an experiment or data set of the item does not have."""
    kind, options = item.kind, item.options
    needs = f": {kind.name} needs"
    experiments = [context.experiments[one] for one in item.experiments]
    listed = len(options.get("experiments", ()))
    if kind.single and listed != 1:
        yield f".experiments: found {listed} experiments, exactly one is needed"
    fewest = 1 if kind.one_will_do & options.keys() else kind.fewest
    if "experiments" in kind.fields and listed < fewest:
        yield f".experiments: found {listed}, at least {fewest} are needed"
    for name in ("quantity", "minus"):
        if name in options:
            yield from (f".{name}: {words}" for words in _unfit_quantity(options[name], item, experiments))
    if "minus" in options and len({called(options[name])[0].unit for name in ("quantity", "minus")}) > 1:
        yield f".minus: found {shown(options['minus'])}, which is in another unit than {options['quantity']}"
    against = options.get("against")
    if isinstance(against, float | int) and against > 1 and called(options["quantity"])[0].unit == "fraction":
        yield f".against: found {against:g}, allowed is a share of 1, as published accuracies are; 88 % is 0.88"
    if {"base", "minus"} <= options.keys():
        yield f"{needs} either `base` or `minus`"
    for experiment in experiments:
        task = TASKS[experiment.task]
        has = f"which {experiment.name} does not have; its task, {experiment.task}, has"
        lacking = [one for one in kind.files if one not in task.files]
        lacking += [one for one in kind.metrics if one not in task.metrics]
        yield from (f"{needs} {one}, {has} {', '.join((*task.metrics, *task.files))}" for one in lacking)
        # `accuracy`, `val_accuracy` and the like, which only some tasks have; every task has a loss
        measured = ("loss", *task.metrics)
        if "metric" in options and options["metric"].rpartition("_")[2] not in (*measured, "seconds"):
            yield f".metric: found {shown(options['metric'])}, {has} {', '.join(measured)}"
        stated = experiment.published.model_dump(exclude_none=True)
        for needed in _published(item):
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
