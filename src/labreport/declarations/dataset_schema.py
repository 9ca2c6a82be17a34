"""What an entry of config/datasets.yaml may say: a data set of an archive, or a variant of another one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from labreport.declarations.fields import (
    ClassName,
    Digest,
    FileName,
    Fraction,
    Index,
    Module,
    Name,
    Positive,
    Whole,
)
from labreport.declarations.schema import Strict, Text


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
    """An entry of config/datasets.yaml that comes from an archive.

    Where it has classes (images and texts), `classes` names them in the order of their labels, each with its training
    samples in the archive, or null where nobody counted. It says what is known before the archive is; no key holds it.
    """

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
    classes: Annotated[dict[ClassName, Positive | None], Field(min_length=1)] | None = None


class LongTail(Strict):
    """Some classes keep only a share of their training images, drawn by a seed."""

    # sorted, because their order changes no array and shall change no key
    classes: Annotated[list[Index], Field(min_length=1), AfterValidator(sorted)]
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
