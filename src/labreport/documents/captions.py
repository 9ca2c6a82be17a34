"""Captions that no template writes."""

from __future__ import annotations

from labreport.documents.listings import Excerpt
from labreport.documents.pandoc import Node, code, string


def listing(shown: Excerpt, lang: str) -> list[Node]:
    """What stands beside the number of a listing: the name, the file, the lines."""
    lines = f"{shown.first}–{shown.last}"
    if lang == "zh":
        return [code(shown.name), string("（"), code(shown.file), string(f" 第 {lines} 行）")]
    return [code(shown.name), string(" ("), code(shown.file), string(f", lines {lines})")]
