"""The fields that several declarations share: names, digests, numbers, each strict in its own way."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from labreport.declarations.mistakes import shown, suggestion, told

MOST = 2**31 - 1  # the largest whole number that every array index and C library takes
SEEDS = 2**32
WHOLE = re.compile(r"-?[0-9]{1,18}")
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


def _not_bool(value: Any) -> Any:
    """YAML's `yes` and `true` are booleans, which Python counts as numbers."""
    if isinstance(value, bool | str):
        raise told(f"found {shown(value)}, a number is needed")
    return value


def _sorted_out(value: Any) -> list[int]:
    """Distinct seeds; those of `--config seeds='[0,1]'` arrive as words."""
    if not isinstance(value, list):
        raise told(f"found {shown(value)}, a list is needed; write seeds='[0,1]'")
    seeds = [int(one) if isinstance(one, str) and WHOLE.fullmatch(one) else one for one in value]
    if not seeds:
        raise told("found [], at least one is needed; write seeds='[0,1]'")
    for seed in seeds:
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
            raise told(f"found {shown(seed)}, a seed is a whole number from 0 to {SEEDS - 1}")
        if seeds.count(seed) > 1:
            raise told(f"names the seed {seed} twice; name each once; found {shown(seeds)}")
    return seeds


def file_in(root: Path, path: str) -> str:
    """What is wrong with the path of a file that is to lie in a folder; empty where nothing is."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return f"found {shown(path)}, a path inside the project is needed"
    try:
        return "" if (root / path).is_file() else f"found {shown(path)}, no such file"
    except OSError:  # such as a name that is too long
        return f"found {shown(path)}, which is no path"


def distinct(names: list[Any]) -> list[Any]:
    """Names or numbers of which none stands twice."""
    if twice := [name for name in names if names.count(name) > 1]:
        raise told(f"names {twice[0]} twice, found {', '.join(map(str, names))}; name each once")
    return names


# Names and file names become parts of paths, which no file system takes at any length.
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]
Names = Annotated[list[str], Field(min_length=1), AfterValidator(distinct)]
ClassName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Digest = Annotated[str, StringConstraints(pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Module = Annotated[str, StringConstraints(pattern=r"^labreport(\.[a-z][a-z0-9_]*)+$")]
Whole = Annotated[int, Field(strict=True, ge=-MOST, le=MOST)]
Positive = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Index = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Seeds = Annotated[list[int], BeforeValidator(_sorted_out)]
Truth = Annotated[bool, Field(strict=True)]
# 1 and 1.0 mean the same, so they shall give the same key: both become floats.
Number = Annotated[float, BeforeValidator(_not_bool), Field(allow_inf_nan=False)]
Rate = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, le=1)]
PositiveFraction = Annotated[Number, Field(gt=0, le=1)]
BelowOne = Annotated[Number, Field(ge=0, lt=1)]
Correlation = Annotated[Number, Field(ge=-1, le=1)]
