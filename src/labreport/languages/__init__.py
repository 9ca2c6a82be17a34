"""All that this project itself says, in each language of a report: a file of words each, `en.yaml` and `zh.yaml`.

Words are no code: a job's key has the digest of the sections that its step says something from, in its language.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("zh", "en")
SHARED = (
    *("classes", "groups", "splits", "metrics", "quantities", "labels"),
    *("units", "criteria", "precisions", "outcomes"),
)
# Step -> the sections that it says something from.
SAID: Mapping[str, tuple[str, ...]] = {
    "draw": (*SHARED, "alternatives", "networks"),
    "tabulate": (*SHARED, "heads", "notes", "phrases", "cells"),
    "judge": (*SHARED, "methods", "reasons"),
    "write": (*SHARED, "printed", "document", "scales", "scale_notices", "seeds"),
    "pack": ("archive",),
}


@cache
def section(name: str, lang: str) -> Mapping[str, str]:
    """A section of a language's words, by key."""
    found: dict[str, str] = _read(lang)[name]
    return found


@cache
def _read(lang: str) -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / f"{lang}.yaml").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return words


def said(name: str, key: str, lang: str, *values: object) -> str:
    """The words for `key` in `lang` (`zh` or `en`), with `values` in their gaps, if any are given.

    Args:
        name: of the section.

    Raises:
        KeyError: there are no such words.
    """
    words = section(name, lang)[key]
    return words.format(*values) if values else words


def known(name: str, key: str, lang: str) -> str:
    """The words for `key`; one that has none, such as a name of one's own, stands for itself."""
    return section(name, lang).get(key, key)


@cache
def digest(step: str, *langs: str) -> str:
    """Of all that a step may say in some languages: hexadecimal, 16 characters."""
    words = [[section(name, lang) for name in SAID[step]] for lang in langs]
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:16]
