"""The document tree between template and format: numbers headings, figures and tables, and resolves references."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from labreport.documents.floats import FLOAT_CLASS, KINDS, REFERENCE_CLASS
from labreport.documents.pandoc import Node, space
from labreport.documents.views import suggestion
from labreport.errors import TemplateError


@dataclass(frozen=True)
class Target:
    """Something that can be referred to.

    Attributes:
        name: `fig:NAME`, `tab:NAME` or `sec:ID`.
        number: as it is printed: `3`, `3(a)`, `2.1`, `A.1`; empty for a heading without a number.
        appendix: whether it stands in the appendix.
    """

    name: str
    number: str
    appendix: bool = False

    @property
    def kind(self) -> str:
        """`fig`, `tab` or `sec`."""
        return self.name.partition(":")[0]


@dataclass
class Numbering:
    """The numbers of a document, in reading order."""

    targets: dict[str, Target] = field(default_factory=dict)
    headings: list[Target] = field(default_factory=list)


class Layout(Protocol):
    """How a format prints what the tree only names."""

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """A heading."""

    def reference(self, target: Target) -> list[Node]:
        """A reference, within a paragraph."""

    def figure(self, targets: list[Target], caption: list[Node]) -> list[Node]:
        """One figure or two side by side."""

    def table(self, target: Target, caption: list[Node]) -> list[Node]:
        """A table."""

    def inline(self, nodes: list[Node]) -> list[Node]:
        """The words of a paragraph, after references are resolved."""

    def block(self, node: Node) -> list[Node]:
        """Any other block, after what is in it."""

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """Blocks that follow one another, each already in the format's own text."""


def number(blocks: list[Node]) -> Numbering:
    """Number every heading, figure and table of a document.

    A level-1 heading of class `appendix`, or whose identifier begins with `sec:appendix`, starts lettered sections.

    Raises:
        TemplateError: two headings have the same identifier.
    """
    found = Numbering()
    counts = {"fig": 0, "tab": 0}
    levels = [0] * 6
    appendix = False
    for node in _walk(blocks):
        if node["t"] == "Header":
            level, (identifier, classes, _), _ = node["c"]
            if level == 1 and opens_appendix(node) and not appendix:
                appendix, levels = True, [0] * 6
            digits = "" if "unnumbered" in classes else _advance(levels, level, appendix)
            target = Target(identifier, digits, appendix)
            if identifier in found.targets:
                raise TemplateError(f"two headings have the identifier {identifier!r}")
            found.headings.append(target)
            if identifier:
                found.targets[identifier] = target
        elif _has_class(node, "Div", FLOAT_CLASS):
            kind, names = _attribute(node, "kind"), _attribute(node, "names").split()
            counts[kind] += 1
            for index, name in enumerate(names):
                part = f"({chr(ord('a') + index)})" if len(names) > 1 else ""
                found.targets[f"{kind}:{name}"] = Target(f"{kind}:{name}", f"{counts[kind]}{part}", appendix)
    return found


def opens_appendix(heading: Node) -> bool:
    """Whether a heading is the appendix's first."""
    _, (identifier, classes, _), _ = heading["c"]
    return "appendix" in classes or identifier.startswith("sec:appendix")


