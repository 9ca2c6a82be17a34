"""What is there beside what is derived once more, in words."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from labreport.claims.verdict import adjusted
from labreport.files import as_json

SHOWN, LONGEST = 5, 60


def of_predictions(folder: Path, spec: Mapping[str, Any]) -> dict[str, str]:
    """What a run's predictions say of it."""
    from labreport.running.record import derived  # which imports torch

    return derived(folder, spec)


def unlike(found: bytes, expected: bytes) -> list[str]:
    """The first `SHOWN` lines in which a file is not what it should be."""
    if found == expected:
        return []
    try:
        lines = zip_longest(found.decode().splitlines(), expected.decode().splitlines(), fillvalue="nothing")
    except UnicodeDecodeError:
        return ["is not what comes out of the runs"]
    places = [f"line {number}: {_both(*pair)}" for number, pair in enumerate(lines, 1) if pair[0] != pair[1]]
    more = len(places) - SHOWN
    return [*places[:SHOWN], *([f"and {more} more lines"] if more > 0 else [])] or ["found other ends of lines"]


def compared(folder: Path, derived: Mapping[str, str | bytes]) -> Iterator[tuple[str, str]]:
    """File and what is wrong, wherever what a folder holds is not what is derived."""
    for name, expected in derived.items():
        try:
            found = (folder / name).read_bytes()
        except OSError as error:
            yield name, f"cannot be read ({error})"
        else:
            as_bytes = expected.encode(errors="surrogatepass") if isinstance(expected, str) else expected
            yield from ((name, place) for place in unlike(found, as_bytes))


def claims(derived: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The files of a report's claims, adjusted together, from what each is by itself."""
    return {f"{name}.json": as_json(file) for name, file in adjusted(derived).items()}


def _both(one: str, other: str) -> str:
    """Two lines from shortly before they part."""
    same = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, same - LONGEST // 3) if max(len(one), len(other)) > LONGEST else 0
    found, expected = (f"{'...' if start else ''}{text[start : start + LONGEST]}" for text in (one, other))
    return f"found {found or 'an empty line'}, expected {expected or 'an empty line'}"
