"""What is wrong with a declaration, in words: where, what was found, what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from labreport.spelling import did_you_mean
from labreport.values import Value

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
