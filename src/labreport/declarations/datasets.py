"""config/datasets.yaml: every data set, with what holds between its parts and between data sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.declarations.fields import NAME
from labreport.declarations.reading import check, shown
from labreport.declarations.schema import Dataset
from labreport.declarations.sources import has_function
from labreport.errors import DeclarationError

PER_CLASS = ("train_per_class", "test_per_class")
# Padding, unknown and a word; a seed counts nothing.
LEAST: Mapping[str, int] = {"vocabulary": 3, "seed": 0}


def parameter_mistake(name: str, value: int | None) -> str | None:
    """What is wrong with a parameter's value as such: counts and sizes begin at 1, or at `LEAST`.

    Args:
        name: such as `train_per_class`.
        value: None stands for all of a split, and only for that.
    """
    if value is None:
        return None if name in PER_CLASS else "found null, a whole number is needed"
    least = LEAST.get(name, 1)
    if value >= least:
        return None
    return f"found {value}, at least {least} is needed{' (or null for all)' if name in PER_CLASS else ''}"


def resolve_datasets(raw: Mapping[str, Any], where: str) -> dict[str, Dataset]:
    """All data sets by name.

    Raises:
        DeclarationError: key, what was found, what is allowed.
    """
    datasets: dict[str, Dataset] = {}
    for name, value in raw.items():
        if not NAME.fullmatch(name):
            raise DeclarationError(f"{where}: {shown(name)}: a data set's name must have the form {NAME.pattern}")
        dataset = check(Dataset, value, where, at=name)
        _check_functions(dataset, f"{where}: {name}")
        _check_parameters(dataset, f"{where}: {name}")
        for other, earlier in datasets.items():
            _check_pair(dataset, f"{where}: {name}", earlier, other)
        datasets[name] = dataset
    return datasets


def _check_functions(dataset: Dataset, at: str) -> None:
    for key, module, function in (
        ("reader", dataset.reader, "prepare"),
        ("sample.generator", dataset.sample.generator, "write_archive"),
    ):
        if not has_function(module, function):
            raise DeclarationError(f"{at}.{key}: found {shown(module)}, no module of the project with `{function}`")


def _check_parameters(dataset: Dataset, at: str) -> None:
    needed = (*PER_CLASS, "seed")
    texts = ("length",) if dataset.is_texts else ()
    for key, parameters, names in (
        ("parameters", dataset.parameters, (*needed, *texts)),
        ("sample.parameters", dataset.sample.parameters, needed),
    ):
        for name in names:
            if name not in parameters:
                raise DeclarationError(f"{at}.{key}.{name}: is missing; it is needed")
        for name, value in parameters.items():
            if mistake := parameter_mistake(name, value):
                raise DeclarationError(f"{at}.{key}.{name}: {mistake}")


def _check_pair(dataset: Dataset, at: str, earlier: Dataset, other: str) -> None:
    """Archives lie under their own names in one folder."""
    if dataset.archive.file == earlier.archive.file and dataset.archive.digest != earlier.archive.digest:
        raise DeclarationError(
            f"{at}.archive.file: found {shown(dataset.archive.file)}, which is {other}'s archive too, with another "
            "digest; give one of them another file name"
        )
