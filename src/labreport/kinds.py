"""What a kind of figure, table, claim or measurement is: the module that makes it, and a pydantic model of its options.

The registries are dictionaries of these, a line each, so that a declaration is checked, names and values, without
importing torch, pandas or matplotlib. Option types that name something look it up in the `Context` of the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    model_serializer,
)

from labreport.declarations.fields import File as ProjectFile
from labreport.declarations.fields import Names, Strict
from labreport.declarations.mistakes import check, shown, suggestion, told, unknown
from labreport.declarations.models import Model
from labreport.errors import DeclarationError
from labreport.quantities.registry import QUANTITIES, called

if TYPE_CHECKING:
    from labreport.declarations import datasets, experiments


@dataclass(frozen=True)
class Context:
    """What a report's items may name: its own experiments, their data sets, its measurements, its claims.

    Attributes:
        experiments: by name, in the report's order.
        rows: measurement -> what it compares.
        claims: its claims; none while these are read themselves.
        root: the project's folder.
    """

    experiments: Mapping[str, experiments.Experiment]
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    claims: list[str] = field(default_factory=list)
    root: Path = field(default_factory=Path)

    @property
    def datasets(self) -> dict[str, datasets.Dataset]:
        """Data sets of the experiments by name, in their order."""
        return {experiment.dataset.name: experiment.dataset for experiment in self.experiments.values()}

    @property
    def parts(self) -> list[str]:
        """Parts of the experiments, in their order."""
        return list(dict.fromkeys(experiment.part for experiment in self.experiments.values()))


@dataclass(frozen=True)
class Role:
    """What an option's value names, for those who look for all that an item names."""

    names: str


