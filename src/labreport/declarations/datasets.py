"""config/datasets.yaml: every data set, with what holds between its parts and between data sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, StringConstraints, model_validator

from labreport.artifacts.code import defines
from labreport.declarations.fields import (
    ClassName,
    Digest,
    File,
    FileName,
    Fraction,
    Index,
    Module,
    Name,
    Positive,
    Strict,
    Text,
    Truth,
    Whole,
    distinct,
)
from labreport.declarations.mistakes import NAME, OF_NAMES, check, shown, told, unknown
from labreport.errors import DeclarationError, UserError, outcome

DATASETS = "config/datasets.yaml"
OR_FILE = "a data set has a `file` of the project, or else all of `archive`, `mirrors`, `folder` and `sample`"
Size = Positive | None  # of a part of a split; null is all of it


class Parameters(BaseModel):
    """Parameters of a reader or a generator; it may have more than those that all of its sort have."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Whole | None]

    seed: Index


class PerClass(Parameters):
    train_per_class: Size
    test_per_class: Size


class TextParameters(PerClass):
    vocabulary: Annotated[Whole, Field(ge=3)]  # padding, unknown and a word
    length: Positive


class PairParameters(Parameters):
    train_pairs: Size
    dev_pairs: Size
    test_pairs: Size


class PaddedPairs(PairParameters):
    length: Positive
    min_count: Positive


def _exactly_one(first: str, second: str) -> Any:
    """A validator: one of two fields is stated."""

    def validate(model: Any) -> Any:
        if (getattr(model, first) is None) == (getattr(model, second) is None):
            raise ValueError(f"exactly one of `{first}` and `{second}` is needed")
        return model

    return model_validator(mode="after")(validate)


class Archive(Strict):
    """An official archive."""

    file: FileName
    digest: Digest


class Folder(Strict):
    """What an archive unpacks to, and how such a folder is checked: file by file, or as a whole."""

    name: FileName
    files: dict[FileName, Digest] | None = None
    content: Digest | None = None

    _one_check = _exactly_one("files", "content")


def _with(function: str) -> AfterValidator:
    """A module of the project that defines a function."""

    def validate(module: str) -> str:
        if not defines(module, function):
            raise told(f"found {shown(module)}, no module of the project with `{function}`")
        return module

    return AfterValidator(validate)


class Sample(Strict):
    """The generator of a demo sample."""

    generator: Annotated[Module, _with("write_archive")]
    parameters: PerClass


class PairSample(Sample):
    parameters: PairParameters  # type: ignore[assignment]


class Archived(Strict):
    """An entry of config/datasets.yaml that comes from an archive, or from a `file` of the project at every scale."""

    title: Text | str
    inputs: Literal["images", "texts", "pairs"]
    homepage: str = ""
    licence: str = ""
    reader: Annotated[Module, _with("prepare")]
    file: File | None = None
    archive: Archive | None = None
    mirrors: list[Annotated[str, StringConstraints(pattern=r"^https?://")]] = []
    folder: Folder | None = None
    sample: Sample | None = None
    parameters: Parameters

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        fetched = {"archive": self.archive, "mirrors": self.mirrors, "folder": self.folder, "sample": self.sample}
        if self.file is None and (missing := [key for key, value in fetched.items() if not value]):
            raise told(f"is missing; {OR_FILE}", at=missing[0])
        if self.file is not None and (strangers := [key for key, value in fetched.items() if value]):
            raise told(f"stands beside `file`; {OR_FILE}", at=strangers[0])
        return self


class Images(Archived):
    """Images, each of a class; `classes` are named in the order of their labels."""

    inputs: Literal["images"]
    parameters: PerClass
    classes: Annotated[list[ClassName], Field(min_length=2), AfterValidator(distinct)]


class Texts(Images):
    """Texts, each of a class."""

    inputs: Literal["texts"]  # type: ignore[assignment]
    parameters: TextParameters


class Pairs(Archived):
    """Pairs of texts, each with a score."""

    inputs: Literal["pairs"]
    sample: PairSample | None = None
    parameters: PaddedPairs


class LongTail(Strict):
    """Some classes keep only a share of their training images, drawn by a seed."""

    # sorted, because their order changes no array and shall change no key
    classes: Annotated[list[Index], Field(min_length=1), AfterValidator(distinct), AfterValidator(sorted)]
    keep: Annotated[Fraction, Field(gt=0)]
    seed: Index


