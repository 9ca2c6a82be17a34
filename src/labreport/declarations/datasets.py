"""config/datasets.yaml: every data set, with what holds between its parts and between data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labreport.declarations.dataset_schema import Archived, LongTail, Variant
from labreport.declarations.fields import NAME
from labreport.declarations.mistakes import shown, suggestion
from labreport.declarations.reading import check
from labreport.declarations.schema import Text
from labreport.declarations.sources import has_function
from labreport.errors import DeclarationError

DATASETS = "config/datasets.yaml"
_CLASSES = ("train_per_class", "test_per_class", "seed")
_PAIRS = ("train_pairs", "dev_pairs", "test_pairs", "seed")
# What a data set's parameters, and its sample's, must say, by inputs.
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "images": _CLASSES,
    "texts": (*_CLASSES, "vocabulary", "length"),
    "pairs": (*_PAIRS, "length", "min_count"),
}
SAMPLE_PARAMETERS: Mapping[str, tuple[str, ...]] = {"images": _CLASSES, "texts": _CLASSES, "pairs": _PAIRS}
# Those that take null, for all of a split.
SIZES = frozenset({*_CLASSES, *_PAIRS} - {"seed"})
# Padding, unknown and a word; a seed counts nothing.
LEAST: Mapping[str, int] = {"vocabulary": 3, "seed": 0}


@dataclass(frozen=True)
class Dataset:
    """A data set, resolved.

    Attributes:
        name: its name in config/datasets.yaml.
        title: what texts call it.
        lineage: its own name, then its base's, and so on; the last one comes from an archive.
        archived: the declaration of that last one.
        changes: what variants do to its training images, in the order in which it is done; empty without a base.
    """

    name: str
    title: Text | str
    lineage: tuple[str, ...]
    archived: Archived
    changes: tuple[dict[str, Any], ...] = ()

    @property
    def root(self) -> str:
        """The data set at the end of its chain of bases, whose archive it is read from."""
        return self.lineage[-1]

    @property
    def inputs(self) -> str:
        """images, texts or pairs."""
        return self.archived.inputs

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its classes in the order of their labels; none where it has pairs."""
        return tuple(self.archived.classes or ())

    @property
    def tail(self) -> frozenset[int]:
        """The classes that a long tail cuts short, wherever in its lineage."""
        return frozenset(label for change in self.changes for label in change.get("classes", ()))


def parameter_mistake(name: str, value: int | None) -> str | None:
    """What is wrong with a parameter's value as such: counts and sizes begin at 1, or at `LEAST`.

    Args:
        name: such as `train_per_class`.
        value: None stands for all of a split, and only for that.
    """
    if value is None:
        return None if name in SIZES else "found null, a whole number is needed"
    least = LEAST.get(name, 1)
    if value >= least:
        return None
    return f"found {value}, at least {least} is needed{' (or null for all)' if name in SIZES else ''}"


def resolve_datasets(raw: Mapping[str, Any], where: str) -> dict[str, Dataset]:
    """All data sets by name.

    Raises:
        DeclarationError: key, what was found, what is allowed.
    """
    archived: dict[str, Archived] = {}
    variants: dict[str, Variant] = {}
    for name, value in raw.items():
        if not NAME.fullmatch(name):
            raise DeclarationError(f"{where}: {shown(name)}: a data set's name must have the form {NAME.pattern}")
        if isinstance(value, Mapping) and "base" in value:
            variants[name] = check(Variant, value, where, at=name)
            continue
        dataset = check(Archived, value, where, at=name)
        _check_functions(dataset, f"{where}: {name}")
        _check_parameters(dataset, f"{where}: {name}")
        _check_classes(dataset, f"{where}: {name}.classes")
        for other, earlier in archived.items():
            _check_pair(dataset, f"{where}: {name}", earlier, other)
        archived[name] = dataset
    return {name: _resolve(name, archived, variants, where) for name in raw}


def _resolve(name: str, archived: Mapping[str, Archived], variants: Mapping[str, Variant], where: str) -> Dataset:
    lineage = [name]
    changes: list[dict[str, Any]] = []
    while (current := lineage[-1]) in variants:
        variant = variants[current]
        at = f"{where}: {current}.base: found {shown(variant.base)}"
        if variant.base not in archived and variant.base not in variants:
            raise DeclarationError(f"{at}, which is not declared{suggestion(variant.base, [*archived, *variants])}")
        if variant.base in lineage:
            raise DeclarationError(f"{at}, which is made from {current} itself; a data set of images is needed")
        changes.insert(0, variant.change)
        lineage.append(variant.base)
    root = archived[lineage[-1]]
    if changes and root.inputs != "images":
        raise DeclarationError(f"{where}: {name}.base: {lineage[-1]} is {root.inputs}; only images have variants")
    for current in lineage[:-1]:
        _check_tail(variants[current].longtail, root, f"{where}: {current}.longtail.classes")
    title = variants[name].title if name in variants else root.title
    return Dataset(name, title, tuple(lineage), root, tuple(changes))


def _check_tail(longtail: LongTail | None, root: Archived, at: str) -> None:
    names = list(root.classes or ())
    strangers = [label for label in (longtail.classes if longtail else ()) if label >= len(names)]
    if strangers:
        raise DeclarationError(
            f"{at}: found {strangers[0]}, allowed are 0 to {len(names) - 1}, the places of {', '.join(names)}"
        )


def _check_functions(dataset: Archived, at: str) -> None:
    for key, module, function in (
        ("reader", dataset.reader, "prepare"),
        ("sample.generator", dataset.sample.generator, "write_archive"),
    ):
        if not has_function(module, function):
            raise DeclarationError(f"{at}.{key}: found {shown(module)}, no module of the project with `{function}`")


def _check_parameters(dataset: Archived, at: str) -> None:
    for key, parameters, names in (
        ("parameters", dataset.parameters, PARAMETERS[dataset.inputs]),
        ("sample.parameters", dataset.sample.parameters, SAMPLE_PARAMETERS[dataset.inputs]),
    ):
        for name in names:
            if name not in parameters:
                raise DeclarationError(f"{at}.{key}.{name}: is missing; {dataset.inputs} need it")
        for name, value in parameters.items():
            if mistake := parameter_mistake(name, value):
                raise DeclarationError(f"{at}.{key}.{name}: {mistake}")


def _check_classes(dataset: Archived, at: str) -> None:
    if dataset.inputs == "pairs" and dataset.classes:
        raise DeclarationError(f"{at}: found {', '.join(dataset.classes)}; pairs have scores, leave it out")
    if dataset.inputs != "pairs" and not dataset.classes:
        raise DeclarationError(
            f"{at}: is missing; {dataset.inputs} need it: each class's name, and its training samples in the archive "
            "or null"
        )


def _check_pair(dataset: Archived, at: str, earlier: Archived, other: str) -> None:
    """Archives lie under their own names in one folder."""
    if dataset.archive.file == earlier.archive.file and dataset.archive.digest != earlier.archive.digest:
        raise DeclarationError(
            f"{at}.archive.file: found {shown(dataset.archive.file)}, which is {other}'s archive too, with another "
            "digest; give one of them another file name"
        )
