"""Reading YAML, and telling what is wrong with it: file, key, found, allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from labreport.errors import DeclarationError

Checked = TypeVar("Checked", bound=BaseModel)


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


def read_yaml(path: Path, where: str) -> dict[str, Any]:
    """The mapping in a YAML file.

    Args:
        path: the file.
        where: how messages name it.

    Raises:
        DeclarationError: it is missing, not UTF-8, not YAML, or not a mapping of words.
    """
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except FileNotFoundError:
        raise DeclarationError(f"{where}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{where}: cannot be read: {error}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DeclarationError(f"{where}{_mark(error)}: not valid YAML: {_problem(error)}") from None
    if not isinstance(value, dict):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise DeclarationError(f"{where}: a mapping `key: value` is needed, found {found}")
    for key in value:
        if not isinstance(key, str):
            raise DeclarationError(f"{where}: key {key!r}: a word is needed, quote it")
    return value


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
    for mistake in error.errors(include_url=False):
        location = tuple(part for part in mistake["loc"] if not _is_union_tag(part))
        key = ".".join([*([at] if at else []), *map(str, location)])
        lines.append(f"{where}: {key + ': ' if key else ''}{_words(dict(mistake), model)}")
    return "\n".join(dict.fromkeys(lines))


def _is_union_tag(part: object) -> bool:
    """pydantic puts the tried alternative of a union into the location."""
    tags = ("constrained-", "function-", "literal[", "list[", "dict[")
    return isinstance(part, str) and (part in {"str", "int", "float", "bool", "Text"} or part.startswith(tags))


def _words(mistake: dict[str, Any], model: type[BaseModel]) -> str:
    found = shown(mistake.get("input"))
    kind, context = mistake["type"], mistake.get("ctx", {})
    if kind == "extra_forbidden":
        fields = _fields_at(model, mistake["loc"][:-1])
        return f"unknown key{suggestion(str(mistake['loc'][-1]), fields)}"
    if kind == "missing":
        return "is missing; it is needed"
    if kind == "literal_error":
        return f"found {found}, allowed is {context['expected']}"
    if kind == "value_error":
        return f"{context['error']!s}; found {found}"
    if kind == "string_pattern_mismatch":
        return f"found {found}, which does not have the form {context['pattern']}"
    return f"found {found}, but {mistake['msg'][:1].lower()}{mistake['msg'][1:]}"


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
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"? allowed: ...`, as far as there is something to say."""
    names = list(allowed)
    near = difflib.get_close_matches(word, names, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return (
        f"{hint} allowed: {', '.join(names)}" if hint and names else f"; allowed: {', '.join(names)}" if names else hint
    )


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`; `model` and `data` are merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = {**merged[key], **value} if key in {"model", "data"} and both else value
    return merged
