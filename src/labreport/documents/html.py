"""The document tree as a page of HTML: landmarks, anchors, formulas in MathML, no script."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labreport.documents import native, wording
from labreport.documents.native import NativeLayout, div, identifier, link, row, span
from labreport.documents.numbering import Target, has_class, walk
from labreport.documents.pandoc import Node, paragraph, raw_block, space, string, strong
from labreport.documents.presentation import run_named
from labreport.documents.tree import Step, Work

MEDIA = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
CONTENTS_LEVELS = 2
CITED = "#ref-"  # what citeproc's links begin with
BACK = "refs-of-"


@dataclass
class HtmlLayout(NativeLayout):
    """Prints what the tree names.

    Attributes:
        contents: of headings, in reading order: level, name, words.
    """

    contents: list[tuple[int, str, list[Node]]] = field(default_factory=list)

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """The heading with its number, below the title of the page."""
        level, _, inlines = node["c"]
        name = identifier(target.name) or f"heading-{len(self.contents) + 1}"
        numbered = [span([string(target.number)], "number"), space(), *inlines] if target.number else inlines
        self.contents.append((level, name, list(_bare(numbered))))
        return [{"t": "Header", "c": [min(level + 1, 6), [name, [], []], numbered]}]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """A link to the anchor."""
        return [link(self.said(target, words), identifier(target.name))]

    def value(self, words: list[Node], origin: str, run: str) -> list[Node]:
        """A number that says where it comes from when it is pointed at, touched or reached by the keyboard."""
        about: list[Node] = [string(origin)]
        if run in self.runs:
            about += [space(), link([string(wording.word("to the run", self.lang))], f"run-{run}")]
        return [span([*words, span(about, "origin", role="tooltip")], "value", tabindex="0")]

    def equation(self, target: Target, formula: str) -> list[Node]:
        """The formula, and its number at the margin."""
        math = {"t": "Math", "c": [{"t": "DisplayMath"}, self.formula(formula)]}
        number = span([string(f"({target.number})")], "number")
        return [span([math, number], "equation", name=identifier(target.name))]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two that stand beside each other where there is room, and the caption below."""
        parts: list[Node] = []
        for target in targets:
            inlines = [self.image(target, caption, width)]
            if len(targets) > 1:
                letter = target.number[target.number.index("(") :]
                inlines += [{"t": "LineBreak"}, span([string(letter)], "part")]
            parts.append(div([{"t": "Plain", "c": inlines}], "picture", name=identifier(target.name)))
        shown = div(parts, "pair") if len(parts) > 1 else parts[0]
        below = [None, [{"t": "Plain", "c": self._caption("fig", targets[0], caption)}]]
        return [{"t": "Figure", "c": [native.NOTHING, below, [shown]]}]

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark, the table, which can be moved sideways where it is wide, and its notes."""
        name = identifier(target.name) or f"table-{target.number}"
        if own is not None:
            _, *rest = own["c"]
            attributes = native.attributes_of("", (), {"aria_labelledby": f"{name}-caption"})
            labelled = {"t": "Table", "c": [attributes, *rest]}
            return [self._boxed(name, self._caption("tab", target, caption), labelled, [])]
        shown = self.tables[target.item]
        heads, body = self.rows(shown)
        headed = int(shown.columns[0].align == "left")
        for head in heads:
            head[0][2].append(["scope", "col"])
        for line in body if headed else ():
            line[1][0][0][2].append(["scope", "row"])
        columns = [native.ALIGNMENTS[column.align] for column in shown.columns]
        grid = native.table(columns, [row(heads)], body, headed, aria_labelledby=f"{name}-caption")
        return [self._boxed(name, self._caption("tab", target, self.marked(caption)), grid, self.notes(shown))]

    def listing(self, target: Target) -> list[Node]:
        """The caption above the code."""
        code = {"t": "CodeBlock", "c": [["", ["python"], []], self.listings[target.item].text]}
        name = identifier(target.name)
        return [self._boxed(name, self._caption("lst", target, self.code_caption(target)), code, [])]

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """The caption above the statements, a line each."""
        lines = div([paragraph(line) for line in self.steps(steps)], "algorithm")
        return [self._boxed(identifier(target.name), self._caption("alg", target, caption), lines, [])]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work; `page` adds links to where it is cited."""
        return [div([paragraph(self._work(work))], "work", name=work.name) for work in works]

    def cell(self, text: str, tail: str | None, bold: bool) -> list[Node]:
        """A cell; the key of a run leads to what the page says of it."""
        if key := run_named(text, self.runs):
            return [link(super().cell(text, tail, bold), f"run-{key}")]
        return super().cell(text, tail, bold)

    def _work(self, work: Work) -> list[Node]:
        label = [*work.label, space()] if work.label else []
        return [*label, *work.inlines, span([], BACK + work.name)]

    def _caption(self, kind: str, target: Target, caption: list[Node]) -> list[Node]:
        return [strong([string(self.label(kind, target))]), space(), *caption]

    def _boxed(self, name: str, caption: list[Node], shown: Node, below: list[Node]) -> Node:
        """Something with its caption above, in a box that scrolls sideways."""
        over = div([{"t": "Plain", "c": caption}], "caption", name=f"{name}-caption")
        box = div([shown], "scroll", role="region", tabindex="0", aria_labelledby=f"{name}-caption")
        return div([over, box, *below], "shown", name=name)


