"""The document tree as pandoc's own nodes: what the layouts of all formats but LaTeX have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from labreport.documents import captions, wording
from labreport.documents.booktabs import head_lines, split_number
from labreport.documents.latex import THIN, UNBROKEN
from labreport.documents.listings import Excerpt
from labreport.documents.numbering import Target, words
from labreport.documents.pandoc import Node, paragraph, space, string, strong
from labreport.documents.presentation import Column, Presentation
from labreport.documents.text import clean
from labreport.documents.tree import Step

ALIGNMENTS = {"left": "AlignLeft", "right": "AlignRight", "center": "AlignCenter", "decimal": "AlignRight"}
EM_SPACE, FIGURE_SPACE = "\u2003", "\u2007"  # the second is as wide as a digit
NOTHING: Node = ["", [], []]


@dataclass
class NativeLayout:
    """What these formats print alike.

    Args:
        lang: `zh` or `en`.
        scale: marks the captions of tables.
        tables: name -> what stands in it.
        images: name -> the picture, as a data URI or where it lies, seen from the document.
        alt: name -> what the picture shows, for those who cannot see it.
        listings: name -> the code.
        runs: keys of the runs that the document has a section for.
    """

    lang: str
    scale: wording.Scale
    tables: Mapping[str, Presentation]
    images: Mapping[str, str]
    alt: Mapping[str, str]
    listings: Mapping[str, Excerpt] = field(default_factory=dict)
    runs: frozenset[str] = frozenset()

    def inline(self, nodes: list[Node]) -> list[Node]:
        """Thin spaces of filters are TeX's in formulas."""
        return [
            {"t": "Math", "c": [node["c"][0], self.formula(node["c"][1])]} if node["t"] == "Math" else node
            for node in nodes
        ]

    def block(self, node: Node) -> list[Node]:
        """As it is."""
        return [node]

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """As they are."""
        return blocks

    # Parts of what the formats make

    def formula(self, text: str) -> str:
        """A formula without the characters that filters put into it."""
        return text.strip().replace(THIN, r"\,").replace(UNBROKEN, "~")

    def label(self, kind: str, target: Target) -> str:
        """What stands before a caption: `Figure 1.`, `图 1`."""
        return wording.caption_label(kind, target.number.removesuffix("(a)"), self.lang)

    def said(self, target: Target, given: list[Node]) -> list[Node]:
        """The words of a reference: the author's, or the target's name and number."""
        return given or [string(wording.reference(target.kind, target.number, target.appendix, self.lang))]

    def marked(self, caption: list[Node]) -> list[Node]:
        """The caption of a table with the scale's mark."""
        if self.scale.full:
            return caption
        return [*caption, space(), string(wording.marked(self.scale.mark, self.lang))]

    def code_caption(self, target: Target) -> list[Node]:
        """What the caption of a listing says."""
        return captions.listing(self.listings[target.item], self.lang)

    def image(self, target: Target, caption: list[Node], width: str) -> Node:
        """A picture with its alternative text."""
        alt = self.alt[target.item] if target.item in self.alt else words(caption)
        attributes = [["width", width]] if width else []
        return {"t": "Image", "c": [["", [], attributes], [string(clean(alt))], [self.images[target.item], ""]]}

    def notes(self, table: Presentation) -> list[Node]:
        """The paragraph below a table; none where it has no notes."""
        text = wording.word("note", self.lang) + clean(" ".join(table.notes))
        return [paragraph([string(text)])] if table.notes else []

    def rows(self, table: Presentation) -> tuple[list[Node], list[Node]]:
        """The cells of the head, and those of each row with numbers aligned at the decimal mark."""
        heads = [cell(self.head(column), column) for column in table.columns]
        tails = [_longest_tail(table, index) for index in range(len(table.columns))]
        body = [
            row(
                [
                    cell(self.cell(text, tail, (number, index) in table.bold), column)
                    for index, (text, column, tail) in enumerate(zip(texts, table.columns, tails, strict=True))
                ]
            )
            for number, texts in enumerate(table.rows)
        ]
        return heads, body

    def head(self, column: Column) -> list[Node]:
        """The head of a column, its unit in a line of its own."""
        return [part for line in head_lines(column) for part in ({"t": "LineBreak"}, string(clean(line)))][1:]

    def cell(self, text: str, tail: str | None, bold: bool) -> list[Node]:
        """A cell; `tail` is the longest that stands behind an integer part in a column of numbers."""
        parts = [string(clean(text))]
        if tail and (number := split_number(text)):
            parts = [string(clean(text)), *self.padding(number[1], tail)]
        return [strong(parts)] if bold else parts

    def padding(self, tail: str, longest: str) -> list[Node]:
        """What makes the tail of a number as wide as the longest one of its column."""
        missing = longest[len(tail) :]
        return [string("".join(FIGURE_SPACE if one.isalnum() else "\u00a0" for one in missing))] if missing else []

    def step(self, step: Step, width: int) -> list[Node]:
        """A statement of an algorithm as the words of a line, indented by spaces."""
        before, after = wording.step_words(step.word, self.lang)
        found: list[Node] = []
        if step.number or step.word == "comment":
            digits = str(step.number or "").rjust(width, FIGURE_SPACE)
            found.append(string(digits + EM_SPACE * (1 + 2 * step.level)))
        found += [string("▷\u00a0")] if step.word == "comment" else []
        if step.word == "comment":
            return [*found, *step.inlines]
        found += [strong([string(before)])] if before else []
        found += [space()] if before and step.inlines else []
        found += step.inlines
        return [*found, space(), strong([string(after)])] if after else found

    def steps(self, steps: list[Step]) -> list[list[Node]]:
        """The lines of an algorithm."""
        width = max((len(str(step.number)) for step in steps if step.number), default=0)
        return [self.step(step, width) for step in steps]


