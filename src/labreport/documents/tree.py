"""The document tree between template and format: puts a format's own text where the template only names something."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

from labreport.documents.algorithms import is_counted
from labreport.documents.citations import REFERENCES
from labreport.documents.naming import suggestion
from labreport.documents.numbering import Numbering, Target, attribute, has_class
from labreport.documents.pandoc import BLOCKS, INLINES, Node, space, string
from labreport.documents.syntax import EQUATION_CLASS, FLOAT_CLASS, KINDS, REFERENCE_CLASS, VALUE_CLASS
from labreport.errors import TemplateError


@dataclass(frozen=True)
class Step:
    """A statement of an algorithm.

    Attributes:
        number: its number, counted from 1; None for a comment and for what the algorithm needs and gives.
        level: how deep it stands, from 0.
        word: its keyword, see `labreport.documents.algorithms.Statement`.
        inlines: the rest of it.
    """

    number: int | None
    level: int
    word: str
    inlines: list[Node]


@dataclass(frozen=True)
class Work:
    """An entry of the list of references.

    Attributes:
        name: what links lead to.
        label: its number in brackets; empty where the style has none.
        inlines: what it is.
    """

    name: str
    label: list[Node]
    inlines: list[Node]


class Layout(Protocol):
    """How a format prints what the tree only names."""

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """A heading."""

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A reference, within a paragraph: by name and number, or by words of the author's."""

    def value(self, words: list[Node], origin: str, run: str) -> list[Node]:
        """A number, what it was computed from in a few words, and the key of the run that measured it."""

    def equation(self, target: Target, formula: str) -> list[Node]:
        """A displayed formula with its number."""

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One figure or two side by side; `width`, a share such as 60%, is of a picture of the author's own."""

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """A table, which the author may have written out."""

    def listing(self, target: Target) -> list[Node]:
        """A piece of code."""

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """An algorithm."""

    def references(self, works: list[Work]) -> list[Node]:
        """The list of references."""

    def inline(self, nodes: list[Node]) -> list[Node]:
        """The words of a paragraph, after references are resolved."""

    def block(self, node: Node) -> list[Node]:
        """Any other block, after what is in it."""

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """Blocks that follow one another, each already in the format's own text."""


def transform(blocks: list[Node], numbering: Numbering, layout: Layout) -> list[Node]:
    """Put a format's own text in the place of headings, floats, references and citations.

    Raises:
        TemplateError: a reference to what the text does not have or to a heading without a number.
    """
    return _Transformation(numbering, layout).blocks(blocks)


