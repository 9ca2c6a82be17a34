"""What in a finished web page or Word file is more than text: scripts, loads, fields, links that lead elsewhere."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

BANNED = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "foreignobject", "applet", "frame"}
LINKS = re.compile(r"(#|https?://|mailto:)", re.IGNORECASE)
PICTURES = re.compile(r"data:image/(png|jpeg|svg\+xml);base64,")
FIELD = re.compile(r" (SEQ \S+ \\\* ARABIC|REF \w+ \\h \\\* MERGEFORMAT|PAGE|NUMPAGES) ")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Page(HTMLParser):
    """A page of HTML: `found` is what harms in it, `words` what it shows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Judge an element and its attributes."""
        self.found += [f"<{tag}>"] if tag in BANNED else []
        for name, value in attrs:
            text = (value or "").strip()
            wrong = name.startswith("on") or name in ("srcdoc", "formaction", "background")
            wrong |= name == "http-equiv" and text != "Content-Security-Policy"
            wrong |= name in ("href", "xlink:href") and not LINKS.match(text)
            wrong |= name in ("src", "srcset", "poster", "data") and not PICTURES.match(text)
            wrong |= name == "style" and "url" in text.lower()
            self.found += [f"<{tag} {name}={text[:60]!r}>"] if wrong else []

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words.append(data)


def word_file(data: bytes) -> tuple[list[str], str]:
    """What harms in a Word file, and the words that it shows."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    found += [name for name in parts if re.search(r"vba|embeddings|activeX|\.bin$", name)]
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            found += [f"{name}: {one}" for one in _of_part(ElementTree.fromstring(part))]
    return found, "".join(node.text or "" for node in ElementTree.fromstring(parts["word/document.xml"]).iter(f"{W}t"))


def _of_part(tree: ElementTree.Element) -> Iterator[str]:
    for node in tree.iter():
        instruction = node.get(f"{W}instr") if node.tag == f"{W}fldSimple" else None
        instruction = node.text or "" if node.tag == f"{W}instrText" else instruction
        if instruction is not None and not FIELD.fullmatch(instruction):
            yield f"field {instruction[:60]!r}"
        if node.tag.endswith("}altChunk") or node.tag.endswith("}object"):
            yield node.tag
        if node.get("TargetMode") == "External" and not re.match("https?://|mailto:", node.get("Target", "")):
            yield f"link to {node.get('Target')!r}"
