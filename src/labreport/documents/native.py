"""The document tree as pandoc's own nodes: what the layouts of all formats but LaTeX have in common."""

from abc import abstractmethod
from collections.abc import Callable

from labreport.documents import nodes, wording
from labreport.documents.algorithms import Statement
from labreport.documents.layout import Layout
from labreport.documents.nodes import Node, cell, lines, paragraph, plain, space, string, strong
from labreport.documents.numbering import Target
from labreport.documents.presentation import Presentation, split_number
from labreport.documents.text import clean

ALIGNMENTS = {"left": "AlignLeft", "right": "AlignRight", "center": "AlignCenter", "decimal": "AlignRight"}
EM_SPACE, FIGURE_SPACE = "\u2003", "\u2007"  # the second is as wide as a digit


class NativeLayout(Layout):
    """What these formats print alike: a caption above all but figures."""

    @abstractmethod
    def titled(self, target: Target, caption: list[Node], body: list[Node], below: list[Node]) -> list[Node]:
        """A table, listing or algorithm with its caption, and the notes below it."""

    @abstractmethod
    def grid(self, table: Presentation, target: Target) -> Node:
        """A declared table."""

    @abstractmethod
    def statements(self, written: list[list[Node]]) -> list[Node]:
        """The lines of an algorithm."""

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark, the table, its notes."""
        if own is not None:
            attributes = nodes.attributes_of("", **self.about(target))
            return self.titled(target, caption, [{"t": "Table", "c": [attributes, *own["c"][1:]]}], [])
        shown = self.tables[target.item]
        notes = [string(clean(wording.notes(shown.notes, self.lang)))]
        below = [paragraph(self.words(notes))] if shown.notes else []
        return self.titled(target, self.marked(caption), [self.grid(shown, target)], below)

    def listing(self, target: Target, caption: list[Node]) -> list[Node]:
        """The caption above the code; its lines have no numbers, so that they can be copied."""
        code = {"t": "CodeBlock", "c": [["", ["python"], []], self.listings[target.item].text]}
        return self.titled(target, caption, [code], [])

    def algorithm(self, target: Target, caption: list[Node], steps: list[Statement]) -> list[Node]:
        """The caption above the statements, a line each."""
        width = max(len(step.number) for step in steps)
        written = [self.line(step, step.number.rjust(width, FIGURE_SPACE)) for step in steps]
        return self.titled(target, caption, self.statements(written), [])

    def words(self, nodes: list[Node]) -> list[Node]:
        """Thin spaces of filters are TeX's in formulas."""
        return [
            {"t": "Math", "c": [node["c"][0], self.formula(node["c"][1].strip())]} if node["t"] == "Math" else node
            for node in nodes
        ]

    # Parts of what they make

    def about(self, target: Target) -> dict[str, str]:
        """The attributes of a table."""
        return {}

    def caption(self, target: Target, words: list[Node]) -> list[Node]:
        """A caption behind its label: `Figure 1.`, `图 1`."""
        return [strong([string(wording.caption_label(target.kind, target.count, self.lang))]), space(), *words]

    def image(self, target: Target, caption: list[Node], width: str) -> Node:
        """A picture with its alternative text."""
        attributes = nodes.attributes_of("", **({"width": width} if width else {}))
        return {"t": "Image", "c": [attributes, [string(self.shown(target, caption))], [self.images[target.item], ""]]}

    def line(self, step: Statement, number: str) -> list[Node]:
        """A statement as the words of a line, indented by spaces."""
        remark = [string("▷\u00a0")] if step.word == "comment" else []
        indent = [string(number + EM_SPACE * (1 + 2 * step.level))] if step.number or remark else []
        return [*indent, *remark, *(step.text if remark else self.statement(step))]

    def cells(self, table: Presentation) -> tuple[list[Node], list[list[Node]]]:
        """The cells of the head, and those of each row with numbers aligned at the decimal mark."""
        aligned = [ALIGNMENTS[column.align] for column in table.columns]
        tails = [table.widest(index)[1] for index in range(len(table.columns))]
        rows = [[lines([[string(clean(line))] for line in column.lines]) for column in table.columns]]
        rows += [
            [
                self.traced(self.cell(text, tails[index], (row, index) in table.bold), table, row, index)
                for index, text in enumerate(texts)
            ]
            for row, texts in enumerate(table.rows)
        ]
        head, *body = ([cell([plain(one)], at) for one, at in zip(row, aligned, strict=True)] for row in rows)
        return head, body

    def cell(self, text: str, longest: str, bold: bool) -> list[Node]:
        """A cell; `longest` is what stands behind the longest integer part in a column of numbers."""
        number = split_number(text) if longest else None
        padding = self.padding(longest[len(number[1]) :]) if number else ""
        parts = [string(clean(text)), *([string(padding)] if padding else [])]
        return [strong(parts)] if bold else parts

    def traced(self, words: list[Node], table: Presentation, row: int, column: int) -> list[Node]:
        """The words of a cell, which may say where they come from."""
        return words

    def padding(self, missing: str) -> str:
        """What is as wide as some digits and marks."""
        return "".join(FIGURE_SPACE if one.isalnum() else "\u00a0" for one in missing)


def around(blocks: list[Node], displayed: Callable[[Node], Node | None]) -> list[Node]:
    """Blocks whose paragraphs are broken around each formula that they display.

    Args:
        blocks: that follow one another.
        displayed: the block in the place of a part of a paragraph between its words; None for a word.
    """
    found: list[Node] = []
    for node in blocks:
        if node["t"] not in ("Para", "Plain"):
            found.append(node)
            continue
        parts: list[Node] = [{"t": node["t"], "c": []}]
        for inline in node["c"]:
            formula, words = displayed(inline), parts[-1]["c"]
            if formula is not None:
                parts += [formula, {"t": node["t"], "c": []}]
            elif words or inline["t"] not in ("Space", "SoftBreak"):
                words.append(inline)
        found += [part for part in parts if part["c"]]
    return found