class Balance(Strict):
    """Short classes are filled up by images of their own, flipped at random and with noise (of values in [0, 1])."""

    flip: Truth
    noise_sigma: Fraction
    seed: Index


class Variant(Strict):
    """An entry of config/datasets.yaml that changes another one's training images."""

    base: Name
    title: Text | str
    longtail: LongTail | None = None
    balance: Balance | None = None

    _one_change = _exactly_one("longtail", "balance")

    @property
    def change(self) -> dict[str, Any]:
        """Its name and parameters, as in a spec."""
        name = "longtail" if self.balance is None else "balance"
        return {"name": name, **getattr(self, name).model_dump()}


class OfArchive(RootModel[Annotated[Images | Texts | Pairs, Field(discriminator="inputs")]]):
    """A data set that comes from an archive, of one of the three sorts."""


@dataclass(frozen=True)
class Dataset:
    """A data set, resolved.

    Attributes:
        name: its name in config/datasets.yaml.
        title: what texts call it.
        lineage: its own name, then its base's, and so on; the last one comes from an archive.
        archived: the declaration of that last one.
        changes: what variants do to its training images, in the order in which it is done; empty without a base.
    """

    name: str
    title: Text | str
    lineage: tuple[str, ...]
    archived: Archived
    changes: tuple[dict[str, Any], ...] = ()

    @property
    def root(self) -> str:
        """The data set at the end of its chain of bases, whose archive it is read from."""
        return self.lineage[-1]

    @property
    def inputs(self) -> str:
        """images, texts or pairs."""
        return self.archived.inputs

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its classes in the order of their labels; none where it has pairs."""
        return tuple(getattr(self.archived, "classes", ()))

    @property
    def tail(self) -> frozenset[int]:
        """The classes that a long tail cuts short, wherever in its lineage."""
        return frozenset(label for change in self.changes for label in change.get("classes", ()))


def resolve_datasets(raw: Mapping[str, Any], context: Any = None) -> dict[str, Dataset | UserError]:
    """All data sets by name, each with its declaration or with what is wrong with it; `context` has a `root`."""
    entries = {name: outcome(_entry, name, value, context) for name, value in raw.items()}
    return {name: outcome(_resolve, name, entries) for name in raw}


def _entry(name: str, value: Any, context: Any) -> Archived | Variant:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise DeclarationError(f"{DATASETS}: {shown(name)}: a data set's name has {OF_NAMES}")
    if isinstance(value, Mapping) and "base" in value:
        return check(Variant, value, DATASETS, at=name)
    return check(OfArchive, value, DATASETS, at=name, context=context).root


def _resolve(name: str, entries: Mapping[str, Archived | Variant | UserError]) -> Dataset:
    lineage = [name]
    changes: list[dict[str, Any]] = []
    while isinstance(entry := entries[lineage[-1]], Variant):
        at = f"{DATASETS}: {lineage[-1]}.base"
        if entry.base not in entries:
            raise DeclarationError(f"{at}: {unknown(entry.base, 'is not declared', entries)}")
        if entry.base in lineage:
            found = f"found {shown(entry.base)}, which is made from {lineage[-1]} itself"
            raise DeclarationError(f"{at}: {found}; a data set of images is needed")
        changes.insert(0, entry.change)
        lineage.append(entry.base)
    if isinstance(entry, UserError):
        raise entry
    dataset = Dataset(name, getattr(entries[name], "title"), tuple(lineage), entry, tuple(changes))  # noqa: B009
    if changes and entry.inputs != "images":
        raise DeclarationError(f"{DATASETS}: {name}.base: {lineage[-1]} is {entry.inputs}; only images have variants")
    if strangers := [label for label in dataset.tail if label >= len(dataset.classes)]:
        raise DeclarationError(
            f"{DATASETS}: {name}.longtail.classes: found {strangers[0]}, allowed are 0 to {len(dataset.classes) - 1}, "
            f"the places of {', '.join(dataset.classes)}"
        )
    for other, earlier in entries.items():
        there = earlier.archive if isinstance(earlier, Archived) else None
        if there and entry.archive and there.file == entry.archive.file and there.digest != entry.archive.digest:
            raise DeclarationError(
                f"{DATASETS}: {lineage[-1]}.archive.file: found {shown(entry.archive.file)}, which is the archive of "
                f"{other}, too, with another digest; give one of them another file name"
            )
    return dataset
