"""A document tree as the bytes of a Word file."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labreport.documents import pandoc, wording
from labreport.documents.native import div
from labreport.documents.pandoc import LANGUAGES, Node, paragraph, raw_block, string
from labreport.documents.provenance import Provenance
from labreport.documents.text import clean
from labreport.documents.word_styles import reference
from labreport.documents.zips import packed, unpacked

CORE, BODY = "docProps/core.xml", "word/document.xml"
# A bookmark around a cover and the end of its page.
_BEGIN = '<w:bookmarkStart w:id="99999" w:name="cover"/>'
_END = '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:bookmarkEnd w:id="99999"/>'
COVER = re.compile(r'(<w:body>)(.*?)(<w:bookmarkStart w:id="99999".*<w:bookmarkEnd w:id="99999" ?/>)', re.DOTALL)


def written(
    tree: dict[str, Node],
    lang: str,
    declaration: Mapping[str, Any],
    provenance: Provenance,
    notices: list[str],
    cover: list[Node],
) -> bytes:
    """The Word file of a document, the same bytes whenever it is made.

    Args:
        tree: as the layout has set it.
        lang: `zh` or `en`.
        declaration: of the title page.
        provenance: when and from what it was written.
        notices: what is to be kept in mind of the whole.
        cover: a page before the title.

    Raises:
        TemplateError: pandoc refuses it.
    """
    notes = [div([paragraph([string(clean(text))])], custom_style="Notice") for text in notices if text]
    first = [raw_block("openxml", _BEGIN), *cover, raw_block("openxml", _END)] if cover else []
    whole = {**tree, "meta": _meta(lang, declaration, provenance), "blocks": [*first, *notes, *tree["blocks"]]}
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(reference(lang))
        file.flush()
        options = ["--from=json", "--to=docx", f"--reference-doc={file.name}", "--output=-"]
        parts = unpacked(pandoc.run(options, json.dumps(whole)))
    moment = f"{datetime.fromtimestamp(provenance.epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"
    core = re.sub(r"(W3CDTF\">)[^<]*", rf"\g<1>{moment}", parts[CORE].decode())
    # A table's place is read from the table, not from its style, by other programs than Word.
    body = re.sub(r"(<w:tblStyle [^>]*>\s*<w:tblW [^>]*>)", r'\1<w:jc w:val="center"/>', parts[BODY].decode())
    body = COVER.sub(r"\1\3\2", body)  # which pandoc sets behind the title
    return packed({**parts, CORE: core.encode(), BODY: body.encode()})


def _meta(lang: str, declaration: Mapping[str, Any], provenance: Provenance) -> dict[str, Node]:
    """What stands on the title page, and in the properties of the file."""
    about = [str(declaration[key]) for key in ("affiliation", "course") if declaration.get(key)]
    fields = [f"{key}{wording.word('colon', lang)}{value}" for key, value in (declaration.get("fields") or {}).items()]
    commit = f" · {wording.word('commit', lang)} {provenance.commit}" if provenance.commit else ""
    lines = [*([" · ".join(about)] if about else []), *fields, f"{provenance.date}{commit}"]
    date = [part for line in lines for part in ({"t": "LineBreak"}, string(clean(line)))][1:]
    authors = [_said(author) for author in declaration.get("authors") or []]
    found = {"title": _said(declaration["title"]), "author": {"t": "MetaList", "c": authors}}
    found |= {"date": {"t": "MetaInlines", "c": date}, "lang": {"t": "MetaString", "c": LANGUAGES[lang]}}
    return found | ({"subtitle": _said(declaration["subtitle"])} if declaration.get("subtitle") else {})


def _said(text: str) -> Node:
    return {"t": "MetaInlines", "c": [string(clean(str(text)))]}
