"""Experiments: shared settings, a scale's overrides and an arm, merged and checked, each mistake at its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from labreport.declarations.datasets import DATASETS, Dataset
from labreport.declarations.fields import Text, in_language
from labreport.declarations.mistakes import Checked, check, explained, shown, suggestion, unknown
from labreport.declarations.models import parameters_of, recurs, takes_weights
from labreport.declarations.settings import ArmAbout, ExperimentFile, Published, Settings
from labreport.declarations.yaml_files import MERGED, merge
from labreport.errors import DeclarationError, UserError
from labreport.models.registry import MODELS
from labreport.training.tasks import TASKS

if TYPE_CHECKING:
    from labreport.declarations.project import Project

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


@dataclass(frozen=True, eq=False)
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

    def every_setting(self) -> dict[str, Any]:
        """Dotted path, such as `model.width` -> value, of all that it is trained with, defaults included."""
        model = parameters_of(self.settings.model.name).model_validate(self.settings.model.parameters)
        found: dict[str, Any] = {}
        groups: list[tuple[str, Any]] = [
            ("", {**self.settings.model_dump(), "data": dict(self.data), "model": model.model_dump()})
        ]
        for path, value in groups:
            if isinstance(value, Mapping):
                groups += [(f"{path}.{key}" if path else str(key), one) for key, one in value.items()]
            else:
                found[path] = value
        return found

    def place(self, *keys: str) -> str:
        """The file and key that wrote a setting; of one that has its default, the arm's own."""
        if keys[0] == "data" and keys[1] not in self.settings.data:
            return f"{DATASETS}: {self.dataset.root}.parameters.{keys[1]}"
        return place(self.layers, keys)

    def sources(self) -> dict[str, str]:
        """Setting, by its path in a run's spec -> the file and key that set it; without those that have defaults."""
        paths: dict[str, tuple[str, ...]] = {f"training.{key}": (key,) for key in Settings.model_fields}
        paths |= {f"model.parameters.{key}": ("model", key) for key in self.settings.model.parameters}
        paths["model.target"] = ("model", "name")
        return {path: place(self.layers, keys) for path, keys in paths.items() if source(self.layers, keys)}


def resolve_arm(name: str, file: ExperimentFile, where: str, project: Project) -> Experiment:
    """One experiment at a scale.

    Args:
        name: of the arm.
        file: that it stands in.
        where: the file, for messages.
        project: whose scale and data sets count.

    Raises:
        DeclarationError: with the file and key of every mistake.
    """
    stated = file.arms[name]
    own = {key: value for key, value in stated.items() if key in ABOUT}
    about = check(ArmAbout, own, where, at=f"arms.{name}", context=project)
    at = f"{where}: arms.{name}.dataset" if about.dataset else f"{where}: dataset"
    on = about.dataset or file.dataset
    dataset = project.datasets.get(on)
    if dataset is None:
        raise DeclarationError(f"{at}: {unknown(on, f'{DATASETS} does not declare', project.datasets)}")
    if isinstance(dataset, UserError):
        raise dataset
    if dataset.inputs not in (inputs := TASKS[file.task].inputs):
        found = f"{at}: found {shown(on)}, which is {dataset.inputs}"
        raise DeclarationError(f"{found}; {file.task} is a task for {' or '.join(inputs)}")
    if words := _unlike(about.published.per_class, dataset):
        raise DeclarationError(f"{where}: arms.{name}.published.per_class{words}")
    shared = Layer(where, "shared", file.shared)
    arm = Layer(where, f"arms.{name}", {key: value for key, value in stated.items() if key not in ABOUT})
    # a mistake that a scale happens to cover is one all the same
    unscaled = _resolved([shared, arm], dataset, file.task)[0]
    names = names_of(file, name, dataset.lineage)
    applied: dict[bool, list[Layer]] = {False: [], True: []}  # by whether an override names the experiment
    for index, override in enumerate(project.scale.overrides):
        if override.applies(names):
            layer = Layer(project.scale_place, f"overrides.{index}.set", override.set)
            applied[override.match.experiment is not None].append(layer)
    layers = (shared, *applied[False], arm, *applied[True])
    settings, data = _resolved(layers, dataset, file.task)
    about_it = (name, about.title or name, file.part, dataset, data, file.task, settings, unscaled)
    as_published = settings == unscaled and (not project.sampled or dataset.archived.file is not None)
    return Experiment(*about_it, about.published, as_published, where, layers)


def _unlike(published: Mapping[str, float] | None, dataset: Dataset) -> str:
    """What is wrong with published accuracies of classes: they are to be those of the data set, each once."""
    for name in published or ():
        if name not in dataset.classes:
            return f".{name}: is no class of {dataset.root}{suggestion(name, dataset.classes)}"
    missing = [name for name in dataset.classes if published is not None and name not in published]
    return f": lacks {', '.join(missing)}; state all classes" if missing else ""


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
    if settings.precision != "fp32" and recurs(settings.model.target):
        found = f"found {shown(settings.precision)}; {settings.model.name} has recurrent layers"
        yield (
            "precision",
            f"{found}, which cuDNN would compute in fp16 and which are therefore fp32 everywhere; write fp32",
        )
    for key, inputs in ONLY_FOR.items():
        if getattr(settings, key) and dataset.inputs != inputs:
            found = f"found {shown(getattr(settings, key))}, which is for {inputs}"
            yield key, f"{found}; {title} is {dataset.inputs}, leave it out"
    if settings.vectors is None and dataset.inputs == "pairs":
        yield "vectors", "is missing; pairs start from word vectors"
    if settings.pretrained and not takes_weights(settings.model.name):
        fitting = ", ".join(filter(takes_weights, MODELS))
        yield "pretrained", f"{settings.model.name} does not start from weights; allowed models: {fitting}"
    allowed = dataset.archived.parameters.model_dump()
    for name in (one for one in settings.data if one not in allowed):
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


def levelled(found: Iterable[Experiment]) -> tuple[str, str] | None:
    """Two arms of a file that a scale makes equal and that differ without it: comparing them would say nothing."""
    firsts: dict[tuple[Any, ...], Experiment] = {}
    for one in found:
        about = (json.dumps(one.settings.model_dump(), sort_keys=True, default=repr), one.dataset.name)
        first = firsts.setdefault(about, one)
        if first.unscaled != one.unscaled:
            return first.name, one.name
    return None
