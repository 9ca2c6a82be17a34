"""What the files of config/ may say of experiments, scales and the project: one strict pydantic model each."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from labreport.declarations.fields import (
    Correlation,
    Digest,
    File,
    FileName,
    Fraction,
    Index,
    Lang,
    Name,
    Positive,
    Rate,
    Seeds,
    Strict,
    Text,
    Whole,
)
from labreport.declarations.methods import Loss, Optimizer, Schedule
from labreport.declarations.mistakes import told
from labreport.declarations.models import Model
from labreport.training.tasks import TASKS


class Config(Strict):
    """config/config.yaml, and `--config` or `--configfile`, which win."""

    scale: str
    lang: Lang
    seeds: Seeds
    raw: str | None
    tensorboard: bool
    failed: Literal["retry", "leave_out"] = "retry"


class Vectors(Strict):
    """Word vectors, trained on the training split, that an embedding starts from."""

    name: Literal["word2vec"]
    dimensions: Positive
    window: Positive
    epochs: Positive
    seed: Index


class Normalize(Strict):
    """Channel statistics in [0, 1] units, subtracted and divided by on the device; a value per channel."""

    mean: Annotated[list[Fraction], Field(min_length=1, max_length=3)]
    std: Annotated[list[Rate], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if len(self.mean) != len(self.std):
            words = f"found {len(self.std)}, but mean has {len(self.mean)}; give each a value per channel of the images"
            raise told(words, at="std")
        return self


class Pretrained(Strict):
    """A file of weights that a network starts from, trained elsewhere; `raw` or results/data/raw/ must hold it."""

    file: FileName
    digest: Digest
    mirrors: Annotated[list[Annotated[str, StringConstraints(pattern=r"^https?://")]], Field(min_length=1)]


class Crop(Strict):
    """Random crop to the original size after zero padding (pixels)."""

    name: Literal["crop"]
    padding: Positive


class Flip(Strict):
    """Horizontal flip with probability p."""

    name: Literal["flip"]
    p: Fraction


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
    pretrained: Pretrained | None = None
    precision: Literal["bf16", "bf16_emulated", "fp32"] = "fp32"
    normalize: Normalize | None = None
    augment: list[Annotated[Crop | Flip, Field(discriminator="name")]] = []
    data: dict[Name, Whole | None] = {}


class Published(Strict):
    """What the published report says of an experiment: fractions, seconds, epochs, and a file of its epochs."""

    val_accuracy: Fraction | None = None
    train_accuracy: Fraction | None = None
    seconds: Rate | None = None
    curve: File | None = None
    best_epoch: Positive | None = None
    convergence_epoch: Positive | None = None
    per_class: Annotated[dict[Name, Fraction], Field(min_length=1)] | None = None
    test_loss: Rate | None = None
    test_pearson: Correlation | None = None
    val_pearson: Correlation | None = None


class ArmAbout(Strict):
    """What an arm says beside its settings: how reports call it, a data set of its own, what was published of it."""

    title: Text | str | None = None
    dataset: Name | None = None
    published: Published = Published()


class ExperimentFile(Strict):
    """config/experiments/*.yaml: one question, its shared settings and its arms (checked further when merged)."""

    part: Name
    dataset: Name
    task: Literal[tuple(TASKS)]  # type: ignore[valid-type]
    shared: dict[str, Any] = {}
    arms: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]


class Match(Strict):
    """Which experiments or measurements an override applies to: all conditions must hold.

    `dataset` also stands for its variants. An override that names the experiment wins over what its arm sets itself;
    any other one yields to it.
    """

    dataset: str | None = None
    part: str | None = None
    experiment: str | list[str] | None = None
    model: str | None = None
    measurement: str | None = None


class Override(Strict):
    """Settings that a scale changes."""

    match: Match
    set: dict[str, Any]

    def applies(self, names: Mapping[str, tuple[Any, ...]]) -> bool:
        """Whether every condition that it states holds; without conditions it never applies.

        Args:
            names: condition -> the names that fulfil it.
        """
        stated = self.match.model_dump(exclude_none=True)
        wanted = {key: value if isinstance(value, list) else [value] for key, value in stated.items()}
        return bool(wanted) and all(any(one in names.get(key, ()) for one in value) for key, value in wanted.items())


class Scale(Strict):
    """config/scales/*.yaml; `trains` names the experiments that it is for, where it is not for all."""

    source: Literal["archive", "sample"]
    trains: Annotated[list[Name], Field(min_length=1)] | None = None
    overrides: list[Override] = []
