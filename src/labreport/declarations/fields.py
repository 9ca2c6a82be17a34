"""The fields that several declarations share: names, digests, numbers, each strict in its own way."""

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from labreport.declarations.mistakes import NAME, shown, suggestion, told

MOST = 2**31 - 1  # the largest whole number that every array index and C library takes
Lang = Literal["zh", "en"]


class Strict(BaseModel):
    """Unknown keys are refused, with the one that is most likely meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    called: ClassVar[str] = "key"  # what messages call one of its keys

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, value: Any) -> Any:
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        for key in value if isinstance(value, dict) else ():
            if key not in allowed:
                raise told(f"unknown {cls.called}{suggestion(str(key), allowed)}", at=str(key))
        return value


class Text(Strict):
    """A text in both languages."""

    zh: str
    en: str


def in_language(text: Text | str, lang: str) -> str:
    """A text that may be given once or once per language."""
    return text if isinstance(text, str) else str(getattr(text, lang))


def _listed(value: Any) -> Any:
    if not isinstance(value, list):
        raise told(f"found {shown(value)}, a list is needed; write [0, 1], or on a command line seeds='[0,1]'")
    return value


def _read(value: Any) -> Any:
    """The members of `--config seeds='[0,1]'` arrive as words."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value) else value


def _in_project(path: str, info: ValidationInfo) -> str:
    root: Path = getattr(info.context, "root", Path())
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise told(f"found {shown(path)}, a path inside the project is needed")
    try:
        if (root / path).is_file():
            return path
        if (root / path).is_dir():
            raise told(
                f"found {shown(path)}, a folder; pack it into one file, such as a zip, which is read in its place"
            )
    except OSError:  # such as a name that is too long
        pass
    raise told(f"found {shown(path)}, no such file")


def distinct(names: list[Any]) -> list[Any]:
    """Names or numbers of which none stands twice."""
    if twice := [name for name in names if names.count(name) > 1]:
        raise told(f"names {twice[0]} twice, found {', '.join(map(str, names))}; name each once")
    return names


Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]
Names = Annotated[list[str], Field(min_length=1), AfterValidator(distinct)]
Word = Annotated[str, Field(min_length=1)]
ClassName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Digest = Annotated[str, StringConstraints(pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Module = Annotated[str, StringConstraints(pattern=r"^labreport(\.[a-z][a-z0-9_]*)+$")]
Whole = Annotated[int, Field(strict=True, ge=-MOST, le=MOST)]
Positive = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Index = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**32), BeforeValidator(_read)]
Seeds = Annotated[list[Seed], BeforeValidator(_listed), Field(min_length=1), AfterValidator(distinct)]
File = Annotated[str, AfterValidator(_in_project)]
Truth = Annotated[bool, Field(strict=True)]
# 1 and 1.0 mean the same, so they shall give the same key: both become floats.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Rate = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, le=1)]
PositiveFraction = Annotated[Number, Field(gt=0, le=1)]
BelowOne = Annotated[Number, Field(ge=0, lt=1)]
Correlation = Annotated[Number, Field(ge=-1, le=1)]
