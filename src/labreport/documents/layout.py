"""The document tree between template and format: a format's own text is put where the tree only names something."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from labreport.documents import wording
from labreport.documents.algorithms import Statement
from labreport.documents.citations import REFERENCES
from labreport.documents.listings import Excerpt
from labreport.documents.naming import suggestion
from labreport.documents.nodes import (
    Node,
    appended,
    attribute,
    code,
    has_class,
    inside,
    link,
    said,
    space,
    string,
    strong,
)
from labreport.documents.numbering import Target, number
from labreport.documents.presentation import Presentation
from labreport.documents.syntax import EQUATION_CLASS, FLOAT_CLASS, KINDS, REFERENCE_CLASS, VALUE_CLASS
from labreport.documents.text import clean
from labreport.errors import TemplateError

THIN, UNBROKEN = "\u202f", "\u00a0"


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


@dataclass
class Layout(ABC):
    """How a format prints what the tree only names, and what formats print alike.

    Args:
        lang: `zh` or `en`.
        scale: marks the captions of tables.
        tables: name -> what stands in it.
        images: name -> the picture, as a data URI or where it lies, seen from the document.
        alt: name of a declared figure -> what it shows, for those who cannot see it.
        listings: name -> the code.
        runs: keys of the runs that a number can lead to.
        measured: title of an experiment -> seed -> the key of its run.
    """

    lang: str
    scale: wording.Scale
    tables: Mapping[str, Presentation]
    images: dict[str, str]
    alt: Mapping[str, str]
    listings: Mapping[str, Excerpt]
    runs: frozenset[str]
    measured: Mapping[str, Mapping[int, str]]

    def document(self, blocks: list[Node]) -> list[Node]:
        """The blocks of a document as the format has them.

        Raises:
            TemplateError: a reference to what the text does not have or to a heading without a number.
        """
        self.targets, headings, floats = number(blocks)
        self.headings, self.floats = iter(headings), iter(floats)
        return self.blocks(blocks)

    # What each format has in its own way

    @abstractmethod
    def heading(self, node: Node, target: Target) -> list[Node]:
        """A heading."""

    @abstractmethod
    def equation(self, target: Target, formula: str) -> list[Node]:
        """A displayed formula with its number, within a paragraph."""

    @abstractmethod
    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One figure or two side by side; `width`, a share such as 60%, is of a picture of the author's own."""

    @abstractmethod
    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """A table, which the author may have written out."""

    @abstractmethod
    def listing(self, target: Target, caption: list[Node]) -> list[Node]:
        """A piece of code."""

    @abstractmethod
    def algorithm(self, target: Target, caption: list[Node], steps: list[Statement]) -> list[Node]:
        """An algorithm."""

    @abstractmethod
    def references(self, works: list[Work]) -> list[Node]:
        """The list of references."""

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A reference, within a paragraph: by words of the author's, or by name and number."""
        return [link(words or [string(self.said(target))], identifier(target.name))]

    def value(self, words: list[Node], origin: str, runs: Sequence[str]) -> list[Node]:
        """A number, what it was computed from in a few words, and the keys of the runs that measured it."""
        return words

    def words(self, nodes: list[Node]) -> list[Node]:
        """The words of a paragraph, after references are resolved."""
        return nodes

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """Blocks that follow one another, each already in the format's own text."""
        return blocks

    # Parts of what they make

    def formula(self, text: str) -> str:
        """A formula without the characters that filters put into it."""
        return text.replace(THIN, r"\,").replace(UNBROKEN, "~")

    def said(self, target: Target) -> str:
        """The words of a reference, such as `Figure 3`."""
        return wording.reference(target.kind, target.number, target.appendix, self.lang)

    def shown(self, target: Target, caption: list[Node]) -> str:
        """What a picture shows in words: of a declared figure its own, of the author's picture the caption."""
        return clean(self.alt[target.item] if target.item in self.alt else said(caption))

    def marked(self, caption: list[Node]) -> list[Node]:
        """The caption of a table with the scale's mark."""
        return self.words([*caption, *([] if self.scale.full else self.mark())])

    def mark(self) -> list[Node]:
        """The scale's mark behind a sentence."""
        return appended(wording.word("marked", self.lang, self.scale.mark))

    def statement(self, step: Statement, spaced: bool = True) -> list[Node]:
        """A statement of an algorithm, without its number; `spaced`: with a space even behind a Chinese colon."""
        before, after = wording.step_words(step.word, self.lang)
        bold = [strong([string(before)])] if before else []
        bold += [space()] if step.text and before and (spaced or before.isascii()) else []
        return [*bold, *step.text, *([space(), strong([string(after)])] if after else [])]

    def sources(self, table: Presentation, row: int, column: int) -> Sequence[str]:
        """The keys of the runs that what a cell states was measured in: of the row's own, or of an experiment's."""
        found = self.measured.get(table.experiment(row, column), {})
        seeds = table.seeds[row : row + 1] or tuple(found)
        return [found[seed] for seed in seeds if seed in found]

    # The way through the tree

    def blocks(self, nodes: list[Node]) -> list[Node]:
        """Some blocks."""
        return self.sequence([new for node in nodes for new in self._block(node)])

    def inlines(self, nodes: list[Node]) -> list[Node]:
        """Some words."""
        new: list[Node] = []
        for node, following in zip_longest(nodes, nodes[1:]):
            if node["t"] == "Cite" and new and new[-1]["t"] in ("Space", "SoftBreak"):
                new[-1] = string(UNBROKEN)
            new += self._inline(node, following)
        return self.words(new)

    def _inside(self, node: Node) -> Node:
        return {**node, "c": inside(node["c"], self.blocks, self.inlines)} if "c" in node else node

    def _block(self, node: Node) -> list[Node]:
        if node["t"] == "Header":
            target = next(self.headings)
            return self.heading(self._inside(node), target)
        if has_class(node, "Div", FLOAT_CLASS):
            return self._float(node)
        if node["t"] == "Div" and node["c"][0][0] == REFERENCES:
            return self.references([self._work(entry) for entry in node["c"][1]])
        return [self._inside(node)]

    def _float(self, node: Node) -> list[Node]:
        """A figure, table, listing or algorithm."""
        kind, targets = attribute(node, "kind"), next(self.floats)
        if kind == "lst":
            excerpt = self.listings[targets[0].item]
            at = wording.word("listing_lines", self.lang, excerpt.first, excerpt.last)
            words = [code(excerpt.name), string(wording.word("listing", self.lang)), code(excerpt.file), string(at)]
            return self.listing(targets[0], self.words(words))
        first, *rest = node["c"][1]
        what = f"the {KINDS[kind]} {targets[0].item!r}"
        caption = self.inlines(_words(first, f"{what} needs a caption of one paragraph, without lists"))
        if kind == "alg":
            return self.algorithm(targets[0], caption, list(self._steps(rest, what)))
        if kind == "fig":
            return self.figure(targets, caption, attribute(node, "width"))
        return self.table(targets[0], caption, self._inside(rest[0]) if rest else None)

    def _work(self, entry: Node) -> Work:
        """An entry as citeproc sets it: its number and the rest in spans of their own, or everything in one."""
        words = entry["c"][1][0]["c"]
        parts = {name: span["c"][1] for span in words if span["t"] == "Span" for name in span["c"][0][1]}
        label = [node for node in parts.get("csl-left-margin", []) if node["t"] != "Space"]
        return Work(entry["c"][0][0], label, self.inlines(parts.get("csl-right-inline", words)))

    def _steps(self, nodes: list[Node], what: str) -> Iterator[Statement]:
        for node in nodes:
            words = node["c"][1]
            text = self.inlines(_words(words[0], f"{what}: a statement is one line of text, no list")) if words else []
            yield Statement(attribute(node, "number"), int(attribute(node, "level")), attribute(node, "word"), text)

    def _inline(self, node: Node, following: Node | None) -> list[Node]:
        if has_class(node, "Span", REFERENCE_CLASS):
            target, words = self._target(attribute(node, "target")), self.inlines(node["c"][1])
            touches = following and not words and _wants_space(target, following)
            return [*self.reference(target, words), *([space()] if touches else [])]
        if has_class(node, "Span", VALUE_CLASS):
            return self.value(self.inlines(node["c"][1]), attribute(node, "origin"), attribute(node, "run").split())
        if has_class(node, "Span", EQUATION_CLASS):
            return self.equation(self.targets[attribute(node, "target")], node["c"][1][0]["c"][1].strip())
        if node["t"] == "Cite" or (node["t"] == "Span" and not node["c"][0][1]):
            return self.inlines(node["c"][1])
        return [self._inside(node)]

    def _target(self, name: str) -> Target:
        target = self.targets.get(name)
        if target is None:
            known = [other for other in self.targets if other.startswith(f"{name.partition(':')[0]}:")]
            raise TemplateError(f"@{name}: the text has no such target{suggestion(name, known)}")
        if not target.number:
            raise TemplateError(f"@{name}: that heading has no number to refer to")
        return target


def identifier(name: str) -> str:
    """What a link within the document leads to."""
    return clean(name).replace(":", "-")


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
