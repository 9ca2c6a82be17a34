"""The document tree as a page of HTML: landmarks, anchors, formulas in MathML, no script."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from labreport.documents import nodes, wording
from labreport.documents.layout import Work, identifier
from labreport.documents.native import ALIGNMENTS, NativeLayout
from labreport.documents.nodes import (
    Node,
    div,
    has_class,
    heading,
    lines,
    link,
    paragraph,
    plain,
    raw_block,
    space,
    span,
    string,
    walk,
)
from labreport.documents.numbering import Target
from labreport.documents.presentation import Presentation, run_named
from labreport.documents.printing import ABSENT

CONTENTS_LEVELS = 2
CITED = "#ref-"  # what citeproc's links begin with
BACK = "refs-of-"
CLOSING = re.compile(r"[,.;:!?)\]’”，。、；：！？）】」』》〉…]+")  # marks that begin no line
MAIN, RUNS = "page:main", "page:runs"  # as no heading can be named; templates/html has them, too


@dataclass
class HtmlLayout(NativeLayout):
    """Prints what the tree names.

    Attributes:
        contents: of headings, in reading order: level, name, words.
    """

    contents: list[tuple[int, str, list[Node]]] = field(default_factory=list)

    def heading(self, node: Node, target: Target) -> list[Node]:
        """The heading with its number, below the title of the page."""
        level, _, inlines = node["c"]
        name = identifier(target.name) or f"heading-{len(self.contents) + 1}"
        numbered = [span([string(target.number)], "number"), space(), *inlines] if target.number else inlines
        self.contents.append((level, name, list(_bare(numbered))))
        return [heading(min(level + 1, 6), numbered, name)]

    def value(self, words: list[Node], origin: str, runs: Sequence[str], stop: bool = True) -> list[Node]:
        """A number that says where it comes from when it is pointed at, touched or, at a stop, reached by keyboard."""
        about = [string(origin), space()]
        if len(runs) == 1:
            about.append(link([string(wording.word("to the run", self.lang))], f"run-{runs[0]}"))
        else:
            about.append(string(wording.word("to the runs", self.lang)))
            for place, key in enumerate(runs, start=1):
                about += [space(), link([string(str(place))], f"run-{key}")]
        return [span([*words, span(about, "origin", role="tooltip")], "value", tabindex="0" if stop else "-1")]

    def words(self, nodes: list[Node]) -> list[Node]:
        """A formula keeps the mark behind it in its line, which browsers would put at the beginning of the next."""
        found: list[Node] = []
        for node in super().words(nodes):
            mark = CLOSING.match(node["c"]) if node["t"] == "Str" and found and found[-1]["t"] == "Math" else None
            if mark is None:
                found.append(node)
                continue
            found[-1] = span([found[-1], string(mark[0])], "unbroken")
            if rest := node["c"][mark.end() :]:
                found.append(string(rest))
        return found

    def equation(self, target: Target, formula: str) -> list[Node]:
        """The formula, and its number at the margin."""
        number = span([string(f"({target.number})")], "number")
        return [span([nodes.display(self.formula(formula)), number], "equation", name=identifier(target.name))]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two that stand beside each other where there is room, and the caption below."""
        parts: list[Node] = []
        for target in targets:
            letter = [[span([string(target.part)], "part")]] if target.part else []
            inlines = lines([[self.image(target, caption, width)], *letter])
            parts.append(div([plain(inlines)], "picture", name=identifier(target.name)))
        shown = div(parts, "pair") if len(parts) > 1 else parts[0]
        below = [None, [plain(self.caption(targets[0], caption))]]
        return [{"t": "Figure", "c": [nodes.NOTHING, below, [shown]]}]

    def titled(self, target: Target, caption: list[Node], body: list[Node], below: list[Node]) -> list[Node]:
        """The caption above what it is of, in a box that can be moved sideways where that is wide."""
        name, label = _name(target), f"{_name(target)}-caption"
        over = div([plain(self.caption(target, caption))], "caption", name=label)
        box = div(body, "scroll", role="region", tabindex="0", aria_labelledby=label)
        return [div([over, box, *below], "shown", name=name)]

    def about(self, target: Target) -> dict[str, str]:
        """The name of a table is its caption."""
        return {"aria_labelledby": f"{_name(target)}-caption"}

    def grid(self, table: Presentation, target: Target) -> Node:
        """Heads say of what they are."""
        head, body = self.cells(table)
        headed = int(table.columns[0].align == "left")
        for one in head:
            one[0][2].append(["scope", "col"])
        for row in body if headed else ():
            row[0][0][2].append(["scope", "row"])
        columns = [ALIGNMENTS[column.align] for column in table.columns]
        return nodes.table(columns, [head], body, headed, **self.about(target))

    def statements(self, written: list[list[Node]]) -> list[Node]:
        """A paragraph each."""
        return [div(list(map(paragraph, written)), "algorithm")]

    def references(self, works: list[Work]) -> list[Node]:
        """A paragraph for each work; `page` adds links to where it is cited."""
        labels = [[*work.label, space()] if work.label else [] for work in works]
        return [
            div([paragraph([*label, *work.inlines, span([], BACK + work.name)])], "work", name=work.name)
            for work, label in zip(works, labels, strict=True)
        ]

    def cell(self, text: str, longest: str, bold: bool) -> list[Node]:
        """A cell; the key of a run leads to what the page says of it."""
        words, key = super().cell(text, longest, bold), run_named(text, self.runs)
        return [link(words, f"run-{key}")] if key else words

    def traced(self, words: list[Node], table: Presentation, row: int, column: int) -> list[Node]:
        """The words of a cell, and where they come from; the keyboard stops once in a row, or in a column."""
        runs = self.sources(table, row, column)
        if not runs or words[0]["t"] == "Link" or table.rows[row][column] == ABSENT:
            return words
        of, (name, *_) = table.experiment(row, column), table.rows[row]
        head = " ".join(table.columns[column].head.split())
        what = name if head == of else head
        origin = of if table.rows[row][column] == of else wording.word("whose", self.lang, what, of)
        return self.value(words, origin, runs, stop=(column if table.experiments else row) == 0)


