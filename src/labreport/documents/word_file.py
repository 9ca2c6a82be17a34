"""A document tree as the bytes of a Word file, in pandoc's styles with the fonts, captions and pages of a report."""

import io
import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pypandoc

from labreport.documents import pandoc, shells, wording
from labreport.documents.nodes import Node, div, lines, paragraph, raw_block, string
from labreport.documents.pandoc import LANGUAGES
from labreport.documents.provenance import Provenance
from labreport.documents.text import clean, shortened
from labreport.documents.zips import packed, unpacked

CORE, BODY, STYLES = "docProps/core.xml", "word/document.xml", "word/styles.xml"
# A bookmark around a cover and the end of its page.
_BEGIN = '<w:bookmarkStart w:id="99999" w:name="cover"/>'
_END = '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:bookmarkEnd w:id="99999"/>'
COVER = re.compile(r'(<w:body>)(.*?)(<w:bookmarkStart w:id="99999".*<w:bookmarkEnd w:id="99999" ?/>)', re.DOTALL)
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"
DEFAULTS = f"{W}docDefaults/{W}rPrDefault"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAGE = (
    f'<w:headerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rIdHeader"/>'
    f'<w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" '
    'w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
)
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<w:ftr xmlns:w="{NAMESPACE}"><w:p>'
    '<w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t>{state}</w:t><w:tab/></w:r>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> / </w:t></w:r>'
    '<w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
)
_HEADER = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<w:hdr xmlns:w="{NAMESPACE}"><w:p>'
    '<w:pPr><w:pStyle w:val="Header"/></w:pPr><w:r><w:t>{title}</w:t><w:tab/></w:r>'
    "<w:r><w:rPr><w:b/></w:rPr><w:t>{mark}</w:t></w:r></w:p></w:hdr>"
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# What is added to a part of pandoc's reference document, before which of its ends.
_ADDED = (
    (
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/word/header1.xml" ContentType="{_MAIN}.header+xml"/>'
        f'<Override PartName="/word/footer1.xml" ContentType="{_MAIN}.footer+xml"/></Types>',
    ),
    (
        "word/_rels/document.xml.rels",
        "</Relationships>",
        f'<Relationship Type="{_OFFICE}/header" Id="rIdHeader" Target="header1.xml"/>'
        f'<Relationship Type="{_OFFICE}/footer" Id="rIdFooter" Target="footer1.xml"/></Relationships>',
    ),
    (BODY, "</w:sectPr>", _PAGE),
)


def written(
    document: dict[str, Node],
    cover: list[Node],
    missing: str,
    templates: Path,
    lang: str,
    spec: Mapping[str, Any],
    provenance: Provenance,
) -> bytes:
    """The Word file of a document, the same bytes whenever it is made.

    Args:
        document: as the layout has set it.
        cover: a page before the title.
        missing: what is to be kept in mind of seeds that are not there.
        templates: the folder of all shells.
        lang: `zh` or `en`.
        spec: of a `write` step.
        provenance: when and from what it was written.

    Raises:
        TemplateError: pandoc refuses it.
    """
    scale = wording.scale(spec, lang)
    notices = filter(None, (scale.notice, missing))
    shown = {"title": shortened(spec["declaration"]["title"]), "mark": scale.mark, "state": _state(lang, provenance)}
    head, foot = (
        part.format(**{key: escape(clean(text)) for key, text in shown.items()}) for part in (_HEADER, _FOOTER)
    )
    notes = [div([paragraph([string(clean(text))])], custom_style="Notice") for text in notices]
    first = [raw_block("openxml", _BEGIN), *cover, raw_block("openxml", _END)] if cover else []
    meta = _meta(lang, spec["declaration"], provenance)
    whole = {**document, "meta": meta, "blocks": [*first, *notes, *document["blocks"]]}
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(_reference(shells.fill("docx", templates, lang, spec, provenance), head, foot))
        file.flush()
        options = ["--from=json", "--to=docx", f"--reference-doc={file.name}", "--output=-"]
        parts = unpacked(pandoc.run(options, json.dumps(whole)))
    moment = f"{datetime.fromtimestamp(provenance.epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"
    core = re.sub(r"(W3CDTF\">)[^<]*", rf"\g<1>{moment}", parts[CORE].decode())
    # A table's place is read from the table, not from its style, by other programs than Word.
    body = re.sub(r"(<w:tblStyle [^>]*>\s*<w:tblW [^>]*>)", r'\1<w:jc w:val="center"/>', parts[BODY].decode())
    # They leave room beside a picture that states none, too, and cut it off; pandoc describes it by the data it holds.
    body = body.replace("<wp:inline>", '<wp:inline distT="0" distB="0" distL="0" distR="0">')
    body = re.sub(r'descr="data:image/[^"]*"', 'descr=""', body)
    body = COVER.sub(r"\1\3\2", body)  # which pandoc sets behind the title
    return packed({**parts, CORE: core.encode(), BODY: body.encode()})


