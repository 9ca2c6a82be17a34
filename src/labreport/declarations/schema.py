"""What a declaration may say: one strict pydantic model per kind of YAML file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop")


def _not_bool(value: Any) -> Any:
    """YAML's `yes` and `true` are booleans, which Python counts as numbers."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not a truth value")
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Module = Annotated[str, StringConstraints(pattern=r"^labreport(\.[a-z][a-z0-9_]*)+$")]
Whole = Annotated[int, Field(strict=True)]
Positive = Annotated[int, Field(strict=True, gt=0)]
# `--config seeds='[0,1]'` arrives as words, so a seed may be a word of digits.
Seed = Annotated[int, BeforeValidator(_not_bool), Field(ge=0, lt=2**32)]
Number = Annotated[float, BeforeValidator(_not_bool), Field(allow_inf_nan=False)]
Rate = Annotated[float, BeforeValidator(_not_bool), Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, BeforeValidator(_not_bool), Field(ge=0, le=1)]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Config(Strict):
    """config/config.yaml and `--config`."""

    scale: str
    lang: Lang
    seeds: Annotated[list[Seed], Field(min_length=1)]
    raw: str | None
    tensorboard: bool

    @model_validator(mode="after")
    def _seeds_differ(self) -> Config:
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError(f"seeds: {self.seeds} names a seed twice; name each once")
        return self


class Text(Strict):
    """A text in both languages."""

    zh: str
    en: str


class Archive(Strict):
    """An official archive."""

    file: FileName
    digest: Digest


class Folder(Strict):
    """What an archive unpacks to, and how such a folder is checked: file by file, or as a whole."""

    name: FileName
    files: dict[FileName, Digest] | None = None
    content: Digest | None = None

    @model_validator(mode="after")
    def _one_check(self) -> Folder:
        if (self.files is None) == (self.content is None):
            raise ValueError("exactly one of `files` and `content` is needed")
        return self


class Sample(Strict):
    """The generator of a demo sample."""

    generator: Module
    parameters: dict[Name, Positive | Seed]


class Dataset(Strict):
    """An entry of config/datasets.yaml."""

    title: str
    homepage: str
    licence: str
    reader: Module
    archive: Archive
    mirrors: Annotated[list[Annotated[str, StringConstraints(pattern=r"^https?://")]], Field(min_length=1)]
    folder: Folder
    sample: Sample
    parameters: dict[Name, Whole | None]


class Optimizer(Strict):
    """A class of torch.optim by name, and its parameters except the learning rate."""

    name: Literal["SGD", "Adam", "AdamW", "RMSprop"]
    parameters: dict[Name, Number | bool] = {}


class Loss(Strict):
    """A loss by name."""

    name: Literal["cross_entropy"]
    parameters: dict[Name, Number] = {}


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
    precision: Literal["bf16", "fp32"] = "fp32"
    normalize: Normalize | None = None
    augment: list[Annotated[Crop | Flip, Field(discriminator="name")]] = []
    data: dict[Name, Whole | None] = {}


class Published(Strict):
    """What the published report says of an experiment: fractions, seconds, and a file of its epochs."""

    val_accuracy: Fraction | None = None
    train_accuracy: Fraction | None = None
    seconds: Rate | None = None
    curve: str | None = None


class ExperimentFile(Strict):
    """config/experiments/*.yaml: one question, its shared settings and its arms (checked further when merged)."""

    part: Name
    dataset: Name
    task: Literal["classification"]
    shared: dict[str, Any] = {}
    arms: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]


class Match(Strict):
    """Which experiments or measurements an override applies to: all conditions must hold."""

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


NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
