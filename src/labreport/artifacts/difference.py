"""Where what lies there differs from what is planned, and that in words: `learning_rate 0.001 -> 0.0005`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, ITEMS, SPEC, Artifact, roots
from labreport.artifacts.code import covered
from labreport.files import read_object

ABSENT = object()
# Lists whose entries have names, so that a change inside one can be told.
NAMED_LISTS = frozenset({"augment", "variants"})
# Levels of a spec that a reader need not be told.
SILENT = frozenset({"training", "parameters", "variants", "options", "declaration"})
# Leaf of a spec that is a key -> the step that made what has it, and what that is called.
MADE_FROM: Mapping[tuple[str, ...], tuple[str, str]] = {
    ("data", "key"): ("prepare", "data"),
    ("vectors", "key"): ("vectors", "word vectors"),
    ("digest",): ("sample", "generated sample"),
}
FOLLOWED = frozenset(name for _, name in MADE_FROM.values())
LONGEST = 40
NAMED = 3

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


def followed(
    folder: Path, old: Mapping[str, Any], step: str, new: Mapping[str, Any], needs: Sequence[Artifact] = ()
) -> Iterator[Difference]:
    """Every leaf in which two specs differ, also in the code and in what they are made from.

    Args:
        folder: that the earlier one lies in.
        old: the earlier spec.
        step: that makes both.
        new: the spec that is planned.
        needs: what that is made from.

    Yields:
        As `differences`; of code each definition, ("code", "module:name"), as far as the folder tells them; what data,
        word vectors or a sample differ in that it is made from, under their name; (name, "key") where those are gone.
    """
    for path, was, now in differences(old, new):
        made_by, name = MADE_FROM.get(path, ("", ""))
        need = next((one for one in needs if one.step == made_by), None)
        if path == ("code",) and (meanings := read_object(folder / CODE)):
            covers = covered(roots(step, new))
            # A folder of figures, tables or claims tells the code of all that are in it.
            same = {name: one for name, one in meanings.items() if step not in ITEMS or name in covers}
            yield from differences(same, covers, path)
        elif need is None or (path == ("digest",) and not str(was).startswith("sample:")):
            yield path, was, now
        else:
            earlier = Path(need.folder).parent / str(was).removeprefix("sample:")
            spec = read_object(earlier / SPEC)
            found = followed(earlier, spec, made_by, need.spec, need.needs) if spec else [(("key",), was, now)]
            yield from (((name, *inner), *pair) for inner, *pair in found)


def is_code(difference: Difference) -> bool:
    """Whether it is one of code: a definition's, or all of it where the earlier folder does not tell them."""
    return "code" in _own(difference[0])[:1]


def is_gone(difference: Difference) -> bool:
    """Whether what an earlier one was made from is gone, so that nothing tells in what they differ."""
    return len(difference[0]) > 1 and _own(difference[0]) == ("key",)


def _own(path: tuple[str, ...]) -> tuple[str, ...]:
    """What leads to a leaf inside the spec that it is in, be that of data or of word vectors."""
    return next((path[place:] for place, name in enumerate(path) if name not in FOLLOWED), ())


def in_words(found: Iterable[Difference]) -> list[str]:
    """Differences in words, each once."""
    found = list(found)
    inside = [(path[-1], pair) for path, *pair in found if "code" in _own(path)[:-1]]
    code = {name.removeprefix("labreport.").removesuffix(":"): pair for name, pair in inside}
    edited = sorted(name for name, pair in code.items() if ABSENT not in pair)
    words = [f"code of {listed(edited, NAMED)} changed"] if edited else []
    other_data = any(path == ("data", "dataset") for path, _, _ in found)
    for path, old, new in found:
        said = "code" in _own(path)[:-1] or path == ("task", "target") or (other_data and path[-1] == "key")
        if not said and path[:2] != ("word vectors", "data"):  # which are the run's own
            words.append(change(path, old, new))
    if not words and code:  # definitions that come or go with something else say nothing beside it
        words = [f"code of {listed(sorted(code), NAMED)} came or went"]
    return list(dict.fromkeys(words))


def change(path: tuple[str, ...], old: Any, new: Any) -> str:
    """One leaf's change in words.

    Args:
        path: the names that lead to it.
        old: the earlier value; `ABSENT` where there was none.
        new: the planned value; `ABSENT` where there is none.
    """
    first, last = path[0], path[-1]
    if first in {"files", "listings"} and len(path) > 1:
        return f"{path[1]} changed"
    if first in {"figures", "tables", "claims"}:
        return f"{first} are made anew"
    if first == "experiments" and len(path) > 1:
        return f"{'results' if 'runs' in path else '.'.join(path[2:]) or 'experiment'} of {path[1]} changed"
    if path == ("text",) or _own(path) == ("code",):
        return "its text is written anew" if first == "text" else "code changed"
    if path == ("words",):
        return "words of the house changed"
    if last == "digest":
        was, now = (str(digest).startswith("sample:") for digest in (old, new))
        if was != now:
            return "a generated sample instead of the real data" if now else "real data instead of a generated sample"
        return "archive changed"
    if path == ("data", "dataset"):
        path = ("data set",)
    if last == "target":
        old, new = _classes(old, new)
        path = path[:-1] or ("reader",)
    if last == "name" and len(path) > 1:
        path = path[:-1]
    label = " ".join(part for part in path if part not in SILENT) or ".".join(path)
    if last == "key":
        return f"{' '.join(path[:-1])} changed; the earlier is gone, so that nothing tells in what"
    whole = new if old is ABSENT else old
    if ABSENT in (old, new) and (
        not NAMED_LISTS.isdisjoint(path[-2:-1]) or (isinstance(whole, Mapping) and not _is_named(whole))
    ):
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
