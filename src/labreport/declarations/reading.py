"""Reading YAML: only what a spec can hold, checked against a model, merged."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from labreport.declarations.mistakes import explain, shown
from labreport.errors import DeclarationError

Checked = TypeVar("Checked", bound=BaseModel)

# No declaration comes near these; aliases in YAML make a short file as deep and large as one likes.
DEEPEST = 20
MOST_VALUES = 20_000
LARGEST = 2**63 - 1
LONGEST_KEY = 200
# Settings that a later layer changes key by key.
MERGED = frozenset({"model", "data", "vectors"})
EXPONENT = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+")


class _UniqueKeys(yaml.SafeLoader):
    """YAML lets a later key silently replace an earlier one; here that is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            try:
                twice = key in seen
            except TypeError:
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a plain word", key_node.start_mark
                ) from None
            if twice:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands here a second time", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# PyYAML follows YAML 1.1, where 1e-4 is a word and only 1.0e-4 a number.
_UniqueKeys.add_implicit_resolver("tag:yaml.org,2002:float", EXPONENT, list("-+0123456789"))


def read_yaml(path: Path, where: str) -> dict[str, Any]:
    """The mapping in a YAML file.

    Args:
        path: the file.
        where: how messages name it.

    Raises:
        DeclarationError: it is missing, not UTF-8, not YAML, or not a mapping of words.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no file")  # a pipe would be waited for
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except FileNotFoundError:
        raise DeclarationError(f"{where}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{where}: cannot be read: {error}") from None
    except Exception as error:  # a tag with a value that it does not take, such as `!!bool x`, fails in its own way
        raise DeclarationError(f"{where}{_mark(error)}: not valid YAML: {_problem(error)}") from None
    if not isinstance(value, dict):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise DeclarationError(f"{where}: a mapping `key: value` is needed, found {found}")
    check_plain(value, where)
    return value


def check_plain(value: Any, where: str) -> None:
    """Refuse what no declaration needs and no spec can hold, wherever it stands in `value`.

    Raises:
        DeclarationError: keys that are no words, dates, sets, infinite numbers, control characters, endless nesting.
    """
    waiting: list[tuple[Any, tuple[str, ...]]] = [(value, ())]
    seen = 0
    while waiting:
        one, way = waiting.pop()
        seen += 1
        at = f"{where}: {'.'.join(way)}{': ' if way else ''}"
        if seen > MOST_VALUES or len(way) > DEEPEST:
            at = f"{where}: {'.'.join(way[:3])}: " if way else at
            raise DeclarationError(f"{at}more than {MOST_VALUES} values, or nested deeper than {DEEPEST}")
        if isinstance(one, dict):
            for key in one:
                fault = _key_fault(key) if isinstance(key, str) else "a word is needed, quote it"
                if fault:
                    raise DeclarationError(f"{at}key {shown(key)}: {fault}")
            waiting.extend((inner, (*way, key)) for key, inner in one.items())
        elif isinstance(one, list):
            waiting.extend((inner, (*way, str(index))) for index, inner in enumerate(one))
        elif fault := _fault(one):
            raise DeclarationError(f"{at}found {shown(one)}, {fault}")


def _key_fault(key: str) -> str | None:
    """Why a word cannot be a key, which messages show as it is."""
    if len(key) > LONGEST_KEY:
        return f"at most {LONGEST_KEY} letters are allowed"
    return None if key.isprintable() and key.strip() == key != "" else "a word of printable letters is needed"


def _fault(value: Any) -> str | None:
    """Why a single value cannot stand in a declaration."""
    if isinstance(value, str):
        if any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in value):
            return "a text without control characters is needed"
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return "a finite number is needed"
    if isinstance(value, int) and abs(value) > LARGEST:
        return f"a number of at most {LARGEST} is needed"
    plain = value is None or isinstance(value, (bool, int, float))
    return None if plain else f"which YAML reads as a {type(value).__name__}; quote it to make it a text"


def _mark(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def check(model: type[Checked], value: Any, where: str, *, at: str = "") -> Checked:
    """`value` as a `model`.

    Args:
        model: a pydantic model.
        value: what the YAML holds.
        where: the file, for messages.
        at: the key inside it under which `value` stands.

    Raises:
        DeclarationError: one line per mistake.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise DeclarationError(explain(error, model, where, at)) from None


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`; what stands under one of `MERGED` is merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = {**merged[key], **value} if key in MERGED and both else value
    return merged
