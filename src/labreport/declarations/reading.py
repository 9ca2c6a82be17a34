"""Reading YAML, and telling what is wrong with it: file, key, found, allowed."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from labreport.errors import DeclarationError
from labreport.values import Value

Checked = TypeVar("Checked", bound=BaseModel)

# No declaration comes near these; aliases in YAML make a short file as deep and large as one likes.
DEEPEST = 20
MOST_VALUES = 20_000
LARGEST = 2**63 - 1
LONGEST_KEY = 200
# Settings that a later layer changes key by key.
MERGED = frozenset({"model", "data", "vectors"})
# What is needed where pydantic says that a value is of another type, too large or too small.
NEEDED: Mapping[str, str] = {
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number from {ge} on",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_short": "a text of at least {min_length} letter",
    "string_too_long": "a text of at most {max_length} letters",
}
# Type of a pydantic mistake whose message says all.
TOLD = "told"
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


def explain(error: ValidationError, model: type[BaseModel], where: str, at: str = "") -> str:
    """One line per mistake: where, what was found, what is allowed."""
    lines = []
    for mistake in causes_first(error):
        location = tuple(part for part in mistake["loc"] if not _is_union_tag(part))
        key = ".".join([*([at] if at else []), *map(str, location)])
        lines.append(f"{where}: {key + ': ' if key else ''}{_words(dict(mistake), model)}")
    return "\n".join(dict.fromkeys(lines))


def causes_first(error: ValidationError) -> list[Any]:
    """The entries of `error.errors()`, unknown keys before all that may be missing because of them."""
    return sorted(error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden")


def _is_union_tag(part: object) -> bool:
    """pydantic puts the tried alternative of a union into the location."""
    tags = ("constrained-", "function-", "literal[", "list[", "dict[")
    return isinstance(part, str) and (part in {"str", "int", "float", "bool", "Text"} or part.startswith(tags))


def _words(mistake: dict[str, Any], model: type[BaseModel]) -> str:
    found = shown(mistake.get("input"))
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == TOLD:
        return str(mistake["msg"])
    if kind == "extra_forbidden":
        fields = _fields_at(model, mistake["loc"][:-1])
        return f"unknown key{suggestion(str(mistake['loc'][-1]), fields) if fields else ''}"
    if kind == "missing":
        return f"is missing; it is needed{_misspelt(mistake)}"
    if kind == "literal_error":
        return f"found {found}, allowed is {context['expected']}{_meant(mistake['input'], context['expected'])}"
    if kind == "value_error":
        return f"{context['error']!s}; found {found}"
    if kind == "string_pattern_mismatch":
        return f"found {found}, which does not have the form {context['pattern']}"
    if kind in NEEDED:
        return f"found {found}, {NEEDED[kind].format(**context)} is needed"
    return f"found {found}, but {mistake['msg'][:1].lower()}{mistake['msg'][1:]}"


def _meant(found: Any, expected: str) -> str:
    """The allowed word that is most likely meant; pydantic tells the allowed ones as `'a', 'b' or 'c'`."""
    return did_you_mean(found, re.findall(r"'([^']+)'", expected)) if isinstance(found, str) else ""


def _misspelt(mistake: Mapping[str, Any]) -> str:
    """The key that most likely stands for the missing one, where any key is taken."""
    found = mistake.get("input")
    near = difflib.get_close_matches(str(mistake["loc"][-1]), list(found), n=1) if isinstance(found, Mapping) else []
    return f'; found "{near[0]}" instead' if near else ""


def _fields_at(model: type[BaseModel], location: Iterable[Any]) -> list[str]:
    """The keys allowed at a place inside `model`; nothing where it cannot be told."""
    current: Any = model
    for part in location:
        field = current.model_fields.get(part) if _is_model(current) else None
        if field is None:
            return []
        candidates = [field.annotation, *getattr(field.annotation, "__args__", ())]
        current = next((candidate for candidate in candidates if _is_model(candidate)), None)
    return list(current.model_fields) if _is_model(current) else []


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def shown(value: Any) -> str:
    """A value as a message shows it, cut to a readable length."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."


def unfit(value: Any, wanted: Value) -> str:
    """What was found and what is needed, for a value that `wanted` does not admit."""
    near = did_you_mean(value, wanted.words) if isinstance(value, str) else ""
    return f"found {shown(value)}, {wanted.rule}{near}"


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"? allowed: ...`, or that nothing is allowed."""
    names = list(allowed)
    if not names:
        return "; there are none"
    return f"{did_you_mean(word, names) or ';'} allowed: {', '.join(names)}"


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"?` where an allowed name is close, in upper or lower case, else nothing."""
    names = {name.casefold(): name for name in allowed}
    near = difflib.get_close_matches(word[:80].casefold(), names, n=1)
    return f'; did you mean "{names[near[0]]}"?' if near else ""


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`; what stands under one of `MERGED` is merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = {**merged[key], **value} if key in MERGED and both else value
    return merged
