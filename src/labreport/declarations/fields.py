"""The fields that several declarations share: names, digests, numbers, each strict in its own way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from labreport.declarations.mistakes import TOLD, shown
from labreport.values import MOST

SEEDS = 2**32
WHOLE = re.compile(r"-?[0-9]{1,18}")


def _not_bool(value: Any) -> Any:
    """YAML's `yes` and `true` are booleans, which Python counts as numbers."""
    if isinstance(value, bool):
        raise ValueError("a number is needed, not a truth value")
    return value


def in_floats(value: Any) -> Any:
    """1 and 1.0 mean the same, so they shall give the same key."""
    if isinstance(value, list):
        return [in_floats(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def named_in(table: Mapping[str, Any]) -> AfterValidator:
    """Only the keys of `table` are allowed."""

    def known(name: str) -> str:
        if name not in table:
            raise PydanticCustomError("literal_error", "", {"expected": " or ".join(map(repr, table))})
        return name

    return AfterValidator(known)


def _as_seeds(value: Any) -> list[int]:
    """Distinct seeds; those of `--config seeds='[0,1]'` arrive as words."""
    if not isinstance(value, list):
        raise _refused(f"found {shown(value)}, a list is needed; write seeds='[0,1]'")
    seeds = [int(one) if isinstance(one, str) and WHOLE.fullmatch(one) else one for one in value]
    if not seeds:
        raise _refused("found [], at least one is needed; write seeds='[0,1]'")
    for seed in seeds:
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
            raise _refused(f"found {shown(seed)}, a seed is a whole number from 0 to {SEEDS - 1}")
        if seeds.count(seed) > 1:
            raise _refused(f"names the seed {seed} twice; name each once; found {shown(seeds)}")
    return seeds


def _refused(words: str) -> PydanticCustomError:
    """A mistake told in full: what was found and what is needed."""
    return PydanticCustomError(TOLD, "{words}", {"words": words})


# Names and file names become parts of paths, which no file system takes at any length.
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
Name = Annotated[str, StringConstraints(pattern=NAME.pattern)]
ClassName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Digest = Annotated[str, StringConstraints(pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Module = Annotated[str, StringConstraints(pattern=r"^labreport(\.[a-z][a-z0-9_]*)+$")]
Whole = Annotated[int, Field(strict=True, ge=-MOST, le=MOST)]
Positive = Annotated[int, Field(strict=True, gt=0, le=MOST)]
Index = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Seeds = Annotated[list[int], BeforeValidator(_as_seeds)]
Rate = Annotated[float, BeforeValidator(_not_bool), Field(gt=0, allow_inf_nan=False)]
Correlation = Annotated[float, BeforeValidator(_not_bool), Field(ge=-1, le=1)]
Fraction = Annotated[float, BeforeValidator(_not_bool), Field(ge=0, le=1)]
# Of an optimizer or loss; labreport.declarations.methods says what each may be.
Argument = Annotated[Any, BeforeValidator(in_floats)]
