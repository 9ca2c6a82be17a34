"""The document tree as GitHub-flavoured Markdown: pictures, pipe tables, numbered headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from labreport.documents import captions, wording
from labreport.documents.listings import Excerpt
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
class MarkdownLayout:
    """Prints what the tree names.

    Args:
        lang: `zh` or `en`.
        scale: marks the captions of tables.
        tables: name -> what stands in it.
        images: name -> where the picture lies, seen from the document.
        alt: name -> what the picture shows, for those who cannot see it.
        listings: name -> the code.
    """

    lang: str
    scale: wording.Scale
    tables: Mapping[str, Presentation]
    images: Mapping[str, str]
    alt: Mapping[str, str]
    listings: Mapping[str, Excerpt] = field(default_factory=dict)

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """An anchor, and the heading with its number."""
        level, _, inlines = node["c"]
        numbered = [string(target.number), space(), *inlines] if target.number else inlines
        anchor = [_anchor(target)] if target.name else []
        return [*anchor, {"t": "Header", "c": [min(level + 1, 6), ["", [], []], numbered]}]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A link to the anchor."""
        if words:
            return [_link(target, words)]
        text = wording.reference(target.kind, target.number, target.appendix, self.lang)
        return [_link(target, [string(text)])]

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
        label = targets[0].number.removesuffix("(a)")
        anchors = [_anchor(target) for target in targets]
        if len(pictures) == 1:
            body = raw_block("markdown", pictures[0])
        else:
            parts = " | ".join(f"({chr(ord('a') + index)})" for index in range(len(pictures)))
            rules = "|".join([":---:"] * len(pictures))
            body = raw_block("markdown", f"| {' | '.join(pictures)} |\n|{rules}|\n| {parts} |")
        return [*anchors, body, self._caption("fig", label, caption)]

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark, the table, its notes."""
        if own is not None:
            return [*self._anchors(target), self._caption("tab", target.number, caption), own]
        if not self.scale.full:
            caption = [*caption, space(), string(wording.marked(self.scale.mark, self.lang))]
        table = self.tables[target.item]
        notes = wording.word("note", self.lang) + clean(" ".join(table.notes))
        below = [paragraph(self.inline([string(notes)]))] if table.notes else []
        return [
            _anchor(target),
            self._caption("tab", target.number, caption),
            raw_block("markdown", pipe_table(table)),
            *below,
        ]

    def listing(self, target: Target) -> list[Node]:
        """The caption above a fence; its lines have no numbers, so that they can be copied."""
        shown = self.listings[target.item]
        caption = self._caption("lst", target.number, captions.listing(shown, self.lang))
        return [_anchor(target), caption, {"t": "CodeBlock", "c": [["", ["python"], []], shown.text]}]

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """The caption above a quotation of one line for each statement; formulas are set as such."""
        width = max(len(str(step.number)) for step in steps if step.number) if any(s.number for s in steps) else 0
        lines: list[Node] = []
        for step in steps:
            lines += [{"t": "LineBreak"}] if lines else []
            lines += self._step(step, width)
        return [
            _anchor(target),
            self._caption("alg", target.number, caption),
            {"t": "BlockQuote", "c": [paragraph(lines)]},
        ]

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
        if node["t"] not in ("Para", "Plain"):
            return [node]
        blocks: list[Node] = []
        words: list[Node] = []
        for inline in [*node["c"], None]:
            displayed = inline is not None and inline["t"] == "Math"
            if inline is not None and not displayed:
                words.append(inline)
                continue
            while words and words[0]["t"] in ("Space", "SoftBreak"):
                words.pop(0)
            if words:
                blocks.append({"t": node["t"], "c": words})
                words = []
            if inline is not None:
                blocks.append(raw_block("markdown", display_math(inline["c"][1])))
        return blocks

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """As they are."""
        return blocks

    def _step(self, step: Step, width: int) -> list[Node]:
        before, after = wording.step_words(step.word, self.lang)
        words: list[Node] = []
        if step.number:
            digits = str(step.number).rjust(width, "\u2007")  # a space as wide as a digit
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

    def _caption(self, kind: str, number: str, caption: list[Node]) -> Node:
        return paragraph([strong([string(wording.caption_label(kind, number, self.lang))]), space(), *caption])


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


def _link(target: Target, words: list[Node]) -> Node:
    return {"t": "Link", "c": [["", [], []], words, [f"#{_identifier(target)}", ""]]}


def _identifier(target: Target) -> str:
    return clean(target.name).replace(":", "-")


def _anchor(target: Target) -> Node:
    return raw_block("html", _anchor_text(target))


def _anchor_text(target: Target) -> str:
    return f'<a id="{_identifier(target)}"></a>'