def _meta(lang: str, declaration: Mapping[str, Any], provenance: Provenance) -> dict[str, Node]:
    """What stands on the title page, and in the properties of the file."""
    about = " · ".join(str(declaration[key]) for key in ("affiliation", "course") if declaration.get(key))
    fields = [f"{key}{wording.word('colon', lang)}{value}" for key, value in (declaration.get("fields") or {}).items()]
    dated = filter(None, (about, *fields, _state(lang, provenance)))
    authors = [_said(author) for author in declaration.get("authors") or []]
    subtitle = declaration.get("subtitle")
    return {
        "title": _said(declaration["title"]),
        **({"subtitle": _said(subtitle)} if subtitle else {}),
        "author": {"t": "MetaList", "c": authors},
        "date": {"t": "MetaInlines", "c": lines([[string(clean(line))] for line in dated])},
        "lang": {"t": "MetaString", "c": LANGUAGES[lang]},
    }


def _state(lang: str, provenance: Provenance) -> str:
    commit = f" · {wording.word('commit', lang)} {provenance.commit}" if provenance.commit else ""
    return f"{provenance.date}{commit}"


def _said(text: object) -> Node:
    return {"t": "MetaInlines", "c": [string(clean(str(text)))]}


def _reference(look: str, head: str, foot: str) -> bytes:
    """A document whose styles and pages pandoc takes over: its own, with other styles, a running head and a foot."""
    words = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    parts = unpacked(subprocess.run(words, capture_output=True, check=True).stdout)
    parts |= {STYLES: _styles(parts[STYLES], look)}
    parts |= {"word/header1.xml": head.encode(), "word/footer1.xml": foot.encode()}
    return packed(parts | {name: parts[name].decode().replace(end, more).encode() for name, end, more in _ADDED})


def _styles(xml: bytes, look: str) -> bytes:
    """pandoc's styles with the properties of others, and with those that it has not."""
    for _, (prefix, uri) in ElementTree.iterparse(io.BytesIO(xml), events=["start-ns"]):
        ElementTree.register_namespace(prefix, uri)
    root, given = ElementTree.fromstring(xml), ElementTree.fromstring(re.sub(r">\s+<", "><", look))
    known = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
    root.extend(style for style in given.iter(f"{W}style") if style.get(f"{W}styleId") not in known)
    changed = [(known.get(style.get(f"{W}styleId")), style) for style in given.iter(f"{W}style")]
    for old, new in ((root.find(DEFAULTS), given.find(DEFAULTS)), *changed):
        if old is None or new is None:
            continue
        for tag in (f"{W}pPr", f"{W}rPr"):
            there, instead = old.find(tag), new.find(tag)
            if there is not None:
                there[:] = [] if instead is None else list(instead)
            elif instead is not None:
                old.append(instead)
    styles: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return styles
