"""What the folders under results/ say of themselves, and whether that is so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, FOLDERS, ITEMS, SPEC, key_of
from labreport.artifacts.code import digest_of
from labreport.files import SUMS, files_below, read_object, summed, sums_faults


def specs(step: str) -> dict[Path, dict[str, Any]]:
    """Folder -> spec of all that a step made; an archive, which is known by its own digest, is not among it."""
    paths = sorted(Path("results", FOLDERS[step]).glob(f"*/*/{SPEC}")) if step in FOLDERS else []
    found = {path.parent: spec for path in paths if (spec := read_object(path))}
    return {folder: spec for folder, spec in found.items() if step not in ITEMS or _has_items(spec)}


def _has_items(spec: dict[str, Any]) -> bool:
    items = spec.get("items")
    return isinstance(items, dict) and all(isinstance(one, dict) for one in items.values())


def key_in(step: str, folder: Path) -> str | None:
    """The key that the spec in a folder has; None where there is none, or it is damaged."""
    spec = read_object(folder / SPEC)
    try:
        return key_of(step, spec) if spec else None
    except ValueError:
        return None


def faults(step: str, folder: Path) -> Iterator[str]:
    """What does not fit in a folder of results: its files and their digests, its spec and its key, its code."""
    yield from sums_faults(folder)
    if (named := summed(folder)) is not None:  # the digests' own fault tells it else
        yield from (f"{name} has no digest in {SUMS}" for name in files_below(folder) if name not in named)
    key, spec, meanings = key_in(step, folder), read_object(folder / SPEC), read_object(folder / CODE)
    if key is None:
        yield f"{SPEC} is missing or damaged"
    elif key != folder.name:
        yield f"{SPEC} has the key {key}, not {folder.name}"
    if "code" in spec and meanings and digest_of(meanings) != spec["code"]:
        yield f"{CODE} has the digest {digest_of(meanings)}, {SPEC} says {spec['code']}"