def page(blocks: list[Node], layout: HtmlLayout) -> list[Node]:
    """The landmarks of a page: its table of contents, then the text, which a shell closes.

    Args:
        blocks: the text as the layout has set it.
        layout: which knows the headings.
    """
    title = wording.word("contents", layout.lang)
    nav = raw_block("html", f'<nav aria-label="{title}"><details open><summary>{title}</summary>')
    main = raw_block("html", f'</details></nav>\n<main id="{MAIN}" tabindex="-1">')
    return [nav, _contents(layout), main, *_with_ways_back(blocks)]


def _contents(layout: HtmlLayout) -> Node:
    """A list of links to headings, the second level within the first."""
    items: list[Node] = []
    runs = [(1, RUNS, [string(wording.word("runs", layout.lang))])] if layout.runs else []
    for level, name, said in [*layout.contents, *runs]:
        entry = plain([link(said, name)])
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
            node["c"][0] = [f"cited-{name}-{counts[name]}", *node["c"][0][1:]]
    for node in walk(blocks):
        if node["t"] == "Span" and node["c"][0][1] and node["c"][0][1][0].startswith(BACK):
            name = node["c"][0][1][0].removeprefix(BACK)
            places = range(1, counts[name] + 1)
            ways = [(space(), link([string(f"↩{place}")], f"cited-{name}-{place}")) for place in places]
            node |= span([part for way in ways for part in way], "back")
    return blocks


def _name(target: Target) -> str:
    return identifier(target.name) or f"table-{target.number}"


def _bare(nodes: list[Node]) -> Iterator[Node]:
    """Words without notes, links, anchors and what numbers come from."""
    for node in nodes:
        if has_class(node, "Span", "origin"):
            continue
        if node["t"] == "Link" or (node["t"] == "Span" and node["c"][0][1] != ["number"]):
            yield from _bare(node["c"][1])
        elif node["t"] != "Note":
            yield node
