"""The list of references: each work as a line of text, the same in every format."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labreport.documents import pandoc, wording
from labreport.documents.bibliography import Entry
from labreport.documents.numbering import walk
from labreport.documents.pandoc import Node, emphasised, paragraph, space, string

REFERENCES_CLASS = "labreferences"
MOST_AUTHORS, FIRST_AUTHORS = 6, 3
OTHERS = "others"  # what BibTeX writes in the place of further authors
SHOWN = ("title", "journal", "booktitle", "publisher", "volume", "number", "pages")
_AND = re.compile(r"\s+and\s+(?![^{]*\})")
_SPECIAL = re.compile(r"(?<!\\)([%#&])")  # meant as themselves in a field


def block(entries: Sequence[Entry], lang: str) -> Node:
    """The list as the document tree holds it: a div with one paragraph for each work."""
    keys = " ".join(entry.key for entry in entries)
    return {"t": "Div", "c": [["", [REFERENCES_CLASS], [["keys", keys]]], list(map(paragraph, lines(entries, lang)))]}


def lines(entries: Sequence[Entry], lang: str) -> list[list[Node]]:
    """Each work as the nodes of one line: authors, title, where it appeared, year, link.

    Accents and formulas are read as LaTeX writes them; nothing else that LaTeX could do is done.
    """
    authors = [[_name_parts(author) for author in _AND.split(entry.fields["author"])] for entry in entries]
    values: list[str] = []
    for entry, names in zip(entries, authors, strict=True):
        values += [entry.fields.get(name, "") for name in SHOWN]
        values += [part for name in names for part in name]
    read = iter(_read(values))
    found = []
    for entry, names in zip(entries, authors, strict=True):
        fields = {name: next(read) for name in SHOWN}
        shown = [_name(_text(next(read)), _text(next(read))) for _ in names]
        found.append(_line(entry, fields, shown, lang))
    return found


def _line(entry: Entry, fields: dict[str, list[Node]], names: list[str], lang: str) -> list[Node]:
    title = fields["title"] if _text(fields["title"]).endswith(("?", "!", ".")) else [*fields["title"], string(".")]
    venue = fields["journal"] or fields["booktitle"] or fields["publisher"]
    appeared = [*venue, string(","), space()] if venue else []
    year = string(f"{entry.fields['year']}{_issue(fields)}.")
    link = {"t": "Link", "c": [["", ["uri"], []], [string(entry.link)], [entry.link, ""]]}
    authors = string(_listed(names, lang).rstrip(".") + ".")
    return [authors, space(), emphasised(title), space(), *appeared, year, space(), link]


def _listed(names: list[str], lang: str) -> str:
    """All of a few authors; the first of many, and that there are more."""
    known = [name for name in names if name != OTHERS]
    if len(known) < len(names) or len(known) > MOST_AUTHORS:
        return f"{', '.join(known[:FIRST_AUTHORS])} {wording.word('and others', lang)}"
    return ", ".join(known)


def _issue(fields: dict[str, list[Node]]) -> str:
    """`, 9(8): 1735–1780`; empty where nothing of it is known."""
    volume, number, pages = (_text(fields[name]) for name in ("volume", "number", "pages"))
    issue = volume + (f"({number})" if number else "")
    pages = re.sub(r"\s*[-–]+\s*", "–", pages)
    return "".join([f", {issue}" if issue else "", f": {pages}" if pages else ""])


def _name_parts(author: str) -> tuple[str, str]:
    """Given and family name of `He, Kaiming` or `Kaiming He`; a group in braces has one name."""
    if author.startswith("{") and author.endswith("}"):
        return "", author
    if "," in author:
        family, _, given = author.partition(",")
        return given.strip(), family.strip()
    given, _, family = author.rpartition(" ")
    return given, family


def _name(given: str, family: str) -> str:
    """`K. He`, `D.-A. Clevert`; names in Chinese stay whole."""
    if not given or not given[0].isupper():
        return family + given
    parts = given.replace(".", " ").split()
    initials = ["-".join(f"{word[0]}." for word in part.split("-") if word) for part in parts]
    return "\u00a0".join([*initials, family])


def _read(values: Sequence[str]) -> list[list[Node]]:
    """Values of LaTeX as nodes, all at once."""
    items = "\n".join(r"\item {}" + _SPECIAL.sub(r"\\\1", value) for value in values)
    tree = pandoc.parse_latex(rf"\begin{{itemize}}{items}\end{{itemize}}")
    return [blocks[0]["c"] if blocks else [] for blocks in tree["blocks"][0]["c"]]


def _text(nodes: list[Node]) -> str:
    """The words of some nodes."""
    parts = []
    for node in walk(nodes):
        if node["t"] in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        elif node["t"] == "Str":
            parts.append(node["c"])
        elif node["t"] in ("Math", "Code"):
            parts.append(node["c"][1])
    return "".join(parts)
