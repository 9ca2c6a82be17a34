"""The document tree as GitHub-flavoured Markdown: pictures, pipe tables, numbered headings, links."""

import re
from collections.abc import Iterable
from html import escape

from labreport.documents.algorithms import Statement
from labreport.documents.layout import Work, identifier
from labreport.documents.native import NativeLayout, around
from labreport.documents.nodes import SPACES, Node, display, heading, lines, paragraph, raw, raw_block, space, string
from labreport.documents.numbering import Target
from labreport.documents.presentation import Presentation
from labreport.documents.text import clean, gfm, solid

ALIGNMENTS = {"left": ":---", "right": "---:", "center": ":---:", "decimal": "---:"}
PANDOC_ALTERS = {"\\", "&"}  # it loses a letter behind a backslash, and leaves `&lt;` as it is
ESCAPED = re.compile(r"\\[^A-Za-z]")
STRESSED = {"Strong": "strong", "Emph": "em"}


class MarkdownLayout(NativeLayout):
    """Prints what the tree names."""

    def heading(self, node: Node, target: Target) -> list[Node]:
        """An anchor, and the heading with its number."""
        level, _, inlines = node["c"]
        numbered = [string(target.number), space(), *inlines] if target.number else inlines
        return [*_anchors(target), heading(min(level + 1, 6), numbered)]

    def equation(self, target: Target, formula: str) -> list[Node]:
        """The number stands in the formula, where a forge sets it at the margin."""
        return [raw("html", _anchor(identifier(target.name))), display(f"{formula}\n\\tag{{{target.number}}}")]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """The picture, or a table of two, and the caption below."""
        pictures = [self._picture(target, caption, width) for target in targets]
        body = pictures[0]
        if len(pictures) > 1:
            body = "\n".join([table_line(pictures), "|:---:|:---:|", table_line(["(a)", "(b)"])])
        below = paragraph(self.caption(targets[0], caption))
        return [*_anchors(*targets), raw_block("markdown", body), below]

    def titled(self, target: Target, caption: list[Node], body: list[Node], below: list[Node]) -> list[Node]:
        """An anchor, and the caption in a paragraph."""
        above = paragraph(self.caption(target, caption))
        return [*_anchors(target), above, *body, *below]

    def grid(self, table: Presentation, target: Target) -> Node:
        """A pipe table."""
        return raw_block("markdown", pipe_table(table))

    def statements(self, written: list[list[Node]]) -> list[Node]:
        """A quotation, in which formulas are set as such."""
        return [{"t": "BlockQuote", "c": [paragraph(lines(written))]}]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work, which begins with its number."""
        blocks: list[Node] = []
        for work in works:
            label = [*work.label, space()] if work.label else []
            blocks += [raw_block("html", _anchor(work.name)), paragraph([*label, *work.inlines])]
        return blocks

    def words(self, nodes: list[Node]) -> list[Node]:
        """Mathematics, dollar signs and emphasis in the forms that GitHub reads."""
        new: list[Node] = []
        for index, node in enumerate(nodes):
            if node["t"] == "Math" and node["c"][0]["t"] == "InlineMath":
                before, after = _end(new[-1:], -1), _end(nodes[index + 1 :], 0)
                fenced = not (before.isspace() or before.isalnum())
                formula = raw("markdown", inline_math(node["c"][1], fenced))
                new += [*([space()] if before.isalnum() else []), formula, *([space()] if after.isalnum() else [])]
            elif node["t"] == "Str" and set(node["c"]) & PANDOC_ALTERS:
                new.append(raw("markdown", gfm(node["c"])))
            elif node["t"] == "Str":
                parts = filter(None, re.split(r"(\$)", node["c"]))
                new += [raw("html", "<span>$</span>") if part == "$" else string(part) for part in parts]
            elif node["t"] in STRESSED and _bars_asterisks(new, node["c"], nodes[index + 1 :]):
                tag = STRESSED[node["t"]]
                new += [raw("html", f"<{tag}>"), *node["c"], raw("html", f"</{tag}>")]
            else:
                new.append(node)
        return new

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """Paragraphs are broken around each equation that they display; formulas within words are text by now."""
        return around(
            blocks, lambda one: raw_block("markdown", display_math(one["c"][1])) if one["t"] == "Math" else None
        )

    def line(self, step: Statement, number: str) -> list[Node]:
        """A statement, indented by spaces that a forge keeps."""
        indent = "&emsp;" * (1 + 2 * step.level)
        if step.word == "comment":
            return [raw("html", "&numsp;" * len(number) + indent), string("▷ "), *step.text]
        return [*([string(number), raw("html", indent), space()] if step.number else []), *self.statement(step)]

    def _picture(self, target: Target, caption: list[Node], width: str) -> str:
        alt, path = self.shown(target, caption), self.images[target.item]
        return f'<img src="{path}" alt="{escape(alt)}" width="{width}">' if width else f"![{gfm(alt)}]({path})"


def pipe_table(table: Presentation) -> str:
    """A presentation as a pipe table; units stand in the head, bold cells are bold."""
    heads = [
        gfm(solid(clean(column.head))) + (f" ({gfm(column.unit)})" if column.unit else "") for column in table.columns
    ]
    rows = [
        [f"**{gfm(text)}**" if (number, index) in table.bold else gfm(text) for index, text in enumerate(row)]
        for number, row in enumerate(table.rows)
    ]
    return "\n".join(map(table_line, [heads, [ALIGNMENTS[column.align] for column in table.columns], *rows]))


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


def _end(nodes: list[Node], place: int) -> str:
    """The character at an end of some words: a space where there is none, a letter for what is no plain text."""
    if not nodes or nodes[place]["t"] in SPACES:
        return " "
    return str(nodes[place]["c"][place]) if nodes[place]["t"] == "Str" else "x"


def _bars_asterisks(before: list[Node], inside: list[Node], after: list[Node]) -> bool:
    """Whether a mark stands just inside emphasis and a letter just outside: CommonMark then reads asterisks as such."""
    ends = ((before[-1:], -1, inside[0], 0), (after, 0, inside[-1], -1))
    return any(
        _end(outer, near).isalnum() and not (inner["t"] == "Str" and inner["c"][end].isalnum())
        for outer, near, inner, end in ends
    )


def _anchors(*targets: Target) -> list[Node]:
    return [raw_block("html", _anchor(identifier(target.name))) for target in targets if target.name]


def _anchor(name: str) -> str:
    return f'<a id="{name}"></a>'
