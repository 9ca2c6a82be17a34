"""Two versions of a file, and where they differ: by row and column, by key, or by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

SHOWN = 5
LONGEST = 60
ABSENT = "nothing"
TextPair = tuple[str, str]


def file_differences(found: Path, expected: Path) -> list[str]:
    """Where a file is not what it should be, the first `SHOWN` places and how many more there are.

    Args:
        found: the file that is there; `.csv` and `.json` are compared by what they hold, others by lines.
        expected: what it should be.

    Returns:
        Phrases such as `row 3, val_accuracy: found 0.9, expected 0.8`; empty where both have the same bytes.
    """
    try:
        contents = found.read_bytes(), expected.read_bytes()
    except OSError as error:
        return [f"cannot be read ({error.strerror or error})"]
    if contents[0] == contents[1]:
        return []
    try:
        texts = contents[0].decode(), contents[1].decode()
    except UnicodeDecodeError:
        return ["found other bytes than expected"]
    compared = {".csv": _tables, ".json": _objects}.get(found.suffix, _lines)
    places = list(compared(texts)) or list(_lines(texts)) or ["found other bytes than expected, such as ends of lines"]
    more = len(places) - SHOWN
    return places if more <= 0 else [*places[:SHOWN], f"and {more} more places"]


def _tables(texts: TextPair) -> Iterator[str]:
    """Cells that differ; rows are counted from 1 below the head."""
    found, expected = (list(csv.reader(io.StringIO(text))) for text in texts)
    heads = [rows[0] if rows else [] for rows in (found, expected)]
    if heads[0] != heads[1]:
        yield f"columns: found {_shown(','.join(heads[0]))}, expected {_shown(','.join(heads[1]))}"
        return
    if len(found) != len(expected):
        yield f"rows: found {len(found) - 1}, expected {len(expected) - 1}"
        return
    for number, (row, other) in enumerate(zip(found[1:], expected[1:], strict=True), start=1):
        for column, one, two in zip_longest(heads[0], row, other, fillvalue=ABSENT):
            if one != two:
                yield f"row {number}, {column}: {_both(one, two)}"


def _objects(texts: TextPair) -> Iterator[str]:
    try:
        found, expected = (json.loads(text) for text in texts)
    except ValueError:
        yield "is no JSON"
        return
    yield from _values(found, expected, "")


def _values(found: Any, expected: Any, at: str) -> Iterator[str]:
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}):
            yield from _values(found.get(name, ABSENT), expected.get(name, ABSENT), f"{at}.{name}" if at else name)
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for index, (one, two) in enumerate(zip(found, expected, strict=True)):
            yield from _values(one, two, f"{at}[{index}]")
    elif found != expected or type(found) is not type(expected):
        yield f"{at}: {_both(found, expected)}"


def _lines(texts: TextPair) -> Iterator[str]:
    found, expected = (text.splitlines() for text in texts)
    for number, (line, other) in enumerate(zip_longest(found, expected, fillvalue=ABSENT), start=1):
        if line != other:
            yield f"line {number}: {_both(*_around(line, other))}"


def _around(one: str, other: str) -> TextPair:
    """Two long lines from shortly before they part."""
    same = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, same - LONGEST // 3) if max(len(one), len(other)) > LONGEST else 0
    dots = "..." if start else ""
    return f"{dots}{one[start:]}", f"{dots}{other[start:]}"


def _both(found: Any, expected: Any) -> str:
    return f"found {_shown(found)}, expected {_shown(expected)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text or "an empty text"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
