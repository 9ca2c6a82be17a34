"""The document tree as a Word file: native tables, formulas and captions that Word can number anew."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from xml.sax.saxutils import escape

from labreport.documents import nodes, wording
from labreport.documents.layout import UNBROKEN, Work, identifier
from labreport.documents.native import ALIGNMENTS, NativeLayout, around
from labreport.documents.nodes import (
    Node,
    cell,
    display,
    div,
    has_class,
    heading,
    lines,
    paragraph,
    plain,
    raw,
    space,
    span,
    string,
)
from labreport.documents.numbering import Target
from labreport.documents.presentation import Presentation
from labreport.documents.text import text_width

EQUATION = "numbered-equation"
LONGEST_NAME = 40  # of a bookmark
TEXT_POINTS, CELL_POINTS, MARGIN_POINTS = 453.6, 9.4, 9.0  # of a page, a cell's font, a cell's margins
FITS = 1.05  # pages: a table that is estimated to be so wide, since letters are estimated rather too wide
TOGETHER = 18  # rows of a table that no page break parts
FIRST_ID = 100_000  # of bookmarks, beyond those that pandoc gives


@dataclass
class DocxLayout(NativeLayout):
    """Prints what the tree names."""

    ids: count[int] = field(default_factory=lambda: count(FIRST_ID))

    def heading(self, node: Node, target: Target) -> list[Node]:
        """The heading with its number."""
        level, _, inlines = node["c"]
        number = [span([string(target.number)], custom_style="Section Number"), string("\u2002")]
        return [heading(level, [*(number if target.number else []), *inlines], identifier(target.name))]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A field that follows the number of what it refers to; of sections and of the author's words a link."""
        if target.kind == "sec":
            return super().reference(target, words)
        if words:
            return [nodes.link(words, _bookmark(target.name))]
        said = self.said(target).removesuffix(target.part)
        place = said.find(UNBROKEN) + 1 if target.kind == "eq" else 0  # of an equation the number alone is counted
        field_code = f" REF {_bookmark(target.name)} \\h \\* MERGEFORMAT "
        shown = f'<w:fldSimple w:instr="{field_code}">{_run(said[place:])}</w:fldSimple>'
        return [string(said[:place]), raw("openxml", shown), string(target.part)]

    def equation(self, target: Target, formula: str) -> list[Node]:
        """What `block` makes a row of: the formula, and its number at the margin."""
        number = self._counted([target], "(", "Equation", ")")
        return [span([display(self.formula(formula)), number], EQUATION)]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two beside each other, and the caption below."""
        letters = [[[string(target.part)]] if target.part else [] for target in targets]
        pictures = [
            div([paragraph(lines([[self.image(target, caption, width)], *letter]))], custom_style="Captioned Figure")
            for target, letter in zip(targets, letters, strict=True)
        ]
        below = div([paragraph(self._caption(targets, caption))], custom_style="Image Caption")
        pair = [_grid([0.5, 0.5], ["AlignCenter"] * 2, [cell([one]) for one in pictures])]
        return [*(pair if len(pictures) > 1 else pictures), below]

    def titled(self, target: Target, caption: list[Node], body: list[Node], below: list[Node]) -> list[Node]:
        """The caption above, and below a table its notes, or room where it has none."""
        above = div([paragraph(self._caption([target], caption))], custom_style="Table Caption")
        notes = [div(below or [paragraph([])], custom_style="Table Note")] if target.kind == "tab" else []
        return [above, *body, *notes]

    def about(self, target: Target) -> dict[str, str]:
        """A table stands between rules."""
        return {"custom_style": "ThreeRules"}

    def grid(self, table: Presentation, target: Target) -> Node:
        """Each column is as wide as it needs."""
        head, body = self.cells(table)
        for number, cells in enumerate((head, *body)):
            kept = bool(table.notes) if number == len(body) else len(body) <= TOGETHER  # no page break behind it
            for one in cells:
                style = "Table Text Kept" if kept else "Table Text"
                one[4] = [div([paragraph(words["c"])], custom_style=style) for words in one[4]]
        columns = [ALIGNMENTS[column.align] for column in table.columns]
        return _as_wide(nodes.table(columns, [head], body, 0, **self.about(target)), _widths(table))

    def listing(self, target: Target, caption: list[Node]) -> list[Node]:
        """The caption above the code."""
        words = lines([[string(line.replace(" ", UNBROKEN))] for line in self.listings[target.item].lines])
        return self.titled(target, caption, [div([paragraph(words)], custom_style="Source Code")], [])

    def statements(self, written: list[list[Node]]) -> list[Node]:
        """A paragraph each, which stay together."""
        *kept, last = map(paragraph, written)
        return [div(kept, custom_style="Algorithm Kept"), div([last], custom_style="Algorithm")]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work."""
        labels = [[*work.label, string("\t")] if work.label else [] for work in works]
        return [
            div([paragraph([*label, *work.inlines])], custom_style="Bibliography", name=work.name)
            for work, label in zip(works, labels, strict=True)
        ]

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """Paragraphs are broken around each formula that they display."""
        return around(blocks, _displayed)

    def padding(self, missing: str) -> str:
        """Times has figures as wide as two spaces, and a mark of one."""
        return "".join(UNBROKEN * (2 if one.isalnum() else 1) for one in missing)

    def _caption(self, targets: list[Target], caption: list[Node]) -> list[Node]:
        """A caption behind its label, whose number Word counts."""
        first = targets[0]
        label = wording.caption_label(first.kind, first.count, self.lang)
        name = label.partition(UNBROKEN)[0]
        stop = [raw("openxml", _run(".", bold=True))] if label.endswith(".") else []
        return [self._counted(targets, f"{name}{UNBROKEN}", name, "", bold=True), *stop, space(), *caption]

    def _counted(self, targets: list[Target], before: str, sequence: str, after: str, bold: bool = False) -> Node:
        """A number that Word counts, with the words around it, under the names of its targets."""
        number = f'<w:fldSimple w:instr=" SEQ {sequence} \\* ARABIC ">{_run(targets[0].count, bold)}</w:fldSimple>'
        text = _run(before, bold) + number + (_run(after, bold) if after else "")
        for target in filter(lambda one: one.name, targets):
            place = next(self.ids)
            start = f'<w:bookmarkStart w:id="{place}" w:name="{_bookmark(target.name)}"/>'
            text = f'{start}{text}<w:bookmarkEnd w:id="{place}"/>'
        return raw("openxml", text)


