"""Whether experiments that stand together were given the same data, and which setting makes the difference."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.declarations.datasets import DATASETS
from labreport.declarations.experiments import Experiment
from labreport.declarations.options import Place
from labreport.errors import DeclarationError


def check_one_form(experiments: Iterable[Experiment], where: str) -> None:
    """Refuse a report in which one data set has two forms, so that its text could not say "the data".

    Args:
        experiments: of the report.
        where: the report's file, for messages.

    Raises:
        DeclarationError: the settings that differ, and the files and keys that wrote them.
    """
    first: dict[str, Experiment] = {}
    for experiment in experiments:
        other = first.setdefault(experiment.dataset.name, experiment)
        if difference := _difference(experiment, other):
            raise DeclarationError(
                f"{difference}; {where} shows both on {experiment.dataset.name}: give them the same data, or put them "
                "in reports of their own"
            )


def check_comparable(experiments: Iterable[Experiment], place: Place) -> None:
    """Refuse a claim about experiments on different data; only what variants do to the training split may differ.

    Args:
        experiments: that the claim names.
        place: where it stands.

    Raises:
        DeclarationError: the claim's place, and which experiment is on which data set, or what differs in its data.
    """
    where, at = place
    compared = list(experiments)
    if len({experiment.dataset.root for experiment in compared}) > 1:
        found = ", ".join(f"{experiment.name} on {experiment.dataset.root}" for experiment in compared)
        raise DeclarationError(
            f"{where}: {at}: compares experiments on different data sets ({found}); "
            "name experiments on one data set and its variants"
        )
    for experiment in compared:
        if difference := _difference(experiment, compared[0]):
            raise DeclarationError(
                f"{difference}; {where}: {at} compares both, which is fair on the same test data only: give them the "
                "same, or name others"
            )


def _difference(experiment: Experiment, other: Experiment) -> str | None:
    """The first parameter of the data in which two experiments on one data set or its variants differ, if any does."""
    for name, value in experiment.data.items():
        if value == other.data[name]:
            continue
        # of two places the experiment's own is where the mistake is, and not the data set's default
        first, second = (other, experiment) if experiment.written[name].startswith(DATASETS) else (experiment, other)
        return (
            f"{first.written[name]}: found {_shown(first.data[name])} for {first.name}, but {second.name} has "
            f"{_shown(second.data[name])} ({second.written[name]})"
        )
    return None


def _shown(value: int | None) -> str:
    return "null" if value is None else str(value)
