"""`--config KEY=VALUE`, read as Snakemake reads it, so that one spelling serves both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from labreport.errors import DeclarationError

KEY = re.compile(r"[a-zA-Z_][\w-]*\w")


def parse_settings(entries: Iterable[str]) -> dict[str, Any]:
    """The values of config.yaml that a command line overrides.

    Args:
        entries: such as `scale=lite` or `seeds=[0,1]`.

    Raises:
        DeclarationError: an entry is no KEY=VALUE.
    """
    found = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals or not KEY.fullmatch(key):
            raise DeclarationError(
                f"--config: found {entry!r}, allowed is KEY=VALUE such as scale=lite; targets stand before --config"
            )
        found[key] = _value(value.strip("'\""))
    return found


def _value(text: str) -> Any:
    """A number, True or False, else YAML whose plain words stay words; what is no YAML stays as it is."""
    if not text:
        return None
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    if text in {"True", "False"}:
        return text == "True"
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return text
