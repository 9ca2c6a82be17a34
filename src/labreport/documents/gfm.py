"""The document tree as GitHub-flavoured Markdown: pictures, pipe tables, numbered headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from labreport.documents import wording
from labreport.documents.native import FIGURE_SPACE, NativeLayout, around, identifier, link
from labreport.documents.numbering import Target, words
from labreport.documents.pandoc import Node, paragraph, raw, raw_block, space, string, strong
from labreport.documents.presentation import Presentation
from labreport.documents.text import clean, gfm
from labreport.documents.tree import Step, Work

ALIGNMENTS = {"left": ":---", "right": "---:", "center": ":---:", "decimal": "---:"}
SPACES = ("Space", "SoftBreak", "LineBreak")
PANDOC_ALTERS = {"\\", "&"}  # it loses a letter behind a backslash, and leaves `&lt;` as it is
ESCAPED = re.compile(r"\\[^A-Za-z]")


@dataclass
class MarkdownLayout(NativeLayout):
    """Prints what the tree names."""

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """An anchor, and the heading with its number."""
        level, _, inlines = node["c"]
        numbered = [string(target.number), space(), *inlines] if target.number else inlines
        anchor = [_anchor(target)] if target.name else []
        return [*anchor, {"t": "Header", "c": [min(level + 1, 6), ["", [], []], numbered]}]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A link to the anchor."""
        return [link(self.said(target, words), identifier(target.name))]

    def value(self, words: list[Node], origin: str, run: str) -> list[Node]:
        """The number alone."""
        return words

    def equation(self, target: Target, formula: str) -> list[Node]:
        """The number stands in the formula, where a forge sets it at the margin."""
        numbered = f"{formula.strip()}\n\\tag{{{target.number}}}"
        return [raw("html", _anchor_text(target)), {"t": "Math", "c": [{"t": "DisplayMath"}, numbered]}]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """The picture, or a table of two, and the caption below."""
        pictures = [self._picture(target, caption, width) for target in targets]
        anchors = [_anchor(target) for target in targets]
        if len(pictures) == 1:
            body = raw_block("markdown", pictures[0])
        else:
            parts = " | ".join(f"({chr(ord('a') + index)})" for index in range(len(pictures)))
            rules = "|".join([":---:"] * len(pictures))
            body = raw_block("markdown", f"| {' | '.join(pictures)} |\n|{rules}|\n| {parts} |")
        return [*anchors, body, self._caption("fig", targets[0], caption)]

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark, the table, its notes."""
        if own is not None:
            return [*self._anchors(target), self._caption("tab", target, caption), own]
        table = self.tables[target.item]
        return [
            _anchor(target),
            self._caption("tab", target, self.marked(caption)),
            raw_block("markdown", pipe_table(table)),
            *(paragraph(self.inline(note["c"])) for note in self.notes(table)),
        ]

    def listing(self, target: Target) -> list[Node]:
        """The caption above a fence; its lines have no numbers, so that they can be copied."""
        caption = self._caption("lst", target, self.code_caption(target))
        code = {"t": "CodeBlock", "c": [["", ["python"], []], self.listings[target.item].text]}
        return [_anchor(target), caption, code]

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """The caption above a quotation of one line for each statement; formulas are set as such."""
        lines = [node for line in self.steps(steps) for node in ({"t": "LineBreak"}, *line)][1:]
        quoted = {"t": "BlockQuote", "c": [paragraph(lines)]}
        return [_anchor(target), self._caption("alg", target, caption), quoted]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work, which begins with its number."""
        blocks: list[Node] = []
        for work in works:
            label = [*work.label, space()] if work.label else []
            blocks += [raw_block("html", f'<a id="{work.name}"></a>'), paragraph([*label, *work.inlines])]
        return blocks

    def inline(self, nodes: list[Node]) -> list[Node]:
        """Mathematics and dollar signs in the forms that GitHub reads."""
        new: list[Node] = []
        for index, node in enumerate(nodes):
            if node["t"] == "Math" and node["c"][0]["t"] == "InlineMath":
                before, after = _last(new), _first(nodes[index + 1 :])
                if before.isalnum():
                    new.append(space())
                new.append(
                    raw("markdown", inline_math(node["c"][1], fenced=not (before.isspace() or before.isalnum())))
                )
                if after.isalnum():
                    new.append(space())
            elif node["t"] == "Str" and set(node["c"]) & PANDOC_ALTERS:
                new.append(raw("markdown", gfm(node["c"])))
            elif node["t"] == "Str" and "$" in node["c"]:
                new += _dollars(node["c"])
            else:
                new.append(node)
        return new

    def block(self, node: Node) -> list[Node]:
        """A paragraph is broken around each equation that it displays."""
        return around(node, _displayed)

    def step(self, step: Step, width: int) -> list[Node]:
        """A statement, indented by spaces that a forge keeps."""
        before, after = wording.step_words(step.word, self.lang)
        words: list[Node] = []
        if step.number:
            digits = str(step.number).rjust(width, FIGURE_SPACE)
            words += [string(digits), raw("html", "&emsp;" * (1 + 2 * step.level)), space()]
        elif step.word == "comment":
            words += [raw("html", "&numsp;" * width + "&emsp;" * (1 + 2 * step.level))]
            return [*words, string("▷ "), *step.inlines]
        words += [strong([string(before)])] if before else []
        words += [space(), *step.inlines] if before and step.inlines else step.inlines
        return [*words, space(), strong([string(after)])] if after else words

    def _picture(self, target: Target, caption: list[Node], width: str) -> str:
        alt = self.alt[target.item] if target.item in self.alt else words(caption)
        path = self.images[target.item]
        return f'<img src="{path}" alt="{escape(clean(alt))}" width="{width}">' if width else f"![{gfm(alt)}]({path})"

    def _anchors(self, target: Target) -> list[Node]:
        return [_anchor(target)] if target.name else []

    def _caption(self, kind: str, target: Target, caption: list[Node]) -> Node:
        return paragraph([strong([string(self.label(kind, target))]), space(), *caption])


