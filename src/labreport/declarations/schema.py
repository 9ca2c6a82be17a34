"""What a declaration may say: one strict pydantic model per kind of YAML file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from labreport.declarations.fields import (
    Argument,
    Correlation,
    Digest,
    FileName,
    Fraction,
    Index,
    Module,
    Name,
    Positive,
    Rate,
    Seed,
    Whole,
    in_floats,
    named_in,
)
from labreport.declarations.methods import COUNTS, LOSSES, OPTIMIZERS, SCHEDULES
from labreport.training.tasks import TASKS

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


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


def in_language(text: Text | str, lang: Lang) -> str:
    """A text that may be given once or once per language."""
    return text if isinstance(text, str) else getattr(text, lang)


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
    parameters: dict[Name, Whole]


class Archived(Strict):
    """An entry of config/datasets.yaml that comes from an archive."""

    title: Text | str
    inputs: Literal["images", "texts", "pairs"]
    homepage: str
    licence: str
    reader: Module
    archive: Archive
    mirrors: Annotated[list[Annotated[str, StringConstraints(pattern=r"^https?://")]], Field(min_length=1)]
    folder: Folder
    sample: Sample
    parameters: dict[Name, Whole | None]


class LongTail(Strict):
    """Some classes keep only a share of their training images, drawn by a seed."""

    classes: Annotated[list[Index], Field(min_length=1)]
    keep: Annotated[Fraction, Field(gt=0)]
    seed: Index

    @model_validator(mode="after")
    def _classes_differ(self) -> LongTail:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError(f"classes: {self.classes} names a class twice; name each once")
        return self


class Balance(Strict):
    """Short classes are filled up by images of their own, flipped at random and with noise (of values in [0, 1])."""

    flip: Annotated[bool, Field(strict=True)]
    noise_sigma: Fraction
    seed: Index


class Variant(Strict):
    """An entry of config/datasets.yaml that changes another one's training images."""

    base: Name
    title: Text | str
    longtail: LongTail | None = None
    balance: Balance | None = None

    @model_validator(mode="after")
    def _one_change(self) -> Variant:
        if (self.longtail is None) == (self.balance is None):
            raise ValueError("exactly one of `longtail` and `balance` is needed")
        return self

    @property
    def change(self) -> dict[str, Any]:
        """Its name and parameters, as in a spec."""
        name = "longtail" if self.balance is None else "balance"
        return {"name": name, **getattr(self, name).model_dump()}


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
