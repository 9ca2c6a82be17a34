"""Experiments: shared settings, an arm, a scale's overrides, merged and checked, each mistake at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from labreport.declarations.classes import check_counts, check_published
from labreport.declarations.datasets import DATASETS, Dataset, parameter_mistake
from labreport.declarations.methods import LOSSES, OPTIMIZERS, SCHEDULES, method_mistake
from labreport.declarations.mistakes import causes_first, explain, shown, suggestion
from labreport.declarations.models import resolve_model
from labreport.declarations.reading import MERGED, check, merge
from labreport.declarations.schema import ExperimentFile, Match, Override, Published, Scale, Settings, in_language
from labreport.errors import DeclarationError
from labreport.training.tasks import TASKS


@dataclass(frozen=True)
class Experiment:
    """One arm, resolved: what is trained, and what was published about it.

    Attributes:
        data: all parameters of the data set, those of config/datasets.yaml with the settings laid on them.
        written: parameter of `data` -> the file and key that wrote it, as messages begin.
        as_published: whether it is trained on the real data with settings that the scale left as they are, so that what
            is measured may be compared with what was published.
    """

    name: str
    part: str
    dataset: Dataset
    data: Mapping[str, int | None]
    written: Mapping[str, str]
    task: str
    settings: Settings
    target: str
    published: Published
    as_published: bool
    where: str


@dataclass(frozen=True)
class _Layer:
    """Settings and the place they were written at."""

    where: str
    at: str
    values: Mapping[str, Any]


def resolve_file(
    raw: Mapping[str, Any], where: str, scale: Scale, scale_where: str, datasets: Mapping[str, Dataset]
) -> list[Experiment]:
    """All experiments of one file at one scale.

    Raises:
        DeclarationError: with the file and key of every mistake.
    """
    file = check(ExperimentFile, raw, where)
    _declared(file.dataset, datasets, f"{where}: dataset")
    return [_resolve_arm(name, file, where, scale, scale_where, datasets) for name in file.arms]


def _declared(name: Any, datasets: Mapping[str, Dataset], at: str) -> Dataset:
    if not isinstance(name, str) or name not in datasets:
        raise DeclarationError(
            f"{at}: found {shown(name)}, which {DATASETS} does not declare{suggestion(str(name), datasets)}"
        )
    return datasets[name]


def _resolve_arm(
    name: str,
    file: ExperimentFile,
    where: str,
    scale: Scale,
    scale_where: str,
    datasets: Mapping[str, Dataset],
) -> Experiment:
    arm = dict(file.arms[name])
    at = f"{where}: arms.{name}.dataset" if "dataset" in arm else f"{where}: dataset"
    dataset = _declared(arm.pop("dataset", file.dataset), datasets, at)
    if dataset.inputs not in TASKS[file.task].inputs:
        raise DeclarationError(
            f"{at}: found {shown(dataset.name)}, which is {dataset.inputs}; {file.task} is a task for "
            f"{' or '.join(TASKS[file.task].inputs)}"
        )
    published = check(Published, arm.pop("published", {}), where, at=f"arms.{name}.published")
    check_published(published.per_class, dataset, f"{where}: arms.{name}.published.per_class")
    layers = [_Layer(where, "shared", file.shared), _Layer(where, f"arms.{name}", arm)]
    names = {
        "dataset": dataset.lineage,
        "part": (file.part,),
        "experiment": (name,),
        "model": (_model_name(layers),),
    }
    # a mistake that a scale happens to cover is one all the same
    unscaled, _ = _resolved(layers, name, where, dataset, file.task)
    layers += [
        _Layer(scale_where, f"overrides.{index}.set", override.set)
        for index, override in enumerate(scale.overrides)
        if applies(override, names)
    ]
    settings, target = _resolved(layers, name, where, dataset, file.task)
    data = {**dataset.archived.parameters, **settings.data}
    written = {key: _place(layers, "data", key) for key in settings.data}
    written = {key: written.get(key, f"{DATASETS}: {dataset.root}.parameters.{key}") for key in data}
    check_counts(name, dataset, data, written, sampled=scale.source == "sample")
    as_published = scale.source == "archive" and settings == unscaled
    return Experiment(
        name, file.part, dataset, data, written, file.task, settings, target, published, as_published, where
    )


def _resolved(layers: list[_Layer], name: str, where: str, dataset: Dataset, task: str) -> tuple[Settings, str]:
    """The merged and checked settings, and the target of the model."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = merge(merged, layer.values)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise DeclarationError(_at_their_places(error, layers, name, where)) from None
    target = resolve_model(settings.model, dataset.inputs, lambda key: _place(layers, "model", key))
    _check_methods(settings, task, layers)
    _check_data(settings, dataset, layers)
    _check_fitting(settings, dataset, f"{where}: arms.{name}", layers)
    return settings, target


