"""What a declaration may say: one strict pydantic model per kind of YAML file, data sets apart."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from labreport.declarations.fields import (
    Argument,
    Correlation,
    Fraction,
    Index,
    Name,
    Positive,
    Rate,
    Seeds,
    Whole,
    in_floats,
    named_in,
)
from labreport.declarations.methods import COUNTS, LOSSES, OPTIMIZERS, SCHEDULES
from labreport.training.tasks import TASKS

Lang = Literal["zh", "en"]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """A text in both languages."""

    zh: str
    en: str


def in_language(text: Text | str, lang: Lang) -> str:
    """A text that may be given once or once per language."""
    return text if isinstance(text, str) else getattr(text, lang)


class Config(Strict):
    """config/config.yaml and `--config`."""

    scale: str
    lang: Lang
    seeds: Seeds
    raw: str | None
    tensorboard: bool


class Optimizer(Strict):
    """A class of torch.optim by name, and its parameters except the learning rate."""

    name: Annotated[str, named_in(OPTIMIZERS)]
    parameters: dict[str, Argument] = {}


class Loss(Strict):
    """A loss by name."""

    name: Annotated[str, named_in(LOSSES)]
    parameters: dict[str, Argument] = {}


def _rates_in_floats(parameters: dict[str, Any]) -> dict[str, Any]:
    return {key: value if key in COUNTS else in_floats(value) for key, value in parameters.items()}


class Schedule(Strict):
    """A class of torch.optim.lr_scheduler by name, stepped once per epoch, and its parameters."""

    name: Annotated[str, named_in(SCHEDULES)]
    parameters: Annotated[dict[str, Any], AfterValidator(_rates_in_floats)] = {}


class Vectors(Strict):
    """Word vectors, trained on the training split, that an embedding starts from."""

    name: Literal["word2vec"]
    dimensions: Positive
    window: Positive
    epochs: Positive
    seed: Index


class Normalize(Strict):
    """Channel statistics in [0, 1] units, subtracted and divided by on the device."""

    mean: Annotated[list[Fraction], Field(min_length=3, max_length=3)]
    std: Annotated[list[Rate], Field(min_length=3, max_length=3)]


class Crop(Strict):
    """Random crop to the original size after zero padding (pixels)."""

    name: Literal["crop"]
    padding: Positive


class Flip(Strict):
    """Horizontal flip with probability p."""

    name: Literal["flip"]
    p: Fraction


class Model(BaseModel):
    """A model of the registry; every other key is a parameter of its constructor."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(Strict):
    """Everything a run is trained with. Each field may stand under `shared`, an arm, or a scale's override."""

    epochs: Positive
    batch_size: Positive
    learning_rate: Rate
    optimizer: Optimizer
    loss: Loss
    model: Model
    schedule: Schedule | None = None
    vectors: Vectors | None = None
    precision: Literal["bf16", "fp32"] = "fp32"
    normalize: Normalize | None = None
    augment: list[Annotated[Crop | Flip, Field(discriminator="name")]] = []
    data: dict[Name, Whole | None] = {}


class Published(Strict):
    """What the published report says of an experiment: fractions, seconds, epochs, and a file of its epochs."""

    val_accuracy: Fraction | None = None
    train_accuracy: Fraction | None = None
    seconds: Rate | None = None
    curve: str | None = None
    best_epoch: Positive | None = None
    convergence_epoch: Positive | None = None
    per_class: Annotated[dict[Name, Fraction], Field(min_length=1)] | None = None
    test_loss: Rate | None = None
    test_pearson: Correlation | None = None
    val_pearson: Correlation | None = None


class ExperimentFile(Strict):
    """config/experiments/*.yaml: one question, its shared settings and its arms (checked further when merged).

    An arm may name a `dataset` of its own.
    """

    part: Name
    dataset: Name
    task: Annotated[str, named_in(TASKS)]
    shared: dict[str, Any] = {}
    arms: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]


class Match(Strict):
    """Which experiments or measurements an override applies to: all conditions must hold.

    `dataset` also stands for its variants.
    """

    dataset: str | None = None
    part: str | None = None
    experiment: str | None = None
    model: str | None = None
    measurement: str | None = None


class Override(Strict):
    """Settings that a scale changes."""

    match: Match
    set: dict[str, Any]


class Scale(Strict):
    """config/scales/*.yaml."""

    source: Literal["archive", "sample"]
    overrides: list[Override] = []


class Kinded(BaseModel):
    """A figure, table, claim or measurement: its kind, and options that the kind's registry entry checks."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Report(Strict):
    """config/reports/*.yaml."""

    title: Text | str
    subtitle: Text | str = ""
    authors: Annotated[list[Text | str], Field(min_length=1)]
    affiliation: Text | str = ""
    course: Text | str = ""
    experiments: Annotated[list[Name], Field(min_length=1)]
    measurements: dict[Name, Kinded] = {}
    figures: dict[Name, Kinded] = {}
    tables: dict[Name, Kinded] = {}
    claims: dict[Name, Kinded] = {}