def _among(group: str, what: str) -> AfterValidator:
    """The value, or each value of a list, is one of a group's names."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        allowed = list(getattr(info.context, group))
        for name in value if isinstance(value, list) else [value]:
            if name not in allowed:
                raise told(unknown(name, f"is not {what}", allowed))
        return value

    return AfterValidator(validate)


def _quantity(name: str) -> str:
    try:
        called(name)
    except ValueError as error:
        word = name.partition("(")[0]
        stranger = f"found {shown(name)}, which is not a quantity{suggestion(word, QUANTITIES)}"
        raise told(f"found {shown(name)}: {error}" if word in QUANTITIES else stranger) from None
    return name


def _of_images(model: Model) -> Model:
    if words := model.misread("images"):
        raise told(words, at="name")
    return model


class Options(Strict):
    """Options of a kind; in a spec a model is its target and its parameters."""

    @model_serializer(mode="wrap")
    def _with_target(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        options: dict[str, Any] = handler(self)
        model = options.pop("model", {})
        return options | model


_EXPERIMENT = _among("experiments", "an experiment of this report")
_DATASET = _among("datasets", "a data set of this report's experiments")
Experiment = Annotated[str, _EXPERIMENT, Role("experiment")]
Experiments = Annotated[Names, _EXPERIMENT, Role("experiment")]
Part = Annotated[str, _among("parts", "a part of this report's experiments")]
Dataset = Annotated[str, _DATASET, Role("dataset")]
Datasets = Annotated[Names, _DATASET, Role("dataset")]
Measurement = Annotated[str, _among("rows", "a measurement of this report"), Role("measurement")]
Claims = Annotated[Names, _among("claims", "a claim of this report"), Role("claim")]
Row = Annotated[str, Role("row")]
Compared = Annotated[str, Role("compared")]  # an experiment, or a row of the measurement that is named beside it
QuantityName = Annotated[
    str,
    AfterValidator(_quantity),
    WithJsonSchema({"type": "string", "pattern": rf"^({'|'.join(QUANTITIES)})(\(.+\))?$"}),
]
Member = Annotated[str, Role("member")]
File = Annotated[ProjectFile, Role("file")]  # of the project, which the kind reads by `Results.file`
Setting = Annotated[str, Role("setting")]  # a dotted path: `learning_rate`, `model.width`, `data.train_per_class`
AnyModel = Annotated[Model, PlainSerializer(lambda model: model.spec)]
ImageModel = Annotated[AnyModel, AfterValidator(_of_images)]
Width = Literal["half", "full"]


def one_of(*words: str) -> Any:
    """One of some words."""
    return Literal[words]


def some_of(*words: str) -> Any:
    """A list of at least one of some words."""
    return Annotated[list[one_of(*words)], Field(min_length=1)]  # type: ignore[misc]


@dataclass(frozen=True)
class Kind:
    """A kind that a report's YAML may name.

    Attributes:
        name: in YAML.
        target: dotted name of the module that makes it; imported only when it is made.
        fields: option -> its type, or (type, default) where it may be left out.
        single: whether `experiments` must name exactly one experiment.
        fewest: how many experiments `experiments` must name at least.
        one_will_do: options beside which one experiment is enough.
        all: whether `experiments` may be left out, for all of the report's.
        rows: of a measurement: what it compares, the first column of its result.
        files: what the runs of its experiments must leave, of the files that only some tasks leave.
        filters: whether the models of its experiments must have a convolution.
        metrics: what the tasks of its experiments must count beside the loss.
        one_task: whether its experiments must have one task.
        inputs: what its experiments and the data sets that it names must be made of; empty: images, texts or pairs.
        one_set_of_classes: whether its experiments and the data sets that it names must have the same classes.
        longtail: whether `dataset` must have classes that a long tail cuts short, and others.
        published: what must have been published of its experiments; `quantity` stands for the value of that option.
        of_runs: whether it shows results of runs, and not only what was published.
        curves: whether published curves stand beside measured ones.
        models: whether it shows how models were declared.
        either: groups of options of which exactly one is needed.
        data: whether it shows samples out of the prepared data of its experiments.
    """

    name: str
    target: str
    fields: Mapping[str, Any]
    single: bool = False
    fewest: int = 1
    one_will_do: frozenset[str] = frozenset()
    all: bool = False
    rows: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    filters: bool = False
    metrics: tuple[str, ...] = ()
    one_task: bool = False
    inputs: tuple[str, ...] = ()
    one_set_of_classes: bool = False
    longtail: bool = False
    published: tuple[str, ...] = ()
    of_runs: bool = True
    curves: bool = False
    models: bool = False
    either: tuple[tuple[str, ...], ...] = ()
    data: bool = False

    @cached_property
    def options(self) -> type[Options]:
        """The model of its options. `part` stands for the experiments of one, wherever `experiments` may stand."""
        fields: dict[str, Any] = {
            key: value if isinstance(value, tuple) else (value, ...) for key, value in self.fields.items()
        }
        if "experiments" in fields:
            fields |= {"experiments": (Experiments, []), "part": (Part, "")}
        model = create_model(self.name, __base__=Options, **fields)
        model.called = f"option of {self.name}"
        return model

    @cached_property
    def roles(self) -> dict[str, str]:
        """Option -> what its value names, of those that name something."""
        found = {}
        for name, option in self.options.model_fields.items():
            if role := next((one for one in option.metadata if isinstance(one, Role)), None):
                found[option.alias or name] = role.names
        return found

    def roles_of(self, options: Mapping[str, Any]) -> dict[str, str]:
        """Option -> what its value names, of those options that are given."""
        compared = "row" if "measurement" in options else "experiment"
        found = {key: role for key, role in self.roles.items() if key in options}
        return {key: compared if role == "compared" else role for key, role in found.items()}

    def dump(self, options: Options) -> dict[str, Any]:
        """Its options as a spec has them, those left out that have their defaults."""
        return options.model_dump(exclude_defaults=True, by_alias=True, mode="json")

    def load(self, declared: Mapping[str, Any], where: str, at: str, context: Context) -> dict[str, Any]:
        """An item's options, checked: those that have their defaults are left out, a part is its experiments, and an
        experiment that a network is drawn of is its model and data set.

        Raises:
            DeclarationError: file, key, what was found, what is allowed.
        """
        model = check(self.options, declared, where, at=at, context=context)
        options = self.dump(model)
        stated = {key for key, value in declared.items() if value is not None}
        for group in self.either:
            if len(stated & set(group)) != 1:
                words = " or ".join(f"`{one}`" for one in group)
                raise DeclarationError(f"{where}: {at}: {self.name} needs either {words}")
        if "experiments" in self.fields:
            named = len(options.keys() & {"part", "experiments"})
            if named > 1 or not (named or self.all):
                raise DeclarationError(f"{where}: {at}: {self.name} needs either `part` or `experiments`")
            part = options.pop("part", None)
            if "experiments" not in options:
                members = context.experiments.values()
                options["experiments"] = [one.name for one in members if part in (None, one.part)]
        if "model" in self.fields and (name := options.pop("experiment", None)):
            experiment = context.experiments[name]
            options |= {**experiment.settings.model.spec, "dataset": experiment.dataset.name}
        if "claims" in self.fields and not options.setdefault("claims", list(context.claims)):
            raise DeclarationError(f"{where}: {at}: {self.name} shows claims; this report declares none")
        return options


def kinds(package: str, shared: Mapping[str, Any], **stated: Mapping[str, Any]) -> dict[str, Kind]:
    """A registry.

    Args:
        package: dotted name of the package that the modules of the kinds stand in.
        shared: options that all of them take.
        stated: kind, and the module that makes it -> its options, and under `needs` the other attributes of `Kind`.
    """
    found = {}
    for name, options in stated.items():
        own = {key: value for key, value in options.items() if key != "needs"}
        found[name] = Kind(name, f"{package}.{name}", {**own, **shared}, **options.get("needs", {}))
    return found
