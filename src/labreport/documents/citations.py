"""Works that a report cites: read, set and listed by citeproc, as a style of CSL has it."""

import json
import re
from pathlib import Path

from labreport.documents import pandoc, wording
from labreport.documents.naming import unknown
from labreport.documents.nodes import Node, div, heading, string, walk
from labreport.documents.numbering import opens_appendix
from labreport.errors import TemplateError

FILE = "references.bib"
MOST_BYTES = 4 << 20
REFERENCES = "refs"  # the name that citeproc knows the list by
AND_OTHERS, CHINESE = "等", re.compile("[\u4e00-\u9fff]")
OWN_STYLE = "references.csl"
STYLES = {"zh": "csl/gb-t-7714-2015-numeric.csl", "en": "csl/ieee.csl"}


def keys(folder: Path) -> list[str]:
    """The keys of a bibliography; none where there is no such file.

    Raises:
        TemplateError: it is no text in UTF-8, is larger than any report needs, pandoc cannot read it (says where it
            breaks off), or two entries have one.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    if path.stat().st_size > MOST_BYTES:
        found_size = f"{path.stat().st_size / (1 << 20):.1f} MiB, {MOST_BYTES >> 20} are allowed"
        raise TemplateError(f"{path}: has {found_size}; keep the entries that the report cites")
    try:
        read = pandoc.run(["--from=biblatex", "--to=csljson"], path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path}: is no text in UTF-8 ({error.reason} at byte {error.start}); save it so") from None
    except TemplateError as error:
        raise TemplateError(f"{path}: {error}; look for a brace or comma that is missing above it") from None
    found = [entry["id"] for entry in json.loads(read)]
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
    blocks = document["blocks"]
    wanted = cited(blocks)
    if not wanted:
        return document
    known = keys(folder)
    for key in wanted:
        if key not in known:
            raise unknown(key, f"entry in {FILE}", known)
    if not any(node["t"] == "Div" and node["c"][0][0] == REFERENCES for node in blocks):
        title = heading(1, [string(wording.word("references", lang))], "sec:references", "unnumbered")
        opening = (i for i, node in enumerate(blocks) if node["t"] == "Header" and opens_appendix(node))
        place = next(opening, len(blocks))
        document = {**document, "blocks": [*blocks[:place], title, div([], name=REFERENCES), *blocks[place:]]}
    found = pandoc.cited(document, folder / FILE, style(folder, lang), lang)
    for entry in (node for node in walk(found["blocks"]) if node["t"] == "Div" and "csl-entry" in node["c"][0][1]):
        _in_its_own_language([node for node in walk(entry["c"][1]) if node["t"] == "Str"])
    return found


def _in_its_own_language(words: list[Node]) -> None:
    """Say "et al" of authors in Latin letters, which GB/T 7714 asks for and citeproc, with one language, does not."""
    if not CHINESE.search("".join(node["c"] for node in words).replace(AND_OTHERS, "")):
        for node in words:
            node["c"] = node["c"].replace(AND_OTHERS, "et al")


def cited(blocks: list[Node]) -> list[str]:
    """The keys of all works that a document cites, in reading order."""
    cites = (node["c"][0] for node in walk(blocks) if node["t"] == "Cite")
    return [citation["citationId"] for citations in cites for citation in citations]