def _displayed(inline: Node) -> Node | None:
    """A formula in a paragraph of its own, or beside its number; None for a word."""
    if has_class(inline, "Span", EQUATION):
        formula, number = inline["c"][1]
        cells = [cell([]), cell([plain([formula])]), cell([plain([number])])]
        return _grid([0.1, 0.8, 0.1], ["AlignLeft", "AlignCenter", "AlignRight"], cells)
    if inline["t"] == "Math" and inline["c"][0]["t"] == "DisplayMath":
        return paragraph([inline])
    return None


def _grid(widths: list[float], columns: list[str], cells: list[Node]) -> Node:
    """A row without rules, of columns whose widths are shares of the text's."""
    return _as_wide(nodes.table(columns, [], [cells], custom_style="Borderless"), widths)


def _as_wide(table: Node, widths: list[float]) -> Node:
    for column, width in zip(table["c"][2], widths, strict=True):
        column[1] = {"t": "ColWidth", "c": width}
    return table


def _widths(table: Presentation) -> list[float]:
    """The width of each column as a share of the text's; where that is too narrow, lines are broken between words."""
    natural, least = [], []
    for index in range(len(table.columns)):
        lines = table.lines(index)
        longest, word = (max(map(text_width, texts)) for texts in (lines, " ".join(lines).split(" ")))
        natural.append(_share(longest))
        least.append(_share(min(longest, word)))
    wanted, slack = sum(natural), sum(natural) - sum(least)
    given = min(1.0, (wanted - 1) / slack) if wanted > FITS and slack > 0 else 0.0
    widths = [wide - given * (wide - narrow) for wide, narrow in zip(natural, least, strict=True)]
    return [width / max(sum(widths), 1) for width in widths]


def _share(ems: float) -> float:
    return (CELL_POINTS * ems + MARGIN_POINTS) / TEXT_POINTS


def _bookmark(name: str) -> str:
    """A name that Word takes for a place, of which it knows no marks, no more than 40 letters and no capitals."""
    plain_name = name.replace(":", "_", 1)
    if re.fullmatch(f"[a-z0-9_]{{,{LONGEST_NAME}}}", plain_name):
        return plain_name
    return f"{re.sub('[^A-Za-z0-9_]', '_', plain_name)[:31]}_{sha256(name.encode()).hexdigest()[:8]}"


def _run(text: str, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
