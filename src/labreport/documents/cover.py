"""The cover of a report: a page of Markdown before it, in every format."""

from collections.abc import Mapping
from html import escape

from labreport.documents.layout import Layout
from labreport.documents.nodes import Node, div, has_class, paragraph, raw, raw_block, said, string, strong, walk
from labreport.documents.text import clean

WIDTH = "30%"  # of a picture that states none, as a share of the text's
TITLES = ("cover-title", "cover-subtitle")  # what headings become, by their level
LATEX = (r"\LARGE\bfseries", r"\Large")
WORD = ("Title", "Subtitle")


def blocks(read: list[Node], form: str, layout: Layout) -> list[Node]:
    """The blocks of a cover.

    Headings are large lines without numbers, a rule takes what is left of the page, and pictures have no captions.

    Args:
        read: what it shows, made explicit.
        form: `latex`, `markdown`, `html` or `docx`.
        layout: of the form.

    Raises:
        TemplateError: something refers to what is not there.
    """
    bare = [_title(node) if node["t"] == "Header" else node for node in read]
    found = layout.document(bare)
    return [new for node in found for new in _set(_with_pictures(node, form, layout.images), form)]


def _title(heading: Node) -> Node:
    level, _, inlines = heading["c"]
    return div([paragraph(inlines)], TITLES[min(level, len(TITLES)) - 1])


def _set(node: Node, form: str) -> list[Node]:
    """A block as the page of a form has it."""
    size = next((level for level, name in enumerate(TITLES) if has_class(node, "Div", name)), None)
    if node["t"] == "HorizontalRule":
        space = div([paragraph([string("\u00a0")])], custom_style="Cover Space")
        return {"latex": [raw_block("latex", r"\vfill")], "docx": [space], "markdown": []}.get(form, [node])
    if size is None:
        return [div([node], custom_style="Cover")] if form == "docx" else [node]
    (line,) = node["c"][1]
    if form == "latex":
        return [paragraph([raw("latex", f"{{{LATEX[size]} "), *line["c"], raw("latex", r"\par}")])]
    if form == "docx":
        return [div([line], custom_style=WORD[size])]
    return [paragraph([strong(line["c"])])] if form == "markdown" else [node]


def _with_pictures(block: Node, form: str, at: Mapping[str, str]) -> Node:
    """The block, its pictures with the width and the address that they have in a form."""
    for node in walk(block):
        if node["t"] == "Image":
            attributes, caption, (name, _) = node["c"]
            width = dict(attributes[2]).get("width", WIDTH)
            if form == "markdown":  # a forge takes no style
                node |= raw("html", f'<img src="{at[name]}" alt="{escape(clean(said(caption)))}" width="{width}">')
            else:
                node["c"] = [["", [], [["width", width]]], caption, [at[name], ""]]
    return block
