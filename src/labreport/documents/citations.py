"""Works that a report cites: read, set and listed by citeproc, as a style of CSL has it."""

from __future__ import annotations

import re
from pathlib import Path

from labreport.documents import pandoc, wording
from labreport.documents.naming import unknown
from labreport.documents.numbering import opens_appendix, walk
from labreport.documents.pandoc import Node
from labreport.errors import TemplateError

FILE = "references.bib"
REFERENCES = "refs"  # the name that citeproc knows the list by
OWN_STYLE = "references.csl"
STYLES = {"zh": "csl/gb-t-7714-2015-numeric.csl", "en": "csl/ieee.csl"}
_KEY = re.compile(r"^\s*@\s*(?!comment|preamble|string)\w+\s*\{\s*([^\s,{}]+)\s*,", re.MULTILINE | re.IGNORECASE)


def keys(folder: Path) -> list[str]:
    """The keys of a bibliography; none where there is no such file.

    Raises:
        TemplateError: two entries have one.
    """
    path = folder / FILE
    found = _KEY.findall(path.read_text(encoding="utf-8")) if path.is_file() else []
    if twice := {key for key in found if found.count(key) > 1}:
        raise TemplateError(f"{path}: {min(twice)} is there twice; rename one")
    return found


def style(folder: Path, lang: str) -> Path:
    """A report's own style where one lies beside its templates, else that of the language."""
    own = folder / OWN_STYLE
    return own if own.is_file() else folder.parent / STYLES[lang]


def listed(document: dict[str, Node], folder: Path, lang: str) -> dict[str, Node]:
    """A document with its citations set, and with its list of references before the appendix.

    Raises:
        TemplateError: a citation is of nothing, or pandoc cannot read the bibliography or the style.
    """
    blocks, known = document["blocks"], keys(folder)
    wanted = cited(blocks)
    for key in wanted:
        if key not in known:
            raise unknown(key, f"entry in {FILE}", known)
    if not wanted:
        return document
    if not any(node["t"] == "Div" and node["c"][0][0] == REFERENCES for node in blocks):
        heading = pandoc.heading(wording.word("references", lang), "sec:references", ["unnumbered"])
        opening = (i for i, node in enumerate(blocks) if node["t"] == "Header" and opens_appendix(node))
        place = next(opening, len(blocks))
        empty = {"t": "Div", "c": [[REFERENCES, [], []], []]}
        document = {**document, "blocks": [*blocks[:place], heading, empty, *blocks[place:]]}
    return pandoc.cited(document, folder / FILE, style(folder, lang), lang)


def cited(blocks: list[Node]) -> list[str]:
    """The keys of all works that a document cites, in reading order."""
    cites = (node["c"][0] for node in walk(blocks) if node["t"] == "Cite")
    return [citation["citationId"] for citations in cites for citation in citations]
