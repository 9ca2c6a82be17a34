"""Whether a folder of results is what its own digests, its spec and its key say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labreport.files import SUMS, sums_faults
from labreport.planning.changes import read_object
from labreport.planning.code import digest_of
from labreport.planning.keys import key_of, prepared_identity

SPEC = "spec.json"
CODE = "code.json"
DATASET = "dataset.json"


def folder_faults(folder: Path) -> Iterator[str]:
    """What does not fit in the folder of a run, a measurement, word vectors or prepared data.

    Args:
        folder: its name is the key.

    Yields:
        Phrases such as `metrics.csv does not have the digest that SHA256SUMS states`.
    """
    yield from sums_faults(folder)
    yield from _unnamed(folder)
    spec = read_object(folder / SPEC)
    if spec is None and (about := read_object(folder / DATASET)):
        if not isinstance(about.get("spec"), dict):
            yield f"{DATASET} does not say what spec the data have"
            return
        spec = prepared_identity(about["spec"])
    if spec is None:
        yield f"{SPEC} is missing or damaged"
        return
    key = key_of(spec)
    if key != folder.name:
        yield f"its spec has the key {key}, its name says {folder.name}"
    meanings = read_object(folder / CODE)
    if meanings is not None and digest_of(meanings) != spec.get("code"):
        yield f"{CODE} has the digest {digest_of(meanings)}, {SPEC} says {spec.get('code')}"


def _unnamed(folder: Path) -> Iterator[str]:
    """Files that the digests do not cover."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        names = sorted(path.name for path in folder.iterdir())
    except (OSError, UnicodeDecodeError):
        return  # the digests' own fault tells it
    covered = {line.partition("  ")[2] for line in lines}
    yield from (f"{name} is not among {SUMS}" for name in names if name != SUMS and name not in covered)
