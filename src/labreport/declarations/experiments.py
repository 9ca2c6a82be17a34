"""Experiments: shared settings, an arm, a scale's overrides, merged and checked, each mistake at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from labreport.declarations.datasets import parameter_mistake
from labreport.declarations.methods import LOSSES, OPTIMIZERS, method_mistake
from labreport.declarations.models import resolve_model
from labreport.declarations.reading import check, explain, merge, shown, suggestion
from labreport.declarations.schema import Dataset, ExperimentFile, Match, Override, Published, Scale, Settings
from labreport.errors import DeclarationError


@dataclass(frozen=True)
class Experiment:
    """One arm, resolved: what is trained, and what was published about it."""

    name: str
    part: str
    dataset: str
    task: str
    settings: Settings
    target: str
    published: Published
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
    if file.dataset not in datasets:
        raise DeclarationError(
            f"{where}: dataset: found {shown(file.dataset)}, which config/datasets.yaml does not declare"
            f"{suggestion(file.dataset, datasets)}"
        )
    return [_resolve_arm(name, file, where, scale, scale_where, datasets[file.dataset]) for name in file.arms]


def _resolve_arm(
    name: str, file: ExperimentFile, where: str, scale: Scale, scale_where: str, dataset: Dataset
) -> Experiment:
    arm = dict(file.arms[name])
    published = check(Published, arm.pop("published", {}), where, at=f"arms.{name}.published")
    layers = [_Layer(where, "shared", file.shared), _Layer(where, f"arms.{name}", arm)]
    model_name = _model_name(layers)
    names = {"dataset": file.dataset, "part": file.part, "experiment": name, "model": model_name, "measurement": None}
    _resolved(layers, name, where, dataset)  # a mistake that a scale happens to cover is a mistake all the same
    layers += [
        _Layer(scale_where, f"overrides.{index}.set", override.set)
        for index, override in enumerate(scale.overrides)
        if applies(override, names)
    ]
    settings, target = _resolved(layers, name, where, dataset)
    return Experiment(name, file.part, file.dataset, file.task, settings, target, published, where)


def _resolved(layers: list[_Layer], name: str, where: str, dataset: Dataset) -> tuple[Settings, str]:
    """The merged and checked settings, and the target of the model."""
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = merge(merged, layer.values)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise DeclarationError(_at_their_places(error, layers, name, where)) from None
    target = resolve_model(settings.model, dataset.is_texts, lambda key: _place(layers, "model", key))
    _check_methods(settings, layers)
    _check_data(settings, dataset, layers)
    return settings, target


def applies(override: Override, names: Mapping[str, str | None]) -> bool:
    """Whether every condition that an override states holds for `names`; an override without conditions never does."""
    conditions = override.match.model_dump(exclude_none=True)
    return bool(conditions) and all(names.get(key) == value for key, value in conditions.items())


def unused_overrides(scale: Scale, all_names: list[dict[str, str | None]]) -> list[tuple[int, Match]]:
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
    for mistake in error.errors(include_url=False):
        location = mistake["loc"]
        merged_key = location[:2] if location and location[0] in {"model", "data"} else location[:1]
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


def _check_methods(settings: Settings, layers: list[_Layer]) -> None:
    for field, taken in (("optimizer", OPTIMIZERS), ("loss", LOSSES)):
        method = getattr(settings, field)
        mistake = method_mistake(method.name, method.parameters, taken[method.name])
        if mistake:
            # An optimizer or a loss is replaced as a whole, so one layer wrote all of it.
            raise DeclarationError(f"{_place(layers, field)}.parameters.{mistake[0]}: {mistake[1]}")


def _check_data(settings: Settings, dataset: Dataset, layers: list[_Layer]) -> None:
    for name, value in settings.data.items():
        place = _place(layers, "data", name)
        if name not in dataset.parameters:
            raise DeclarationError(
                f"{place}: unknown parameter of {dataset.title}{suggestion(name, dataset.parameters)}"
            )
        mistake = parameter_mistake(name, value)
        if mistake is None and value is None and dataset.parameters[name] is not None:
            mistake = "found null, a whole number is needed"
        if mistake:
            raise DeclarationError(f"{place}: {mistake}")
    if dataset.is_texts:
        for field in ("normalize", "augment"):
            if getattr(settings, field):
                raise DeclarationError(
                    f"{_place(layers, field)}: found {shown(getattr(settings, field))}, which is for images; "
                    f"{dataset.title} is texts, leave it out"
                )
