"""The document tree as a Word file: native tables, formulas and captions that Word can number anew."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from xml.sax.saxutils import escape

from labreport.documents import native, wording
from labreport.documents.booktabs import head_lines, natural_width
from labreport.documents.native import NativeLayout, around, div, identifier, link, row, span
from labreport.documents.numbering import Target, has_class
from labreport.documents.pandoc import Node, paragraph, raw, space, string
from labreport.documents.presentation import Presentation
from labreport.documents.text import text_width
from labreport.documents.tree import Step, Work

EQUATION = "numbered-equation"
LONGEST_NAME = 40  # of a bookmark
TEXT_POINTS, CELL_POINTS, MARGIN_POINTS = 453.6, 9.4, 9.0  # of a page, a cell's font, a cell's margins
TOGETHER = 18  # rows of a table that no page break parts
FIRST_ID = 100_000  # of bookmarks, beyond those that pandoc gives


@dataclass
class DocxLayout(NativeLayout):
    """Prints what the tree names."""

    ids: count[int] = field(default_factory=lambda: count(FIRST_ID))

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """The heading with its number."""
        level, _, inlines = node["c"]
        number = span([string(target.number)], custom_style="Section Number")
        numbered = [number, string("\u2002"), *inlines] if target.number else inlines
        return [{"t": "Header", "c": [level, [identifier(target.name), [], []], numbered]}]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A field that follows the number of what it refers to; of sections and of the author's words a link."""
        said = self.said(target, words)
        if words or target.kind == "sec":
            return [link(said, identifier(target.name) if target.kind == "sec" else _bookmark(target.name))]
        text = wording.reference(target.kind, target.number, target.appendix, self.lang)
        before, shown, part = _parts(text, target)
        return [string(before), raw("openxml", _reference_field(_bookmark(target.name), shown)), string(part)]

    def value(self, words: list[Node], origin: str, run: str) -> list[Node]:
        """The number alone."""
        return words

    def equation(self, target: Target, formula: str) -> list[Node]:
        """What `block` makes a row of: the formula, and its number at the margin."""
        number = self._marked([target], "(", "Equation", target.number, ")")
        return [span([{"t": "Math", "c": [{"t": "DisplayMath"}, self.formula(formula)]}, number], EQUATION)]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two beside each other, and the caption below."""
        pictures = [self.image(target, caption, width) for target in targets]
        below = div([paragraph(self._caption("fig", targets, caption))], custom_style="Image Caption")
        if len(pictures) == 1:
            return [div([paragraph(pictures)], custom_style="Captioned Figure"), below]
        letters = [string(target.number[target.number.index("(") :]) for target in targets]
        cells = [
            native.cell([picture, {"t": "LineBreak"}, letter])
            for picture, letter in zip(pictures, letters, strict=True)
        ]
        for cell in cells:
            cell[4] = [div([paragraph(cell[4][0]["c"])], custom_style="Captioned Figure")]
        return [_grid([0.5, 0.5], ["AlignCenter"] * 2, [cells]), below]

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark above three rules, and the notes."""
        if own is not None:
            _, *rest = own["c"]
            above = div([paragraph(self._caption("tab", [target], caption))], custom_style="Table Caption")
            styled = native.attributes_of("", (), {"custom_style": "ThreeRules"})
            return [above, {"t": "Table", "c": [styled, *rest]}, div([paragraph([])], custom_style="Table Note")]
        shown = self.tables[target.item]
        heads, body = self.rows(shown)
        for number, cells in enumerate((heads, *(line[1] for line in body))):
            kept = len(body) <= TOGETHER and number < len(body)  # no page break behind it
            for one in cells:
                style = "Table Text Kept" if kept else "Table Text"
                one[4] = [div([paragraph(words["c"])], custom_style=style) for words in one[4]]
        above = div([paragraph(self._caption("tab", [target], self.marked(caption)))], custom_style="Table Caption")
        columns = [native.ALIGNMENTS[column.align] for column in shown.columns]
        grid = native.table(columns, [row(heads)], body, custom_style="ThreeRules")
        _set_widths(grid, _widths(shown))
        return [above, grid, div(self.notes(shown) or [paragraph([])], custom_style="Table Note")]

    def listing(self, target: Target) -> list[Node]:
        """The caption above the code."""
        caption = self._caption("lst", [target], self.code_caption(target))
        above = div([paragraph(caption)], custom_style="Table Caption")
        lines = self.listings[target.item].text.split("\n")
        words = [part for line in lines for part in ({"t": "LineBreak"}, string(line.replace(" ", "\u00a0")))][1:]
        return [above, div([paragraph(words)], custom_style="Source Code")]

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """The caption above the statements, a paragraph each."""
        above = div([paragraph(self._caption("alg", [target], caption))], custom_style="Table Caption")
        *kept, last = [paragraph(line) for line in self.steps(steps)]
        return [above, div(kept, custom_style="Algorithm Kept"), div([last], custom_style="Algorithm")]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work."""
        return [
            div([paragraph([*work.label, string("\t"), *work.inlines])], custom_style="Bibliography", name=work.name)
            for work in works
        ]

    def block(self, node: Node) -> list[Node]:
        """A paragraph is broken around each formula that it displays."""
        return around(node, _displayed)

    def padding(self, tail: str, longest: str) -> list[Node]:
        """As wide as the rest of the longest tail: Times has figures of two spaces and a mark of one."""
        missing = longest[len(tail) :]
        return [string("\u00a0" * sum(2 if one.isalnum() else 1 for one in missing))] if missing else []

    def _caption(self, kind: str, targets: list[Target], caption: list[Node]) -> list[Node]:
        label = self.label(kind, targets[0])
        number = targets[0].number.removesuffix("(a)")
        name = label.partition("\u00a0")[0]
        return [
            self._marked(targets, f"{name}\u00a0", name, number, "", bold=True),
            *self._rest(label),
            space(),
            *caption,
        ]

    def _rest(self, label: str) -> list[Node]:
        return [raw("openxml", _run(".", bold=True))] if label.endswith(".") else []

    def _marked(
        self, targets: list[Target], before: str, sequence: str, number: str, after: str, bold: bool = False
    ) -> Node:
        """A number that Word counts, with the words around it, under the names of its targets."""
        field = f'<w:fldSimple w:instr=" SEQ {sequence} \\* ARABIC ">{_run(number, bold)}</w:fldSimple>'
        text = _run(before, bold) + field + (_run(after, bold) if after else "")
        for target in targets:
            if target.name:
                place = next(self.ids)
                start = f'<w:bookmarkStart w:id="{place}" w:name="{_bookmark(target.name)}"/>'
                text = f'{start}{text}<w:bookmarkEnd w:id="{place}"/>'
        return raw("openxml", text)


def _displayed(inline: Node) -> list[Node] | None:
    """A formula in a paragraph of its own, or beside its number; None for a word."""
    if has_class(inline, "Span", EQUATION):
        formula, number = inline["c"][1]
        cells = [native.cell([]), native.cell([formula]), native.cell([number])]
        return [_grid([0.1, 0.8, 0.1], ["AlignLeft", "AlignCenter", "AlignRight"], [cells])]
    if inline["t"] == "Math" and inline["c"][0]["t"] == "DisplayMath":
        return [paragraph([inline])]
    return None


def _grid(widths: list[float], columns: list[str], rows: list[list[Node]]) -> Node:
    """A table without rules, of columns whose widths are shares of the text's."""
    grid = native.table(columns, [], [row(cells) for cells in rows], custom_style="Borderless")
    _set_widths(grid, widths)
    return grid


