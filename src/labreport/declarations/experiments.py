"""Experiments: shared settings, a scale's overrides and an arm, merged and checked, each mistake at its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from labreport.declarations.datasets import DATASETS, Dataset, check_published
from labreport.declarations.fields import Text, in_language
from labreport.declarations.mistakes import check, explained, shown, suggestion
from labreport.declarations.models import resolve_model
from labreport.declarations.settings import ArmAbout, ExperimentFile, Override, Published, Scale, Settings
from labreport.declarations.yaml_files import MERGED, merge
from labreport.errors import DeclarationError
from labreport.training.tasks import TASKS

ABOUT = frozenset(ArmAbout.model_fields)
# Settings that only some inputs take.
ONLY_FOR = {"normalize": "images", "augment": "images", "vectors": "pairs"}
Result = TypeVar("Result")


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
class Experiment:
    """One arm, resolved: what is trained, and what was published about it.

    Attributes:
        title: how reports call it.
        data: all parameters of the data set, those of config/datasets.yaml with the settings laid on them.
        target: "module:Class" of its model.
        parameters: of the model, without those that have its constructor's defaults.
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
    target: str
    parameters: Mapping[str, Any]
    published: Published
    as_published: bool
    where: str
    layers: tuple[Layer, ...]

    @property
    def trained(self) -> tuple[Any, ...]:
        """What its runs are trained with; equal for two experiments that are the same run under two names."""
        return self.settings, self.dataset.name, self.task

    def place(self, *keys: str) -> str:
        """The file and key that wrote a setting; of one that has its default, the arm's own."""
        if keys[0] == "data" and keys[1] not in self.settings.data:
            return f"{DATASETS}: {self.dataset.root}.parameters.{keys[1]}"
        return place(self.layers, keys)


def resolve_arm(
    name: str, file: ExperimentFile, where: str, scaled: Scaled, datasets: Mapping[str, Dataset | DeclarationError]
) -> Experiment:
    """One experiment at a scale.

    Args:
        name: of the arm.
        file: that it stands in.
        where: the file, for messages.
        scaled: the scale.
        datasets: all of the project.

    Raises:
        DeclarationError: with the file and key of every mistake.
    """
    if file.task not in TASKS:
        raise DeclarationError(f"{where}: task: found {shown(file.task)}{suggestion(file.task, TASKS)}")
    stated = file.arms[name]
    about = check(ArmAbout, {key: value for key, value in stated.items() if key in ABOUT}, where, at=f"arms.{name}")
    at = f"{where}: arms.{name}.dataset" if about.dataset else f"{where}: dataset"
    dataset = datasets.get(about.dataset or file.dataset)
    if dataset is None:
        found = f"{at}: found {shown(about.dataset or file.dataset)}, which {DATASETS} does not declare"
        raise DeclarationError(f"{found}{suggestion(about.dataset or file.dataset, datasets)}")
    if isinstance(dataset, DeclarationError):
        raise dataset
    if dataset.inputs not in (inputs := TASKS[file.task].inputs):
        raise DeclarationError(
            f"{at}: found {shown(dataset.name)}, which is {dataset.inputs}; {file.task} is a task for "
            f"{' or '.join(inputs)}"
        )
    check_published(about.published.per_class, dataset, f"{where}: arms.{name}.published.per_class")
    shared = Layer(where, "shared", file.shared)
    arm = Layer(where, f"arms.{name}", {key: value for key, value in stated.items() if key not in ABOUT})
    # a mistake that a scale happens to cover is one all the same
    unscaled = _resolved([shared, arm], dataset, file.task)[0]
    names = names_of(file, name, dataset.lineage)
    overrides = [
        (override.match.experiment is not None, Layer(scaled.where, f"overrides.{index}.set", override.set))
        for index, override in enumerate(scaled.scale.overrides)
        if applies(override, names)
    ]
    general, special = ([layer for names_it, layer in overrides if names_it is one] for one in (False, True))
    layers = (shared, *general, arm, *special)
    settings, target, parameters, data = _resolved(layers, dataset, file.task)
    as_published = scaled.scale.source == "archive" and settings == unscaled
    about_it = (name, about.title or name, file.part, dataset, data, file.task, settings, target, parameters)
    return Experiment(*about_it, about.published, as_published, where, layers)


def _resolved(
    layers: Sequence[Layer], dataset: Dataset, task: str
) -> tuple[Settings, str, dict[str, Any], dict[str, int | None]]:
    """The merged and checked settings, the target and parameters of the model, all parameters of the data."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = merge(merged, layer.values)
    settings = _placed(layers, lambda: Settings.model_validate(merged))
    target, parameters = _placed(layers, lambda: resolve_model(settings.model, dataset.inputs), "model")
    if settings.loss.name not in (losses := TASKS[task].losses):
        raise DeclarationError(
            f"{place(layers, ('loss', 'name'))}: found {shown(settings.loss.name)}, which {task} does not take; "
            f"allowed: {', '.join(losses)}"
        )
    title = in_language(dataset.title, "en")
    for field, inputs in ONLY_FOR.items():
        if getattr(settings, field) and dataset.inputs != inputs:
            found = shown(getattr(settings, field))
            raise DeclarationError(
                f"{place(layers, (field,))}: found {found}, which is for {inputs}; "
                f"{title} is {dataset.inputs}, leave it out"
            )
    if settings.vectors is None and dataset.inputs == "pairs":
        raise DeclarationError(f"{place(layers, ('vectors',))}: is missing; pairs start from word vectors")
    declared = dataset.archived.parameters
    for name in settings.data:
        if name not in declared.model_dump():
            unknown = f"{place(layers, ('data', name))}: unknown parameter of {title}"
            raise DeclarationError(f"{unknown}{suggestion(name, declared.model_dump())}")
    data = {**declared.model_dump(), **settings.data}
    return (
        settings,
        target,
        parameters,
        _placed(layers, lambda: type(declared).model_validate(data), "data").model_dump(),
    )


def _placed(layers: Sequence[Layer], validate: Callable[[], Result], group: str = "") -> Result:
    """What a validation gives; its mistakes are told with the file and key that wrote the value."""
    try:
        return validate()
    except ValidationError as error:
        found = explained(error)
    except PydanticCustomError as error:
        found = [(str((error.context or {}).get("at", "")), error.message())]
    lines = []
    for key, words in found:
        keys = [*([group] if group else []), *key.split(".")]
        hint = "; write it there or under `shared`" if words.startswith("is missing") and len(keys) == 1 else ""
        lines.append(f"{place(layers, keys)}: {words}{hint}")
    raise DeclarationError("\n".join(lines)) from None


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


def levelled(found: Iterable[Experiment], unscaled: Mapping[str, Experiment]) -> tuple[str, str] | None:
    """Two arms of a file that are equal at a scale and differ without it, so that comparing them would say nothing.

    Args:
        found: the arms at the scale.
        unscaled: the same arms without it.
    """
    firsts: dict[str, Experiment] = {}
    for one in found:
        about = (one.settings.model_dump(), one.dataset.name, one.task)
        first = firsts.setdefault(json.dumps(about, sort_keys=True, default=repr), one)
        if unscaled[first.name].trained != unscaled[one.name].trained:
            return first.name, one.name
    return None