def transform(blocks: list[Node], numbering: Numbering, layout: Layout) -> list[Node]:
    """Put a format's own text in the place of headings, figures, tables and references.

    Raises:
        TemplateError: a reference to a section that does not exist or has no number, or a picture outside figure().
    """
    headings = iter(numbering.headings)
    state = {"appendix": False}

    def block(node: Node) -> list[Node]:
        if node["t"] == "Header":
            target = next(headings)
            opens = target.appendix and not state["appendix"]
            state["appendix"] = target.appendix
            node = {"t": "Header", "c": [node["c"][0], node["c"][1], inlines(node["c"][2])]}
            return layout.heading(node, target, opens)
        if _has_class(node, "Div", FLOAT_CLASS):
            kind = _attribute(node, "kind")
            targets = [numbering.targets[f"{kind}:{name}"] for name in _attribute(node, "names").split()]
            caption = inlines(_caption(node, targets[0]))
            return layout.figure(targets, caption) if kind == "fig" else layout.table(targets[0], caption)
        return layout.block({**node, "c": content(node["c"])} if "c" in node else node)

    def content(value: Node) -> Node:
        if not isinstance(value, list):
            return value
        if value and all(isinstance(item, dict) and "t" in item for item in value):
            if all(item["t"] in BLOCKS for item in value):
                return layout.sequence([new for item in value for new in block(item)])
            if all(item["t"] in INLINES for item in value):
                return inlines(value)
        return [content(item) for item in value]

    def inlines(nodes: list[Node]) -> list[Node]:
        new: list[Node] = []
        for node, following in zip(nodes, [*nodes[1:], None], strict=True):
            if _has_class(node, "Span", REFERENCE_CLASS):
                target = _target(_attribute(node, "target"), numbering)
                new += layout.reference(target)
                if following and _wants_space(target, following):
                    new.append(space())
            elif node["t"] == "Image":
                raise TemplateError(f"the picture {node['c'][2][0]!r} is no figure of this report; use figure()")
            else:
                new.append({**node, "c": content(node["c"])} if "c" in node else node)
        return layout.inline(new)

    return layout.sequence([new for node in blocks for new in block(node)])


BLOCKS = frozenset(
    {
        "Plain",
        "Para",
        "LineBlock",
        "CodeBlock",
        "RawBlock",
        "BlockQuote",
        "OrderedList",
        "BulletList",
        "DefinitionList",
        "Header",
        "HorizontalRule",
        "Table",
        "Figure",
        "Div",
    }
)
INLINES = frozenset(
    {
        "Str",
        "Emph",
        "Underline",
        "Strong",
        "Strikeout",
        "Superscript",
        "Subscript",
        "SmallCaps",
        "Quoted",
        "Cite",
        "Code",
        "Space",
        "SoftBreak",
        "LineBreak",
        "Math",
        "RawInline",
        "Link",
        "Image",
        "Note",
        "Span",
    }
)


def _advance(levels: list[int], level: int, appendix: bool) -> str:
    levels[level - 1] += 1
    levels[level:] = [0] * (len(levels) - level)
    first = chr(ord("A") + levels[0] - 1) if appendix and levels[0] else str(levels[0])
    return ".".join([first, *map(str, levels[1:level])])


def _walk(value: Node) -> Iterator[Node]:
    if isinstance(value, dict) and "t" in value:
        yield value
        yield from _walk(value.get("c"))
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)


def _has_class(node: Node, kind: str, name: str) -> bool:
    return bool(node["t"] == kind and name in node["c"][0][1])


def _attribute(node: Node, name: str) -> str:
    return str(dict(node["c"][0][2])[name])


def _caption(node: Node, target: Target) -> list[Node]:
    blocks = node["c"][1]
    if len(blocks) != 1 or blocks[0]["t"] not in ("Para", "Plain"):
        name = target.name.partition(":")[2]
        raise TemplateError(f"the {KINDS[target.kind]} {name!r} needs a caption of one paragraph, without lists")
    caption: list[Node] = blocks[0]["c"]
    return caption


def _wants_space(target: Target, following: Node) -> bool:
    """Whether the digits or letters of a reference would touch a Chinese character."""
    ends_in_number = target.kind != "sec" or target.appendix
    first = following["c"][0] if following["t"] == "Str" else " "
    return ends_in_number and first.isalpha() and unicodedata.east_asian_width(first) in "WF"


def _target(name: str, numbering: Numbering) -> Target:
    target = numbering.targets.get(name)
    if target is None:
        kind = name.partition(":")[0]
        known = [other for other in numbering.targets if other.startswith(f"{kind}:")]
        raise TemplateError(f'ref("{name}"): the text has no such target{suggestion(name, known)}')
    if not target.number:
        raise TemplateError(f'ref("{name}"): that heading has no number to refer to')
    return target
