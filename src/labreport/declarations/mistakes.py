"""What is wrong with a declaration, in words: where, what was found, what is allowed."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from labreport.errors import DeclarationError
from labreport.spelling import SUGGESTED, did_you_mean

Checked = TypeVar("Checked", bound=BaseModel)
# Names and file names become parts of paths, which no file system takes at any length.
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
OF_NAMES = "letters, digits and underscores, at most 64, and begins with a letter"
TOLD = "told"  # type of a pydantic mistake whose message says all


def told(words: str, at: str = "") -> PydanticCustomError:
    """A mistake told in full: what was found and what is needed.

    Args:
        words: the message.
        at: the key inside the value that is checked, where it is about one of several.
    """
    return PydanticCustomError(TOLD, "{words}", {"words": words, "at": at})


def check(model: type[Checked], value: Any, where: str, *, at: str = "", context: Any = None) -> Checked:
    """`value` as a `model`.

    Args:
        model: a pydantic model.
        value: what the YAML holds.
        where: the file, for messages.
        at: the key inside it under which `value` stands.
        context: what its validators may look names up in.

    Raises:
        DeclarationError: one line per mistake.
    """
    try:
        return model.model_validate(value, context=context)
    except ValidationError as error:
        found = [(".".join(filter(None, [at, key])), words) for key, words in explained(error, value)]
        raise DeclarationError(
            "\n".join(f"{where}: {key}{': ' if key else ''}{words}" for key, words in found)
        ) from None


def explained(error: ValidationError, value: Any) -> list[tuple[str, str]]:
    """(key, what is wrong with it) of every mistake in a value, each told once."""
    found: dict[tuple[str, str], str] = {}
    for mistake in error.errors(include_url=False):
        path, about, inner = [], mistake.get("ctx", {}), value
        for index, one in enumerate(mistake["loc"], start=1):
            leads_on = one in inner if isinstance(inner, Mapping) else isinstance(inner, list) and isinstance(one, int)
            if leads_on:
                inner = inner[one]
            # what leads nowhere is pydantic's name of an alternative
            if leads_on or (mistake["type"] == "missing" and index == len(mistake["loc"])):
                path.append(str(one))
        path.append(str(about.get("at", "")))
        kind, message, wrong = mistake["type"], mistake["msg"], mistake["input"]
        if kind in {"union_tag_invalid", "union_tag_not_found"}:
            path.append(about["discriminator"].strip("'"))
            kind = "missing" if path[-1] not in wrong else kind
            wrong, message = wrong.get(path[-1]), f"Input should be one of {about.get('expected_tags')}"
        key = ".".join(one if one.isprintable() else ascii(one)[1:-1] for one in path if one)
        found[key, _words(kind, message, wrong)] = kind
    other = {key for (key, _), kind in found.items() if kind != "model_type"}
    # where several forms are allowed, that of a model is pydantic's name for the longest of them
    return _joined(mistake for mistake, kind in found.items() if kind != "model_type" or mistake[0] not in other)


def _joined(mistakes: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mistakes with those of one value, which several forms are allowed for, in one."""
    told: dict[tuple[str, str], str] = {}
    for key, words in mistakes:
        value, should, what = words.partition("; it should be ")
        before = told.get((key, value)) if should else None
        if before and SUGGESTED in before + what:  # that form was meant
            what = max(before, what, key=lambda one: SUGGESTED in one)
        elif before:
            what = f"{before}, or {what}"
        told[key, value if should else words] = what
    return [(key, f"{value}; it should be {what}" if what else value) for (key, value), what in told.items()]


def _words(kind: str, message: str, value: Any) -> str:
    """What pydantic says, with what was found, and the allowed word that is most likely meant."""
    if kind in {TOLD, "missing"}:
        return message if kind == TOLD else "is missing; it is needed"
    if kind == "string_type" and isinstance(value, bool | int | float | date):
        return f"found {shown(value)}: YAML reads no text there; put what is to be printed in quotes"
    if kind == "string_pattern_mismatch" and repr(NAME.pattern) in message:
        return f"found {shown(value)}, a name has {OF_NAMES}"
    message = re.sub(r" after validation, not \d+$", "", message)  # that many were found
    words = re.sub(r"^(Input|Value|List|Dictionary|String)\b", "it", message.removeprefix("Value error, "))
    near = did_you_mean(str(value), re.findall(r"'([^']+)'", message))
    return f"found {shown(value)}; {words}{near}"


def shown(value: Any) -> str:
    """A value as a message shows it, cut to a readable length."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."


def unknown(name: Any, words: str, allowed: Iterable[str]) -> str:
    """`found "x", which is not a y; did you mean "z"? allowed: ...`."""
    return f"found {shown(name)}, which {words}{suggestion(str(name), allowed)}"


def suggestion(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean "x"? allowed: ...`, or that nothing is allowed."""
    names = list(allowed)
    if not names:
        return "; there are none"
    return f"{did_you_mean(word, names) or ';'} allowed: {', '.join(names)}"
