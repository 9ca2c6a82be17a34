"""What a template's Markdown shows and refers to, in the conventions of pandoc and Quarto, made explicit.

    ![Caption.](figure:losses)                            a declared figure, @fig:losses
    ![Caption.](table:results){#tab:main}                 a declared table under a name of its own, @tab:main
    ![](code:labreport.models.cnn:CNN4)                   a class or function of the project, @lst:CNN4
    ![Caption.](images/bench.jpg){#fig:bench width=60%}   a picture that lies beside the template
    ::: {layout-ncol=2}                                   two figures of half the width under one caption
    $$ E = mc^2 $$ {#eq:energy}                           an equation with a number, @eq:energy
    : Caption. {#tab:own}                                 below a table that is written out
    ``` {#alg:bptt .algorithm caption="..."}              an algorithm, see `labreport.documents.algorithms`
    [@key], @key                                          a work of references.bib

What is shown becomes a div of class `labfloat` that begins with its caption, a reference a span of class `labref`, a
numbered equation one of class `labeq`, a number that says where it comes from one of class `labvalue`;
`labreport.documents.layout` puts a format's own text in their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from labreport.documents import algorithms, listings, pandoc
from labreport.documents.naming import unknown
from labreport.documents.nodes import Node, appended, div, inside, paragraph, span, string
from labreport.documents.pictures import Picture, checked
from labreport.documents.printing import START, Origins, parts, unmarked
from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

Result = TypeVar("Result")

FLOAT_CLASS, REFERENCE_CLASS, EQUATION_CLASS, STEP_CLASS = "labfloat", "labref", "labeq", "labstep"
VALUE_CLASS = "labvalue"  # a number with what it was computed from
# Classes that code may not have, beside its language: the last two are those of a number on the web page.
OWN_CLASSES = frozenset({FLOAT_CLASS, REFERENCE_CLASS, EQUATION_CLASS, STEP_CLASS, VALUE_CLASS, "value", "origin"})
# Classes that anything else may have; the last two are those that pandoc gives to addresses.
CLASSES = ("unnumbered", "unlisted", "appendix", "mark", "uri", "email")
LINKED = ("http://", "https://", "mailto:", "#")  # what the address of a link may begin with
KINDS = {"fig": "figure", "tab": "table", "lst": "listing", "alg": "algorithm", "eq": "equation", "sec": "section"}
SHOWN = {"figure": "fig", "table": "tab", "code": "lst"}  # scheme of an address -> kind
# `@fig:x` in running text; what stands between backticks, or in brackets already, is left alone.
_REFERENCE = re.compile(
    r"(`+).*?\1|\[@[^\[\]]*\]|(?<![A-Za-z0-9_\\{-])@((?:fig|tab|lst|alg|eq|sec):[A-Za-z0-9_]+(?:[.-]?\w)*)", re.S | re.A
)
_LABEL = re.compile(r"\{#(eq:[A-Za-z0-9_.-]+)\}(.*)")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?")
_WIDTH = re.compile(r"(?:100|[1-9]\d?)%")
# A command of LaTeX -> what is written instead.
INSTEAD = {
    r"\cite": "[@key]", r"\citep": "[@key]", r"\citet": "@key", r"\ref": "@fig:name", r"\autoref": "@fig:name",
    r"\eqref": "@eq:name", r"\label": "{#fig:name} behind what it names", r"\includegraphics": "![caption](file.png)",
    r"\begin": "$$ ... $$ around a formula, Markdown for all else", r"\textbf": "**words**", r"\emph": "*words*",
    r"\textit": "*words*", r"\section": "# words", r"\subsection": "## words", r"\footnote": "^[words]",
    r"\url": "<https://...>", r"\href": "[words](https://...)", r"\item": "- words", r"\tag": "{#eq:name} behind $$",
}  # fmt: skip
IN_FORMULAS = re.compile(r"\\(?:label|tag|eqref|ref|cite)\b\*?")
# What programs TeX, or opens files and links, in a formula.
_PROGRAM = re.compile(
    r"\\(?:input|include\w*|verbatiminput|lstinputlisting|openin|openout|newread|newwrite|read|write|immediate|special"
    r"|csname|catcode|[egx]?def|let|futurelet|loop|repeat|expandafter|scantokens|directlua|ShellEscape|XeTeX\w+|href|url"
    r"|(?:re)?newcommand|usepackage|end\s*\{document\})(?![A-Za-z])|\^\^"
)
# Where the attributes of a node stand, and which an author may give; others could be a script of a web page.
_ATTRIBUTED = {"Div": 0, "Span": 0, "Link": 0, "Code": 0, "CodeBlock": 0, "Image": 0, "Table": 0, "Header": 1}
ATTRIBUTES = ("width", "layout-ncol", "caption", "startFrom")


def markdown(text: str) -> str:
    """Text as pandoc reads it: a reference becomes a citation in brackets, which may touch other words."""
    return _REFERENCE.sub(lambda found: f"[@{found[2]}]" if found[2] else found[0], text)


@dataclass
class Syntax:
    """Makes explicit what a document shows; what it finds wrong ends it.

    Args:
        folder: that the template lies in, and own pictures in or below.
        figures: declared, name -> `{"width": "half" | "full"}`; None takes any name.
        tables: names of those that are declared; None takes any name.
        marks: of figures, name -> how their captions end.
        modules: those whose code may be shown, since the plan knows them; None knows all.
        origins: what printed numbers are and the keys of their runs.
        files: pictures that may be shown, likewise; None allows all.
        cover: whether it is a cover, whose pictures are the author's own and stand among words, without captions.

    Attributes:
        pictures: own ones, path as written -> what it is.
        listings: name -> the code.
        shown: ids of what is shown, in reading order.
    """

    folder: Path
    figures: Mapping[str, Mapping[str, object]] | None = None
    tables: Collection[str] | None = None
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    modules: Collection[str] | None = None
    origins: Origins = field(default_factory=Origins)
    files: Collection[str] | None = None
    cover: bool = False
    pictures: dict[str, Picture] = field(default_factory=dict)
    listings: dict[str, listings.Excerpt] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    complain: Callable[[str, str], None] | None = None  # takes a token and what is wrong with it, instead of an error

    def explicit(self, blocks: list[Node]) -> list[Node]:
        """The blocks of a document with all that it shows made explicit.

        Raises:
            TemplateError: something has a form that is not understood, or a name that is not declared.
        """
        return [self._guarded(node, self._block) for node in blocks]

    def _guarded(self, node: Node, change: Callable[[Node], Node]) -> Node:
        try:
            return change(node)
        except Mistake as mistake:
            if self.complain is None:
                raise
            self.complain(mistake.token, str(mistake))
            return paragraph([])

    def _block(self, node: Node) -> Node:
        kind, content = node["t"], node.get("c")
        _check_attributes(node)
        if kind == "Para" and _pictures(content) and not self.cover:
            if self.complain is not None:  # all branches stand beside each other
                return div([self._float([one], None) for one in _images(content)])
            return self._float(content, None)
        if kind == "Div" and dict(content[0][2]).get("layout-ncol"):
            return self._pair(content[1])
        if kind == "CodeBlock" and "algorithm" in content[0][1]:
            return self._algorithm(*content)
        if kind == "Table" and content[1][1]:
            return self._own_table(node)
        return self._inside(node)

    def _inside(self, node: Node) -> Node:
        return {**node, "c": inside(node["c"], self.explicit, self._inlines)} if "c" in node else node

    def _inlines(self, nodes: list[Node]) -> list[Node]:
        """Words, whose references and numbered equations are made explicit."""
        new: list[Node] = []
        for node in nodes:
            labelled = _LABEL.fullmatch(node["c"]) if node["t"] == "Str" else None
            if node["t"] == "Str" and START in node["c"]:
                new += self._values(node["c"])
            elif labelled and (formula := _formula_before(new)) is not None:
                name, rest = labelled.groups()
                self._show(name)
                new += [span([formula], EQUATION_CLASS, target=name), *([string(rest)] if rest else [])]
            else:
                new.append(self._guarded(node, self._inline))
        return new

    def _values(self, text: str) -> list[Node]:
        """Words, with numbers that say where they come from in spans of their own.

        Raises:
            Mistake: one of them is none that was printed.
        """
        found = []
        for origin, part in parts(text):
            if origin is None or origin >= len(self.origins.found):
                found.append(string(part))
            elif (origin, part) not in self.origins.printed:
                said = "is no number that a value printed; print the value, or percent(), number() and the like of it"
                raise Mistake(part, f"{part!r} {said}")
            else:
                what, runs = self.origins.found[origin]
                found.append(span([string(part)], VALUE_CLASS, origin=what, run=" ".join(runs)))
        return found

    def _inline(self, node: Node) -> Node:
        kind, content = node["t"], node.get("c")
        _check_attributes(node)
        if kind in ("Math", "Code"):
            content = [content[0], unmarked(content[1])]
        if kind == "Math" and (program := _PROGRAM.search(content[1])):
            raise Mistake(
                program[0], f"{program[0]} in a formula programs TeX and is refused; write what it stands for"
            )
        if kind == "Image":
            return self._picture(node)
        if self.complain is not None and kind in ("Str", "Math"):  # of the template; a text from data is what it is
            command = _COMMAND.search(content) if kind == "Str" else IN_FORMULAS.search(content[1])
            if command:
                raise Mistake(command[0], _instead(command[0]))
        if kind == "Cite":
            return self._cite(content[0], node)
        if kind == "Link":
            target = content[2][0]
            if not target.lower().startswith(LINKED):
                allowed = ", ".join(LINKED)
                raise Mistake(target, f"the link to {target!r} leads elsewhere than to {allowed}; write such one")
            if target.startswith("#") and _is_target(target[1:]):
                return span(self._inlines(content[1]), REFERENCE_CLASS, target=target[1:])
        return self._inside({**node, "c": content} if content is not None else node)

    def _picture(self, node: Node) -> Node:
        """A picture among words, which stands on covers only."""
        target = node["c"][2][0]
        if not self.cover:
            raise Mistake(target, f"the picture {target!r} stands among words; give it a paragraph of its own")
        self._shown(target, half=False)
        if target not in self.pictures:
            raise Mistake(target, f"{target!r}: a cover shows pictures of one's own; show this one in the text")
        self._width(target, dict(node["c"][0][2]))
        return node

    def _cite(self, citations: list[Node], node: Node) -> Node:
        keys = [one["citationId"] for one in citations]
        targets = [key for key in keys if ":" in key]
        for key in targets:
            if not _is_target(key):
                kind = key.partition(":")[0]
                near = did_you_mean(kind, KINDS)
                raise Mistake(f"@{key}", f"@{key}: {kind!r} is no kind of target{near}; allowed are {', '.join(KINDS)}")
        if targets and len(targets) < len(keys):
            raise Mistake(f"@{targets[0]}", f"@{targets[0]} stands among citations; write it in brackets of its own")
        spans = [one for key in targets for one in (string(", "), span([], REFERENCE_CLASS, target=key))][1:]
        return node if not spans else spans[0] if len(spans) == 1 else span(spans)

    # What is shown

    def _float(self, inlines: list[Node], caption: list[Node] | None) -> Node:
        """Pictures, tables or code that have a paragraph to themselves: one, or two with a caption beside them."""
        images = _images(inlines)
        names: list[str] = []
        items: list[str] = []
        kind, width = "", ""
        for image in images:
            _check_attributes(image)
            (identifier, _, attributes), _, (target, _) = image["c"]
            kind, item, default = self._shown(target, half=len(images) > 1)
            name = identifier or default
            if name.partition(":")[0] != kind:
                raise Mistake(target, f"{target!r} is a {KINDS[kind]}; its name begins with {kind}:, found {name!r}")
            self._show(name)
            names, items = [*names, name], [*items, item]
            width = self._width(target, dict(attributes))
        if len(images) > 1 and (len(images) != 2 or not all(name.startswith("fig:") for name in names)):
            raise Mistake(items[0], f"{len(images)} things under one caption: allowed are two figures")
        words = caption if caption is not None else images[0]["c"][1]
        if not words and kind != "lst":
            raise Mistake(items[0], f"the {KINDS[kind]} {items[0]!r} needs a caption; write it into the brackets")
        marks = dict.fromkeys(mark for name in items for mark in self.marks.get(name, ()) if mark)
        words = [*self._inlines(words), *(node for mark in marks for node in appended(mark))]
        return _float(kind, names, [paragraph(words)], items=" ".join(items), width=width)

    def _pair(self, blocks: list[Node]) -> Node:
        images = [node for block in blocks if block["t"] == "Para" and _pictures(block["c"]) for node in block["c"]]
        words = [block["c"] for block in blocks if block["t"] in ("Para", "Plain") and not _pictures(block["c"])]
        target = images[0]["c"][2][0] if images else "layout-ncol"
        if len(blocks) < 2 or len(words) != 1 or blocks[-1]["c"] is not words[0]:
            raise Mistake(target, "a div with layout-ncol holds two figures, then one paragraph, their caption")
        return self._float(images, words[0])

    def _shown(self, target: str, half: bool) -> tuple[str, str, str]:
        """Kind, what is shown, and the name it has where it is given none, of the address of a picture."""
        scheme, separator, name = target.partition(":")
        if not separator:
            path = unquote(target)
            picture = self.pictures[target] = _mistaken(target, lambda: checked(self.folder, path))
            alike = [one.path for one in self.pictures.values() if one.file == picture.file]
            if twin := next((path for path in alike if path != picture.path), None):
                raise Mistake(target, f"{picture.path} and {twin} would both be called {picture.file}; rename one")
            if self.files is not None and str(picture.path) not in self.files:
                raise Mistake(target, f"the picture {target!r} has a name that is put together; write it out")
            return "fig", target, f"fig:{Path(path).stem}"
        if scheme not in SHOWN:
            near = did_you_mean(scheme, SHOWN)
            raise Mistake(target, f"{target!r}: a picture is figure:NAME, table:NAME, code:MODULE:NAME or a file{near}")
        if scheme == "code":
            found = _mistaken(target, lambda: listings.excerpt(name))
            if self.modules is not None and name.partition(":")[0] not in self.modules:
                raise Mistake(target, f"{target!r} is put together; write it out, so that an edit of the code is seen")
            self.listings[found.name] = found
            return "lst", found.name, f"lst:{found.name}"
        declared = self.figures if scheme == "figure" else self.tables
        if declared is not None and name not in declared:
            raise Mistake(target, str(unknown(unquote(name), scheme, declared)))
        if half and scheme == "figure" and self.figures and self.figures[name].get("width") != "half":
            raise Mistake(target, f'figure {name!r} is not half as wide as the text; declare it "width: half"')
        return SHOWN[scheme], name, f"{SHOWN[scheme]}:{name}"

    def _width(self, target: str, attributes: Mapping[str, str]) -> str:
        width = attributes.get("width", "")
        if width and (target not in self.pictures or not _WIDTH.fullmatch(width)):
            raise Mistake(target, f"{target!r}: width={width}; allowed is a share of the text's width such as 60%, and "
                                  "that of a picture of one's own; other figures are as wide as declared")  # fmt: skip
        return width

    def _algorithm(self, attributes: Node, text: str) -> Node:
        name, _, pairs = attributes
        if not name.startswith("alg:") or not dict(pairs).get("caption"):
            raise Mistake(name or ".algorithm", 'an algorithm begins with ``` {#alg:NAME .algorithm caption="..."}')
        self._show(name)
        item = name.removeprefix("alg:")
        found = _mistaken(name, lambda: algorithms.statements(item, text))
        texts = [dict(pairs)["caption"], *(one.text for one in found)]
        caption, *lines = map(self.explicit, pandoc.fragments(map(markdown, texts)))
        steps = [
            div(words, STEP_CLASS, number=one.number, level=str(one.level), word=one.word)
            for one, words in zip(found, lines, strict=True)
        ]
        return _float("alg", [name], [*caption, *steps], items=item)

    def _own_table(self, node: Node) -> Node:
        (name, *_), caption, *_ = node["c"]
        if name:
            if not name.startswith("tab:"):
                raise Mistake(name, f"a table's name begins with tab:, found {name!r}")
            self._show(name)
        above = paragraph(self._inlines(caption[1][0]["c"]))
        bare = self._inside({"t": "Table", "c": [["", [], []], [None, []], *node["c"][2:]]})
        return _float("tab", [name], [above, bare], items="")

    def _show(self, name: str) -> None:
        if name in self.shown and self.complain is None:  # elsewhere one of two branches is taken
            raise Mistake(name, f"{name} names two things; give one of them another name")
        self.shown.append(name)


class Mistake(TemplateError):
    """Something in a template that is not understood, with the words that it can be found by."""

    def __init__(self, token: str, message: str) -> None:
        super().__init__(message)
        self.token = token


def _mistaken(token: str, work: Callable[[], Result]) -> Result:
    try:
        return work()
    except TemplateError as error:
        raise Mistake(token, str(error)) from None


def _instead(command: str) -> str:
    advice = INSTEAD.get(command.rstrip("*"))
    said = (
        f"write {advice}"
        if advice
        else "LaTeX is read within formulas only; write Markdown, or $ on both sides of a formula"
    )
    return f"{command} is LaTeX's; {said}"


def _check_attributes(node: Node) -> None:
    """Refuse attributes and classes that an author may not give.

    Raises:
        Mistake: names the first.
    """
    if node["t"] not in _ATTRIBUTED:
        return
    _, classes, pairs = node["c"][_ATTRIBUTED[node["t"]]]
    for name, value in pairs:
        if name not in ATTRIBUTES:
            raise Mistake(
                f"{name}=", f"{{{name}={value!r}}}: is not read; allowed are {', '.join(ATTRIBUTES)}; leave it out"
            )
    for one in classes:
        if one in OWN_CLASSES if node["t"] in ("Code", "CodeBlock") else one not in CLASSES:
            raise Mistake(f".{one}", f"{{.{one}}}: is not read; allowed are {', '.join(CLASSES)}; leave it out")


def _pictures(inlines: list[Node]) -> bool:
    """Whether a paragraph holds pictures and nothing else."""
    kinds = {node["t"] for node in inlines}
    return "Image" in kinds and kinds <= {"Image", "Space", "SoftBreak"}


def _images(inlines: list[Node]) -> list[Node]:
    return [node for node in inlines if node["t"] == "Image"]


def _formula_before(new: list[Node]) -> Node | None:
    """The displayed formula that the words so far end with, taken from them."""
    count = len(new) - (2 if len(new) > 1 and new[-1]["t"] in ("Space", "SoftBreak") else 1)
    if count < 0 or new[count]["t"] != "Math" or new[count]["c"][0]["t"] != "DisplayMath":
        return None
    formula = new[count]
    del new[count:]
    return formula


def _is_target(name: str) -> bool:
    return name.partition(":")[0] in KINDS


def _float(kind: str, names: list[str], content: list[Node], **attributes: str) -> Node:
    return div(content, FLOAT_CLASS, kind=kind, names=" ".join(names), **attributes)