def _set_widths(table: Node, widths: list[float]) -> None:
    for column, width in zip(table["c"][2], widths, strict=True):
        column[1] = {"t": "ColWidth", "c": width}


def _widths(table: Presentation) -> list[float]:
    """The width of each column as a share of the text's; where that is too narrow, lines are broken between words."""
    natural = [_share(natural_width(table, index)) for index in range(len(table.columns))]
    least = [_share(_longest_word(table, index)) for index in range(len(table.columns))]
    excess, slack = sum(natural) - 1, sum(natural) - sum(least)
    given = min(1.0, excess / slack) if excess > 0 and slack > 0 else 0.0
    widths = [wide - given * (wide - narrow) for wide, narrow in zip(natural, least, strict=True)]
    return [width / max(sum(widths), 1) for width in widths]


def _share(ems: float) -> float:
    return (CELL_POINTS * ems + MARGIN_POINTS) / TEXT_POINTS


def _longest_word(table: Presentation, index: int) -> float:
    lines = [*head_lines(table.columns[index]), *(line[index] for line in table.rows)]
    return min(natural_width(table, index), max(text_width(word) for line in lines for word in line.split(" ")))


def _parts(text: str, target: Target) -> tuple[str, str, str]:
    """The words of a reference: what stands before the bookmark, what it holds, what stands behind."""
    part = target.number[target.number.index("(") :] if "(" in target.number else ""
    shown = text.removesuffix(part) if part else text
    return (*_split(shown), part) if target.kind == "eq" else ("", shown, part)


def _split(text: str) -> tuple[str, str]:
    before, space_between, number = text.partition("\u00a0")
    return before + space_between, number


def _bookmark(name: str) -> str:
    """A name that Word takes for a place."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:31]}_{sha256(name.encode()).hexdigest()[:8]}"


def _run(text: str, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _reference_field(name: str, shown: str) -> str:
    return f'<w:fldSimple w:instr=" REF {name} \\h \\* MERGEFORMAT ">{_run(shown)}</w:fldSimple>'