def page(blocks: list[Node], layout: HtmlLayout) -> list[Node]:
    """The landmarks of a page: its table of contents, then the text, which a shell closes.

    Args:
        blocks: the text as the layout has set it.
        layout: which knows the headings.
    """
    title = wording.word("contents", layout.lang)
    nav = raw_block("html", f'<nav aria-label="{title}"><details open><summary>{title}</summary>')
    main = raw_block("html", '</details></nav>\n<main id="main" tabindex="-1">')
    return [nav, _contents(layout), main, *_with_ways_back(blocks)]


def _contents(layout: HtmlLayout) -> Node:
    """A list of links to headings, the second level within the first."""
    items: list[Node] = []
    runs = [(1, "runs", [string(wording.word("runs", layout.lang))])] if layout.runs else []
    for level, name, said in [*layout.contents, *runs]:
        entry = {"t": "Plain", "c": [link(said, name)]}
        if level == 1 or not items:
            items.append([entry])
        elif level <= CONTENTS_LEVELS:
            if len(items[-1]) == 1:
                items[-1].append({"t": "BulletList", "c": []})
            items[-1][1]["c"].append([entry])
    return {"t": "BulletList", "c": items}


def _with_ways_back(blocks: list[Node]) -> list[Node]:
    """The blocks, in which each work of the list of references leads to the places that cite it."""
    counts: Counter[str] = Counter()
    for node in walk(blocks):
        if node["t"] == "Link" and node["c"][2][0].startswith(CITED):
            name = node["c"][2][0][1:]
            counts[name] += 1
            node["c"][0][0] = f"cited-{name}-{counts[name]}"
    for node in walk(blocks):
        if node["t"] == "Span" and node["c"][0][1] and node["c"][0][1][0].startswith(BACK):
            name = node["c"][0][1][0].removeprefix(BACK)
            node["c"][0][1] = ["back"]
            node["c"][1] = [
                part
                for place in range(1, counts[name] + 1)
                for part in (space(), link([string(f"↩{place}")], f"cited-{name}-{place}"))
            ]
    return blocks


def data_uri(path: Path) -> str:
    """A picture as an address that holds it."""
    return f"data:{MEDIA[path.suffix.lower()]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _bare(nodes: list[Node]) -> Iterator[Node]:
    """Words without notes, links, anchors and what numbers come from."""
    for node in nodes:
        if has_class(node, "Span", "origin"):
            continue
        if node["t"] == "Link" or (node["t"] == "Span" and node["c"][0][1] != ["number"]):
            yield from _bare(node["c"][1])
        elif node["t"] != "Note":
            yield node
