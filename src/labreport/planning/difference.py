"""Where two specs differ, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = object()


def differences(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every leaf that two JSON values do not share.

    Args:
        old: the earlier value.
        new: the value that is planned.
        path: names that lead to both.

    Yields:
        (names that lead to the leaf, earlier value, planned value), sorted by names; `ABSENT` where one has none. Lists
        are leaves: their entries have no names.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            yield from differences(old.get(name, ABSENT), new.get(name, ABSENT), (*path, name))
    elif old != new or type(old) is not type(new):
        yield path, old, new
