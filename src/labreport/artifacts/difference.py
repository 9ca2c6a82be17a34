"""Where two specs differ, and that in words: `learning_rate 0.001 -> 0.0005`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = object()
# Lists whose entries have names, so that a change inside one can be told.
NAMED_LISTS = frozenset({"augment", "variants"})
# Levels of a spec that a reader need not be told.
SILENT = frozenset({"training", "parameters", "variants", "options"})
LONGEST = 40

Difference = tuple[tuple[str, ...], Any, Any]


def differences(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Every leaf that two JSON values do not share.

    Args:
        old: the earlier value.
        new: the value that is planned.
        path: names that lead to both.

    Yields:
        (names that lead to the leaf, earlier value, planned value), sorted by names; `ABSENT` where one has none. Lists
        are leaves, but for those whose entries have names.
    """
    old, new = _by_name(path, old), _by_name(path, new)
    if ABSENT in (old, new) and path[-1] == "parameters":  # which are left out where all have their defaults
        old, new = ({} if one is ABSENT else one for one in (old, new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), (*path, name))
    elif old != new or type(old) is not type(new):
        yield path, old, new


def _by_name(path: tuple[str, ...], value: Any) -> Any:
    """A list with names as a mapping of its entries."""
    if path and path[-1] in NAMED_LISTS and isinstance(value, list) and all(map(_is_named, value)):
        return {one["name"]: one for one in value}
    return value


def _is_named(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("name"), str)


def change(path: tuple[str, ...], old: Any, new: Any) -> str:
    """One leaf's change in words.

    Args:
        path: the names that lead to it.
        old: the earlier value; `ABSENT` where there was none.
        new: the planned value; `ABSENT` where there is none.
    """
    if path == ("data", "dataset"):
        path = ("data set",)
    if path[-1] == "target":
        old, new = _classes(old, new)
        path = path[:-1] or ("reader",)
    if path[-1] == "name" and len(path) > 1:
        path = path[:-1]
    label = " ".join(part for part in path if part not in SILENT) or ".".join(path)
    if len(path) > 1 and path[-2] in NAMED_LISTS and ABSENT in (old, new):
        return f"{label} {'added' if old is ABSENT else 'taken away'}"
    shown = shown_value(old), shown_value(new)
    return f"{label} {shown[0]} -> {shown[1]}" if max(map(len, shown)) <= LONGEST else f"{label} changed"


def _classes(*targets: Any) -> tuple[Any, ...]:
    """Targets by their class alone where that tells them apart."""
    names = tuple(one.partition(":")[2] if isinstance(one, str) else one for one in targets)
    return names if len(set(names)) > 1 else targets


def shown_value(value: Any) -> str:
    """A value as YAML would have it; what has a name by its name."""
    if value is ABSENT:
        return "not set"
    if value is None:
        return "none"
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value["name"]) if _is_named(value) else json.dumps(value, ensure_ascii=False)


def listed(names: list[str], most: int) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"
