"""Experiments: shared settings, a scale's overrides and an arm, merged and checked, each mistake at its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labreport.declarations.datasets import DATASETS, Dataset, check_published
from labreport.declarations.fields import Text, in_language
from labreport.declarations.mistakes import Checked, check, explained, shown, suggestion
from labreport.declarations.settings import ArmAbout, ExperimentFile, Override, Published, Scale, Settings
from labreport.declarations.yaml_files import MERGED, merge
from labreport.errors import DeclarationError
from labreport.training.tasks import TASKS

ABOUT = frozenset(ArmAbout.model_fields)
# Settings that only some inputs take.
ONLY_FOR = {"normalize": "images", "augment": "images", "vectors": "pairs"}


@dataclass(frozen=True)
class Layer:
    """Settings and the place they were written at: a file, and the key in it."""

    where: str
    at: str
    values: Mapping[str, Any]

    def has(self, keys: Sequence[str]) -> bool:
        """Whether it states a setting."""
        value: Any = self.values
        for key in keys:
            value = value.get(key, ...) if isinstance(value, Mapping) else ...
        return value is not ...


@dataclass(frozen=True)
class Scaled:
    """A scale, and its file for messages."""

    scale: Scale
    where: str


@dataclass(frozen=True)
class Surroundings:
    """What an experiment stands in: the project's folder, its scale, and all its data sets."""

    root: Path
    scaled: Scaled
    datasets: Mapping[str, Dataset | DeclarationError]


@dataclass(frozen=True)
class Experiment:
    """One arm, resolved: what is trained, and what was published about it.

    Attributes:
        title: how reports call it.
        data: all parameters of the data set, those of config/datasets.yaml with the settings laid on them.
        unscaled: its settings without those of the scale.
        as_published: whether it is trained on the real data with settings that the scale left as they are, so that what
            is measured may be compared with what was published.
        where: its file.
        layers: what its settings were merged from, the later ones winning.
    """

    name: str
    title: Text | str
    part: str
    dataset: Dataset
    data: Mapping[str, int | None]
    task: str
    settings: Settings
    unscaled: Settings
    published: Published
    as_published: bool
    where: str
    layers: tuple[Layer, ...]

    def place(self, *keys: str) -> str:
        """The file and key that wrote a setting; of one that has its default, the arm's own."""
        if keys[0] == "data" and keys[1] not in self.settings.data:
            return f"{DATASETS}: {self.dataset.root}.parameters.{keys[1]}"
        return place(self.layers, keys)


def resolve_arm(name: str, file: ExperimentFile, where: str, context: Surroundings) -> Experiment:
    """One experiment at a scale.

    Args:
        name: of the arm.
        file: that it stands in.
        where: the file, for messages.
        context: the project.

    Raises:
        DeclarationError: with the file and key of every mistake.
    """
    if file.task not in TASKS:
        raise DeclarationError(f"{where}: task: found {shown(file.task)}{suggestion(file.task, TASKS)}")
    stated = file.arms[name]
    own = {key: value for key, value in stated.items() if key in ABOUT}
    about = check(ArmAbout, own, where, at=f"arms.{name}", context=context)
    at = f"{where}: arms.{name}.dataset" if about.dataset else f"{where}: dataset"
    on = about.dataset or file.dataset
    dataset = context.datasets.get(on)
    if dataset is None:
        unknown = f"{at}: found {shown(on)}, which {DATASETS} does not declare"
        raise DeclarationError(f"{unknown}{suggestion(on, context.datasets)}")
    if isinstance(dataset, DeclarationError):
        raise dataset
    if dataset.inputs not in (inputs := TASKS[file.task].inputs):
        found = f"{at}: found {shown(on)}, which is {dataset.inputs}"
        raise DeclarationError(f"{found}; {file.task} is a task for {' or '.join(inputs)}")
    check_published(about.published.per_class, dataset, f"{where}: arms.{name}.published.per_class")
    shared = Layer(where, "shared", file.shared)
    arm = Layer(where, f"arms.{name}", {key: value for key, value in stated.items() if key not in ABOUT})
    # a mistake that a scale happens to cover is one all the same
    unscaled = _resolved([shared, arm], dataset, file.task)[0]
    names, scale = names_of(file, name, dataset.lineage), context.scaled.scale
    applied: dict[bool, list[Layer]] = {False: [], True: []}  # by whether an override names the experiment
    for index, override in enumerate(scale.overrides):
        if applies(override, names):
            layer = Layer(context.scaled.where, f"overrides.{index}.set", override.set)
            applied[override.match.experiment is not None].append(layer)
    layers = (shared, *applied[False], arm, *applied[True])
    settings, data = _resolved(layers, dataset, file.task)
    about_it = (name, about.title or name, file.part, dataset, data, file.task, settings, unscaled)
    as_published = scale.source == "archive" and settings == unscaled
    return Experiment(*about_it, about.published, as_published, where, layers)


