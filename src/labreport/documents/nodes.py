"""The nodes of pandoc's document tree: made, found and read."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

BLOCKS = frozenset({
    "Plain", "Para", "LineBlock", "CodeBlock", "RawBlock", "BlockQuote", "OrderedList", "BulletList",
    "DefinitionList", "Header", "HorizontalRule", "Table", "Figure", "Div",
})  # fmt: skip
INLINES = frozenset({
    "Str", "Emph", "Underline", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Quoted", "Cite",
    "Code", "Space", "SoftBreak", "LineBreak", "Math", "RawInline", "Link", "Image", "Note", "Span",
})  # fmt: skip
SPACES = ("Space", "SoftBreak", "LineBreak")

Node = Any
"""A node of pandoc's JSON tree: a dictionary with `t` and `c`, or a list of nodes."""
NOTHING: Node = ["", [], []]
"""The attributes of a node that has none."""


def node(kind: str, content: Node) -> Node:
    """A node of one of pandoc's kinds."""
    return {"t": kind, "c": content}


string = partial(node, "Str")  # of a word
plain = partial(node, "Plain")  # of words that are no paragraph, as in a cell
paragraph = partial(node, "Para")
strong = partial(node, "Strong")


def space() -> Node:
    """A space between words."""
    return {"t": "Space"}


def appended(words: str) -> list[Node]:
    """Words in brackets behind a sentence, of which Chinese ones bring their own room."""
    return [*([] if words.startswith("〔") else [space()]), string(words)]


def _raw(kind: str, form: str, text: str) -> Node:
    return node(kind, [form, text])


raw = partial(_raw, "RawInline")  # text of the output format within a paragraph
raw_block = partial(_raw, "RawBlock")  # between paragraphs


def code(text: str) -> Node:
    """Typewriter text."""
    return node("Code", [NOTHING, text])


def display(formula: str) -> Node:
    """A formula in a line of its own."""
    return node("Math", [{"t": "DisplayMath"}, formula])


def lines(parts: Sequence[list[Node]]) -> list[Node]:
    """Words with line breaks between them."""
    return [node for part in parts for node in ({"t": "LineBreak"}, *part)][1:]


def heading(level: int, words: list[Node], name: str = "", *classes: str) -> Node:
    """A heading."""
    return node("Header", [level, [name, list(classes), []], words])


def link(words: list[Node], to: str) -> Node:
    """A link to a place in the document."""
    return node("Link", [NOTHING, words, [f"#{to}", ""]])


def _named(form: str, content: list[Node], /, *classes: str, name: str = "", **attributes: str) -> Node:
    return node(form, [attributes_of(name, *classes, **attributes), content])


span = partial(_named, "Span")  # words with classes, a name, attributes
div = partial(_named, "Div")  # blocks


def attributes_of(name: str, *classes: str, **attributes: str) -> Node:
    """Attributes as pandoc has them; underscores stand for hyphens."""
    return [name, list(classes), [[key.replace("_", "-"), value] for key, value in attributes.items()]]


def cell(blocks: list[Node], align: str = "AlignDefault") -> Node:
    """A cell of a table."""
    return [["", [], []], {"t": align}, 1, 1, blocks]


def table(columns: list[str], head: list[list[Node]], body: list[list[Node]], headed: int = 0, **about: str) -> Node:
    """A table without a caption.

    Args:
        columns: how each is aligned, by pandoc's name.
        head: the cells of each of its rows of heads.
        body: those of its other rows.
        headed: how many cells at the start of a row are its heads.
        about: attributes of the table.
    """
    aligned = [[{"t": align}, {"t": "ColWidthDefault"}] for align in columns]
    above, below = ([[NOTHING, cells] for cells in rows] for rows in (head, body))
    parts = [[NOTHING, above], [[NOTHING, headed, [], below]], [NOTHING, []]]
    return node("Table", [attributes_of("", **about), [None, []], aligned, *parts])


def walk(value: Node) -> Iterator[Node]:
    """Every node of a tree, in reading order."""
    if isinstance(value, dict) and "t" in value:
        yield value
        yield from walk(value.get("c"))
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)


def inside(value: Node, blocks: Callable[[list[Node]], Node], inlines: Callable[[list[Node]], Node]) -> Node:
    """The content of a node, each list of blocks or of words in it changed."""
    if not isinstance(value, list):
        return value
    kinds = {item.get("t", "") if isinstance(item, dict) else "" for item in value}
    if value and kinds <= BLOCKS:
        return blocks(value)
    return inlines(value) if value and kinds <= INLINES else [inside(item, blocks, inlines) for item in value]


def said(nodes: list[Node]) -> str:
    """The words of some nodes, without what they look like."""
    found = ""
    for node in walk(nodes):
        if node["t"] in SPACES:
            found += " "
        elif node["t"] == "Str":
            found += node["c"]
        elif node["t"] in ("Math", "Code"):
            found += node["c"][1]
        elif node["t"] == "RawInline":  # a formula as a format has it
            found += node["c"][1].strip("$`")
    return found


def has_class(node: Node, kind: str, name: str) -> bool:
    """Whether a node is a `Div` or `Span` (`kind`) of a class."""
    return bool(node["t"] == kind and name in node["c"][0][1])


def attribute(node: Node, name: str) -> str:
    """An attribute of a `Div` or `Span`; empty where it has none of the name."""
    return str(dict(node["c"][0][2]).get(name, ""))
