"""The classes of a data set: those that were published, and whether a long tail leaves each of them something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labreport.declarations.datasets import DATASETS, SIZES, Dataset
from labreport.declarations.mistakes import shown, suggestion
from labreport.errors import DeclarationError


def check_published(names: Iterable[str] | None, dataset: Dataset, at: str) -> None:
    """Refuse published accuracies of classes that are not those of the data set, each once.

    Args:
        names: of the classes that have one; None where nothing was published of classes.
        dataset: that the experiment is on.
        at: the file and key of the accuracies, for messages.

    Raises:
        DeclarationError: a class that there is not, or one that is left out.
    """
    if names is None:
        return
    stated = list(names)
    for name in stated:
        if name not in dataset.classes:
            raise DeclarationError(
                f"{at}.{name}: is no class of {dataset.root}{suggestion(name, dataset.classes)}"
                if dataset.classes
                else f"{at}: found {shown(stated)}, but {dataset.root} has no classes; leave it out"
            )
    if missing := [name for name in dataset.classes if name not in stated]:
        raise DeclarationError(f"{at}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; state all")


def check_counts(
    experiment: str, dataset: Dataset, data: Mapping[str, int | None], written: Mapping[str, str], *, sampled: bool
) -> None:
    """Refuse more samples than there are, and a long tail that leaves a class none, as far as numbers are declared.

    Args:
        experiment: whose data these are, for messages.
        dataset: with what its variants do.
        data: its parameters.
        written: parameter -> the file and key that wrote it.
        sampled: whether it is read from its generated sample and not from the archive.

    Raises:
        DeclarationError: the number that is too large, or the variant that empties a class and where the number comes
            from that it is a share of.
    """
    _check_enough(experiment, dataset, data, written, sampled=sampled)
    counts = {label: _images(label, dataset, data, written, sampled=sampled) for label in range(len(dataset.classes))}
    for variant, change in zip(reversed(dataset.lineage[:-1]), dataset.changes, strict=True):
        for label in change.get("classes", ()):
            count, source = counts[label]
            if count is None:
                continue
            counts[label] = round(change["keep"] * count), source
            if not counts[label][0]:
                raise DeclarationError(
                    f"{DATASETS}: {variant}.longtail.keep: found {change['keep']:g}, of which nothing is left of the "
                    f"{count} training images that {dataset.classes[label]} has for {experiment} ({source}); keep a "
                    "larger share or more images per class"
                )
        if change["name"] == "balance":
            known = [count for count, _ in counts.values() if count is not None]
            filled = max(known) if len(known) == len(counts) else None
            counts = {label: (filled, source) for label, (_, source) in counts.items()}


def _check_enough(
    experiment: str, dataset: Dataset, data: Mapping[str, int | None], written: Mapping[str, str], *, sampled: bool
) -> None:
    """Refuse a part of a split that is larger than the split: a sample's sizes are declared, an archive's in part."""
    root = f"{DATASETS}: {dataset.root}"
    there = {
        name: (size, f"{root}.sample.parameters.{name}")
        for name, size in dataset.archived.sample.parameters.items()
        if sampled and name in SIZES
    }
    if not sampled:
        known = [(count, name) for name, count in (dataset.archived.classes or {}).items() if count is not None]
        fewest, name = min(known, default=(None, ""))
        there = {} if fewest is None else {"train_per_class": (fewest, f"{root}.classes.{name}")}
    for name, (size, source) in there.items():
        wanted = data.get(name)
        if wanted is not None and wanted > size:
            raise DeclarationError(
                f"{written[name]}: found {wanted} for {experiment}, but there are {size} ({source}); ask for at most "
                "that many, or null for all"
            )


def _images(
    label: int, dataset: Dataset, data: Mapping[str, int | None], written: Mapping[str, str], *, sampled: bool
) -> tuple[int | None, str]:
    """How many training images a class has before any variant, and the file and key that say so."""
    if data.get("train_per_class") is not None:
        return data["train_per_class"], written["train_per_class"]
    if sampled:
        parameters = dataset.archived.sample.parameters
        return parameters.get("train_per_class"), f"{DATASETS}: {dataset.root}.sample.parameters.train_per_class"
    name = dataset.classes[label]
    return (dataset.archived.classes or {})[name], f"{DATASETS}: {dataset.root}.classes.{name}"
