"""Captions that no template writes."""

from __future__ import annotations

from labreport.documents import wording
from labreport.documents.listings import Excerpt
from labreport.documents.pandoc import Node, code, string


def listing(shown: Excerpt, lang: str) -> list[Node]:
    """What stands beside the number of a listing: the name, the file, the lines."""
    lines = wording.word("listing_lines", lang, shown.first, shown.last)
    return [code(shown.name), string(wording.word("listing", lang)), code(shown.file), string(lines)]