def applies(override: Override, names: Mapping[str, tuple[str | None, ...]]) -> bool:
    """Whether every condition that an override states holds; an override without conditions never applies.

    Args:
        override: of a scale.
        names: condition, such as `dataset` -> the names that fulfil it.
    """
    conditions = override.match.model_dump(exclude_none=True)
    return bool(conditions) and all(value in names.get(key, ()) for key, value in conditions.items())


def unused_overrides(scale: Scale, all_names: list[dict[str, tuple[str | None, ...]]]) -> list[tuple[int, Match]]:
    """Overrides that apply to nothing: most likely a misspelt name."""
    return [
        (index, override.match)
        for index, override in enumerate(scale.overrides)
        if not any(applies(override, names) for names in all_names)
    ]


def _model_name(layers: list[_Layer]) -> str | None:
    for layer in reversed(layers):
        model = layer.values.get("model")
        if isinstance(model, Mapping) and isinstance(model.get("name"), str):
            return str(model["name"])
    return None


def _source(layers: list[_Layer], *keys: Any) -> _Layer:
    """The layer that wrote a key last."""
    for layer in reversed(layers):
        value: Any = layer.values
        for key in keys:
            value = value.get(key, ...) if isinstance(value, Mapping) else ...
        if value is not ...:
            return layer
    return layers[1]


def _at_their_places(error: ValidationError, layers: list[_Layer], name: str, where: str) -> str:
    """The messages of `error`, each with the file and key that wrote the value."""
    lines: list[str] = []
    for mistake in causes_first(error):
        location = mistake["loc"]
        merged_key = location[:2] if location and location[0] in MERGED else location[:1]
        layer = _source(layers, *merged_key)
        if mistake["type"] == "missing" and len(location) == 1:
            lines.append(f"{where}: arms.{name}.{location[0]}: is missing; write it there or under `shared`")
            continue
        single = ValidationError.from_exception_data(error.title, [_again(mistake)])
        lines.append(explain(single, Settings, layer.where, layer.at))
    return "\n".join(dict.fromkeys(lines))


def _again(mistake: Any) -> Any:
    """An entry of `ValidationError.errors()` in the form that builds a new one."""
    return {key: mistake[key] for key in ("type", "loc", "input", "ctx") if key in mistake}


def _place(layers: list[_Layer], *keys: str) -> str:
    """The file and key that wrote a setting."""
    layer = _source(layers, *keys)
    return f"{layer.where}: {'.'.join((layer.at, *keys))}"


def _check_methods(settings: Settings, task: str, layers: list[_Layer]) -> None:
    for field, taken in (("optimizer", OPTIMIZERS), ("loss", LOSSES), ("schedule", SCHEDULES)):
        method = getattr(settings, field)
        mistake = method and method_mistake(method.name, method.parameters, taken[method.name])
        if mistake:
            # An optimizer, a loss or a schedule is replaced as a whole, so one layer wrote all of it.
            raise DeclarationError(f"{_place(layers, field)}.parameters.{mistake[0]}: {mistake[1]}")
    if settings.loss.name not in TASKS[task].losses:
        raise DeclarationError(
            f"{_place(layers, 'loss')}.name: found {shown(settings.loss.name)}, which {task} does not take; "
            f"allowed: {', '.join(TASKS[task].losses)}"
        )


def _check_data(settings: Settings, dataset: Dataset, layers: list[_Layer]) -> None:
    declared = dataset.archived.parameters
    title = in_language(dataset.title, "en")
    for name, value in settings.data.items():
        place = _place(layers, "data", name)
        if name not in declared:
            raise DeclarationError(f"{place}: unknown parameter of {title}{suggestion(name, declared)}")
        mistake = parameter_mistake(name, value)
        if mistake is None and value is None and declared[name] is not None:
            mistake = "found null, a whole number is needed"
        if mistake:
            raise DeclarationError(f"{place}: {mistake}")


def _check_fitting(settings: Settings, dataset: Dataset, at: str, layers: list[_Layer]) -> None:
    """Settings that only some inputs take."""
    title = in_language(dataset.title, "en")
    for field, inputs in (("normalize", "images"), ("augment", "images"), ("vectors", "pairs")):
        if getattr(settings, field) and dataset.inputs != inputs:
            raise DeclarationError(
                f"{_place(layers, field)}: found {shown(getattr(settings, field))}, which is for {inputs}; "
                f"{title} is {dataset.inputs}, leave it out"
            )
    if settings.vectors is None and dataset.inputs == "pairs":
        raise DeclarationError(f"{at}.vectors: is missing; {settings.model.name} starts from word vectors")