def _resolved(layers: Sequence[Layer], dataset: Dataset, task: str) -> tuple[Settings, dict[str, int | None]]:
    """The merged and checked settings, and all parameters of the data."""
    settings = _validated(Settings, reduce(merge, (layer.values for layer in layers)), layers)
    if found := list(_unfit(settings, dataset, task)):
        raise _mistakes(found, layers)
    declared = dataset.archived.parameters
    data = {**declared.model_dump(), **settings.data}
    return settings, _validated(type(declared), data, layers, "data.").model_dump()


def _unfit(settings: Settings, dataset: Dataset, task: str) -> Iterator[tuple[str, str]]:
    """Key of a setting that a data set or a task does not take, and what is wrong with it."""
    title = in_language(dataset.title, "en")
    if words := settings.model.misread(dataset.inputs):
        yield "model.name", words
    if (loss := settings.loss.name) not in (losses := TASKS[task].losses):
        yield "loss.name", f"found {shown(loss)}, which {task} does not take; allowed: {', '.join(losses)}"
    for key, inputs in ONLY_FOR.items():
        if getattr(settings, key) and dataset.inputs != inputs:
            found = f"found {shown(getattr(settings, key))}, which is for {inputs}"
            yield key, f"{found}; {title} is {dataset.inputs}, leave it out"
    if settings.vectors is None and dataset.inputs == "pairs":
        yield "vectors", "is missing; pairs start from word vectors"
    allowed = dataset.archived.parameters.model_dump()
    for name in settings.data.keys() - allowed:
        yield f"data.{name}", f"unknown parameter of {title}{suggestion(name, allowed)}"


def _validated(model: type[Checked], value: Any, layers: Sequence[Layer], group: str = "") -> Checked:
    """A value as a model; its mistakes are told with the file and key that wrote what is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _mistakes([(f"{group}{key}", words) for key, words in explained(error, value)], layers) from None


def _mistakes(found: Iterable[tuple[str, str]], layers: Sequence[Layer]) -> DeclarationError:
    lines = []
    for key, words in found:
        hint = "; write it there or under `shared`" if words.startswith("is missing") and "." not in key else ""
        lines.append(f"{place(layers, key.split('.'))}: {words}{hint}")
    return DeclarationError("\n".join(lines))


def place(layers: Sequence[Layer], keys: Sequence[str]) -> str:
    """The file and key that wrote a setting; where none did, the arm's own."""
    layer = source(layers, keys[:2] if keys[0] in MERGED else keys[:1])
    layer = layer or next(one for one in layers if one.at.startswith("arms."))
    return f"{layer.where}: {'.'.join((layer.at, *filter(None, keys)))}"


def source(layers: Sequence[Layer], keys: Sequence[str]) -> Layer | None:
    """The layer that wrote a setting last; None where none did, so that it has its default."""
    return next((layer for layer in reversed(layers) if layer.has(keys)), None)


def names_of(file: ExperimentFile, arm: str, lineage: tuple[str, ...]) -> dict[str, tuple[Any, ...]]:
    """Condition of an override, such as `dataset` -> the names by which an arm fulfils it."""
    models = [one.get("model") for one in (file.arms[arm], file.shared)]
    model = next((one["name"] for one in models if isinstance(one, Mapping) and "name" in one), None)
    return {"dataset": lineage, "part": (file.part,), "experiment": (arm,), "model": (model,)}


def applies(override: Override, names: Mapping[str, tuple[Any, ...]]) -> bool:
    """Whether every condition that an override states holds; an override without conditions never applies.

    Args:
        override: of a scale.
        names: condition -> the names that fulfil it.
    """
    conditions = override.match.model_dump(exclude_none=True)
    wanted = {key: value if isinstance(value, list) else [value] for key, value in conditions.items()}
    return bool(wanted) and all(any(one in names.get(key, ()) for one in value) for key, value in wanted.items())


def refuse_unused(scaled: Scaled, names: Sequence[Mapping[str, tuple[Any, ...]]]) -> None:
    """Refuse an override that applies to nothing: most likely it holds a misspelt name.

    Args:
        scaled: the scale.
        names: of each experiment and measurement, condition -> the names that fulfil it.
    """
    for index, override in enumerate(scaled.scale.overrides):
        if not any(applies(override, one) for one in names):
            conditions = override.match.model_dump(exclude_none=True)
            raise DeclarationError(
                f"{scaled.where}: overrides.{index}.match: {conditions or 'it states no condition and'} applies to "
                "nothing; name an existing dataset, part, experiment, model or measurement"
            )


def levelled(found: Iterable[Experiment]) -> tuple[str, str] | None:
    """Two arms of a file that a scale makes equal and that differ without it: comparing them would say nothing."""
    firsts: dict[tuple[Any, ...], Experiment] = {}
    for one in found:
        about = (json.dumps(one.settings.model_dump(), sort_keys=True, default=repr), one.dataset.name)
        first = firsts.setdefault(about, one)
        if first.unscaled != one.unscaled:
            return first.name, one.name
    return None