def around(node: Node, displayed: Callable[[Node], list[Node] | None]) -> list[Node]:
    """A paragraph broken around each formula that it displays; any other block as it is.

    Args:
        node: a block.
        displayed: what stands in the place of a part of a paragraph between its words; None for a word.
    """
    if node["t"] not in ("Para", "Plain"):
        return [node]
    blocks: list[Node] = []
    words: list[Node] = []

    def close() -> None:
        while words and words[0]["t"] in ("Space", "SoftBreak"):
            words.pop(0)
        if words:
            blocks.append({"t": node["t"], "c": words.copy()})
            words.clear()

    for inline in node["c"]:
        formula = displayed(inline)
        if formula is None:
            words.append(inline)
        else:
            close()
            blocks.extend(formula)
    close()
    return blocks


def identifier(name: str) -> str:
    """What a link within the document leads to."""
    return clean(name).replace(":", "-")


def link(words: list[Node], to: str, name: str = "", classes: tuple[str, ...] = ()) -> Node:
    """A link to a place in the document."""
    return {"t": "Link", "c": [[name, list(classes), []], words, [f"#{to}", ""]]}


def span(words: list[Node], *classes: str, name: str = "", **attributes: str) -> Node:
    """Words with a class; underscores of `attributes` stand for hyphens."""
    return {"t": "Span", "c": [attributes_of(name, classes, attributes), words]}


def div(blocks: list[Node], *classes: str, name: str = "", **attributes: str) -> Node:
    """Blocks with a class; underscores of `attributes` stand for hyphens."""
    return {"t": "Div", "c": [attributes_of(name, classes, attributes), blocks]}


def attributes_of(name: str, classes: tuple[str, ...], attributes: Mapping[str, str]) -> Node:
    """Attributes as pandoc has them."""
    return [name, list(classes), [[key.replace("_", "-"), value] for key, value in attributes.items()]]


def cell(words: list[Node], column: Column | None = None, **attributes: str) -> Node:
    """A cell of a table."""
    align = ALIGNMENTS[column.align] if column else "AlignDefault"
    return [attributes_of("", (), attributes), {"t": align}, 1, 1, [{"t": "Plain", "c": words}] if words else []]


def row(cells: list[Node]) -> Node:
    """A row of a table."""
    return [NOTHING, cells]


def table(columns: list[str], head: list[Node], body: list[Node], headed: int = 0, **attributes: str) -> Node:
    """A table without a caption.

    Args:
        columns: how each is aligned, by pandoc's name.
        head: its rows of heads.
        body: its other rows.
        headed: how many cells at the start of a row are its heads.
        attributes: of the table.
    """
    aligned = [[{"t": align}, {"t": "ColWidthDefault"}] for align in columns]
    parts = [[NOTHING, head], [[NOTHING, headed, [], body]], [NOTHING, []]]
    return {"t": "Table", "c": [attributes_of("", (), attributes), [None, []], aligned, *parts]}


def _longest_tail(table: Presentation, index: int) -> str | None:
    """The longest text behind the integer part of a number in a column that is aligned at the decimal mark."""
    if table.columns[index].align != "decimal":
        return None
    numbers = [found[1] for line in table.rows if (found := split_number(line[index]))]
    return max(numbers, key=len, default="")