def pipe_table(table: Presentation) -> str:
    """A presentation as a pipe table; units stand in the head, bold cells are bold."""
    heads = [gfm(column.head) + (f" ({gfm(column.unit)})" if column.unit else "") for column in table.columns]
    rules = [ALIGNMENTS[column.align] for column in table.columns]
    lines = [heads, rules]
    for number, row in enumerate(table.rows):
        cells = [gfm(text) for text in row]
        lines.append([f"**{text}**" if (number, index) in table.bold else text for index, text in enumerate(cells)])
    return "\n".join(map(table_line, lines))


def table_line(cells: Iterable[str]) -> str:
    """A line of a pipe table, whose cells are written as they are."""
    return f"| {' | '.join(cells)} |"


def inline_math(text: str, fenced: bool = False) -> str:
    """Dollars where GitHub leaves the formula alone, else dollars and backticks.

    GitHub reads emphasis and escapes inside plain dollars, and plain dollars only after white space (`fenced` says
    that something else stands before).
    """
    formula = " ".join(text.split())
    return f"$`{formula}`$" if fenced or ESCAPED.search(formula) or set(formula) & set("_*<") else f"${formula}$"


def display_math(text: str) -> str:
    """A block of its own: `$$`, or a fence where GitHub would eat a backslash."""
    formula = text.strip()
    return f"```math\n{formula}\n```" if ESCAPED.search(formula) else f"$$\n{formula}\n$$"


def _dollars(text: str) -> list[Node]:
    parts = re.split(r"(\$)", text)
    return [raw("html", "<span>$</span>") if part == "$" else string(part) for part in parts if part]


def _last(nodes: list[Node]) -> str:
    """The character before the end: a space at the start of a line, a letter for what is no plain text."""
    if not nodes or nodes[-1]["t"] in SPACES:
        return " "
    return str(nodes[-1]["c"][-1]) if nodes[-1]["t"] == "Str" else "x"


def _first(nodes: list[Node]) -> str:
    """The character after the start, likewise."""
    if not nodes or nodes[0]["t"] in SPACES:
        return " "
    return str(nodes[0]["c"][0]) if nodes[0]["t"] == "Str" else "x"


def _displayed(inline: Node) -> list[Node] | None:
    """An equation as a block; formulas within words are text by now."""
    return [raw_block("markdown", display_math(inline["c"][1]))] if inline["t"] == "Math" else None


def _anchor(target: Target) -> Node:
    return raw_block("html", _anchor_text(target))


def _anchor_text(target: Target) -> str:
    return f'<a id="{identifier(target.name)}"></a>'
