"""Whether a figure, table or claim fits what it names, told before anything is trained for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from labreport.declarations.datasets import Dataset
from labreport.declarations.experiments import Experiment
from labreport.declarations.mistakes import shown
from labreport.declarations.options import Place
from labreport.declarations.sources import may_convolve
from labreport.errors import DeclarationError
from labreport.kinds import Kind
from labreport.training.tasks import TASKS

FILTERS = "filters.npy"


def check_fits(
    kind: Kind,
    options: Mapping[str, Any],
    experiments: Sequence[Experiment],
    datasets: Sequence[Dataset],
    place: Place,
) -> None:
    """Refuse experiments and data sets from which a kind cannot be made, by what its registry entry says.

    Args:
        kind: the registry entry.
        options: as declared.
        experiments: that the item names.
        datasets: that the item names itself.
        place: where it stands.

    Raises:
        DeclarationError: the item's place, and what its kind needs that one of them does not have.
    """
    at = f"{place.where}: {place.at}"
    needs = f"{at}: {kind.target.rpartition('.')[2]} needs"
    for experiment in experiments:
        _check_task(kind, options, experiment, at, needs)
        _check_published(kind, options, experiment, needs)
    tasks = {experiment.task: experiment.name for experiment in experiments}
    if kind.one_task and len(tasks) > 1:
        found = ", ".join(f"{name} has {task}" for task, name in tasks.items())
        raise DeclarationError(f"{needs} experiments of one task; {found}")
    seen = [*[(one.name, one.dataset) for one in experiments], *[(one.name, one) for one in datasets]]
    for name, dataset in seen:
        if kind.inputs and dataset.inputs not in kind.inputs:
            raise DeclarationError(f"{needs} {' or '.join(kind.inputs)}; {name} is of {dataset.inputs}")
    for experiment in experiments:
        if FILTERS in kind.reads and not may_convolve(experiment.target):
            raise DeclarationError(
                f"{needs} {FILTERS}, which {experiment.name} does not leave; its model, "
                f"{experiment.settings.model.name}, has no convolution"
            )
    for name, dataset in seen:
        if kind.one_set_of_classes and dataset.classes != seen[0][1].classes:
            raise DeclarationError(
                f"{needs} the same classes in all that it shows; {seen[0][0]} has {_named(seen[0][1])}, "
                f"{name} has {_named(dataset)}"
            )
    for dataset in datasets:
        if kind.longtail and not 0 < len(dataset.tail) < len(dataset.classes):
            raise DeclarationError(
                f"{at}.dataset: found {shown(dataset.name)}, of whose {len(dataset.classes)} classes a long tail cuts "
                f"{len(dataset.tail)} short; one with short and full classes is needed"
            )


def _check_task(kind: Kind, options: Mapping[str, Any], experiment: Experiment, at: str, needs: str) -> None:
    task = TASKS[experiment.task]
    for file in kind.files:
        if file not in task.files:
            raise DeclarationError(
                f"{needs} {file}, which {experiment.name} does not leave; its task, {experiment.task}, leaves "
                f"{', '.join(task.files)}"
            )
    for metric in kind.metrics:
        if metric not in task.metrics:
            raise DeclarationError(
                f"{needs} {metric}, which {experiment.name} does not have; its task, {experiment.task}, has "
                f"{', '.join(task.metrics)}"
            )
    # `accuracy`, `val_accuracy` and the like, which only some tasks have; every task has a loss
    measured = ("loss", *task.metrics)
    if "metric" in options and options["metric"].rpartition("_")[2] not in measured:
        raise DeclarationError(
            f"{at}.metric: found {shown(options['metric'])}, which {experiment.name} does not have; its task, "
            f"{experiment.task}, has {', '.join(measured)}"
        )


def _check_published(kind: Kind, options: Mapping[str, Any], experiment: Experiment, needs: str) -> None:
    stated = experiment.published.model_dump(exclude_none=True)
    for needed in kind.published:
        key = options["metric"] if needed == "metric" else needed
        if key not in stated:
            raise DeclarationError(
                f"{needs} a published {key}, which {experiment.where}: arms.{experiment.name}.published does not "
                f"state; it states {', '.join(stated) or 'nothing'}"
            )


def _named(dataset: Dataset) -> str:
    return ", ".join(dataset.classes) or "none"