class _Transformation:
    """One pass over a document."""

    def __init__(self, numbering: Numbering, layout: Layout) -> None:
        self.numbering, self.layout = numbering, layout
        self.headings, self.floats = iter(numbering.headings), iter(numbering.floats)
        self.in_appendix = False

    def blocks(self, nodes: list[Node]) -> list[Node]:
        return self.layout.sequence([new for node in nodes for new in self.block(node)])

    def block(self, node: Node) -> list[Node]:
        if node["t"] == "Header":
            target = next(self.headings)
            opens = target.appendix and not self.in_appendix
            self.in_appendix = target.appendix
            node = {"t": "Header", "c": [node["c"][0], node["c"][1], self.inlines(node["c"][2])]}
            return self.layout.heading(node, target, opens)
        if has_class(node, "Div", FLOAT_CLASS):
            return self.shown(node)
        if node["t"] == "Div" and node["c"][0][0] == REFERENCES:
            return self.layout.references([self.work(entry) for entry in node["c"][1]])
        return self.layout.block({**node, "c": self.content(node["c"])} if "c" in node else node)

    def shown(self, node: Node) -> list[Node]:
        """A figure, table, listing or algorithm."""
        kind, targets = attribute(node, "kind"), next(self.floats)
        if kind == "lst":
            return self.layout.listing(targets[0])
        first, *rest = node["c"][1]
        what = f"the {KINDS[kind]} {targets[0].item!r}"
        caption = self.inlines(_words(first, f"{what} needs a caption of one paragraph, without lists"))
        if kind == "alg":
            return self.layout.algorithm(targets[0], caption, self.steps(rest, what))
        if kind == "fig":
            return self.layout.figure(targets, caption, attribute(node, "width"))
        own = {**rest[0], "c": self.content(rest[0]["c"])} if rest else None
        return self.layout.table(targets[0], caption, own)

    def work(self, entry: Node) -> Work:
        """An entry as citeproc sets it: its number and the rest in spans of their own, or everything in one."""
        parts = {
            name: span["c"][1] for span in entry["c"][1][0]["c"] if span["t"] == "Span" for name in span["c"][0][1]
        }
        label = [node for node in parts.get("csl-left-margin", []) if node["t"] != "Space"]
        return Work(entry["c"][0][0], label, self.inlines(parts.get("csl-right-inline", entry["c"][1][0]["c"])))

    def steps(self, nodes: list[Node], what: str) -> list[Step]:
        found = []
        count = 0
        for node in nodes:
            words = node["c"][1]
            text = self.inlines(_words(words[0], f"{what}: a statement is one line of text, no list")) if words else []
            word = attribute(node, "word")
            counted = is_counted(word)
            count += counted
            found.append(Step(count if counted else None, int(attribute(node, "level")), word, text))
        return found

    def content(self, value: Node) -> Node:
        if not isinstance(value, list):
            return value
        if value and all(isinstance(item, dict) and "t" in item for item in value):
            if all(item["t"] in BLOCKS for item in value):
                return self.blocks(value)
            if all(item["t"] in INLINES for item in value):
                return self.inlines(value)
        return [self.content(item) for item in value]

    def inlines(self, nodes: list[Node]) -> list[Node]:
        new: list[Node] = []
        for node, following in zip_longest(nodes, nodes[1:]):
            if has_class(node, "Span", REFERENCE_CLASS):
                target = _target(attribute(node, "target"), self.numbering)
                words = self.inlines(node["c"][1])
                new += self.layout.reference(target, words)
                if following and not words and _wants_space(target, following):
                    new.append(space())
            elif has_class(node, "Span", VALUE_CLASS):
                told = dict(node["c"][0][2])
                new += self.layout.value(self.inlines(node["c"][1]), told.get("origin", ""), told.get("run", ""))
            elif has_class(node, "Span", EQUATION_CLASS):
                new += self.layout.equation(self.numbering.targets[attribute(node, "target")], node["c"][1][0]["c"][1])
            elif node["t"] == "Cite":
                if new and new[-1]["t"] in ("Space", "SoftBreak"):
                    new[-1] = string("\u00a0")
                new += self.inlines(node["c"][1])
            elif node["t"] == "Span" and not node["c"][0][1]:
                new += self.inlines(node["c"][1])
            else:
                new.append({**node, "c": self.content(node["c"])} if "c" in node else node)
        return self.layout.inline(new)


def _words(node: Node, otherwise: str) -> list[Node]:
    """The words of a paragraph.

    Raises:
        TemplateError: it is none; says `otherwise`.
    """
    if node["t"] not in ("Para", "Plain"):
        raise TemplateError(otherwise)
    words: list[Node] = node["c"]
    return words


def _wants_space(target: Target, following: Node) -> bool:
    """Whether the digits or letters of a reference would touch a Chinese character."""
    ends_in_number = target.kind != "sec" or target.appendix
    first = following["c"][0] if following["t"] == "Str" else " "
    return ends_in_number and first.isalpha() and unicodedata.east_asian_width(first) in "WF"


def _target(name: str, numbering: Numbering) -> Target:
    target = numbering.targets.get(name)
    if target is None:
        kind = name.partition(":")[0]
        known = [other for other in numbering.targets if other.startswith(f"{kind}:")]
        raise TemplateError(f"@{name}: the text has no such target{suggestion(name, known)}")
    if not target.number:
        raise TemplateError(f"@{name}: that heading has no number to refer to")
    return target
