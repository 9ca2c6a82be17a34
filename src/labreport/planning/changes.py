"""Changes between two specs in words: `learning_rate 0.001 -> 0.0005`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.planning.difference import ABSENT, differences
from labreport.planning.plan import Kept

# Lists whose entries have names, so that a change inside one can be told.
NAMED_LISTS = frozenset({"augment", "variants"})
# Levels of a spec that a reader need not be told.
SILENT = frozenset({"training", "parameters", "variants"})
LONGEST = 40


def spread(spec: Any) -> Any:
    """A spec in which the entries of lists with names stand under their names."""
    if not isinstance(spec, Mapping):
        return spec
    return {
        name: {one["name"]: one for one in value}
        if name in NAMED_LISTS and isinstance(value, list) and all(_is_named(one) for one in value)
        else spread(value)
        for name, value in spec.items()
    }


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
        path = path[:-1]
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
    if _is_named(value):
        return str(value["name"])
    return json.dumps(value, ensure_ascii=False)


def data_changes(root: Path, data: Kept, old_key: str) -> Iterator[str]:
    """What is different about prepared data, as far as the earlier ones are still there to tell.

    Args:
        root: the project's folder.
        data: the planned prepared data.
        old_key: the key of the earlier ones, of the same data set.
    """
    old = (read_object(root / f"results/data/{data.name}/{old_key}/dataset.json") or {}).get("spec")
    if not isinstance(old, Mapping):
        yield f"data {data.name} changed"
        return
    new = {name: value for name, value in data.spec.items() if name != "folder"}
    for path, before, after in differences(spread(old), spread(new)):
        if path == ("code",):
            yield f"code that prepares {data.name} changed"
        elif path == ("digest",):
            yield _source_change(data.name, str(before), str(after))
        else:
            yield change(("data", *path), before, after)


def _source_change(name: str, old: str, new: str) -> str:
    was_sample, is_sample = (digest.startswith("sample:") for digest in (old, new))
    if was_sample and is_sample:
        return f"generated sample of {name} changed"
    if is_sample:
        return f"a generated sample of {name} instead of the real data"
    return f"real {name} instead of a generated sample" if was_sample else f"archive of {name} changed"


def vectors_changes(root: Path, vectors: Kept | None, old: Any) -> Iterator[str]:
    """What is different about word vectors, as far as the earlier ones are still there to tell.

    Args:
        root: the project's folder.
        vectors: the planned word vectors, None where there are none.
        old: the key of the earlier ones, or what stands in its place.
    """
    if vectors is None or not isinstance(old, str):
        yield "word vectors taken away" if vectors is None else "word vectors added"
        return
    before = read_object(root / f"results/vectors/{vectors.name}/{old}/spec.json")
    if before is None:
        yield "word vectors changed"
        return
    for path, one, other in differences(before, vectors.spec):
        if path == ("code",):
            yield "code that learns word vectors changed"
        elif path[0] != "data":  # the run's own data tell that
            yield change(("word vectors", *path), one, other)


def product_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """How a product's spec differs from the one it was made with.

    Args:
        old: of its record.
        new: as it is planned.
    """
    for path, before, after in differences(old, new):
        if path == ("code",):
            yield "its code changed"
        elif path[0] == "experiments" and len(path) > 1:
            yield f"{'.'.join(path[2:]) or 'experiment'} of {path[1]} changed"
        elif isinstance(before, str | int | float | bool) and isinstance(after, str | int | float | bool):
            yield f"{'.'.join(path)} {before} -> {after}"
        else:
            how = "added" if before is ABSENT else "taken away" if after is ABSENT else "changed"
            yield f"{'.'.join(path)} {how}"


def read_object(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file; None where it is absent or damaged, which tells as little as one that is absent."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
