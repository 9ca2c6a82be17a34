"""Mistakes in a template that show before there is any result: names that nothing declares. Nothing is rendered."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
from jinja2 import nodes

from labreport.documents import citations, pandoc, syntax, templating
from labreport.documents.naming import FIELDS, suggestion
from labreport.documents.nodes import Node, attribute, has_class, walk
from labreport.documents.printing import filters
from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

# A function of templates: the group of `names` that its arguments come from, and what a message calls one of them.
ARGUMENTS = {
    "run": ("experiments", "experiment"),
    "dataset": ("datasets", "data set"),
    "claim": ("claims", "claim"),
    "measurement": ("measurements", "measurement"),
    "experiments": ("parts", "part"),
}
# Groups of names that a template reads with a dot, `claims.momentum`, and what a message calls one of them.
GROUPS = {"claims": "claim", "datasets": "data set", "measurements": "measurement"}
VARIABLES = ("report", "scale", "command", "lang", "format", *ARGUMENTS, *GROUPS)
OF_JINJA = ("loop", "caller", "varargs", "kwargs", "self", "super")
COMPUTED = "jinja0computed"  # stands for what only results can tell
_TAG = re.compile(  # with the white space that a dash takes away
    r"(?:\s*\{\{-|\{\{).*?(?:-\}\}\s*|\}\})|(?:\s*\{%-|\{%).*?(?:-%\}\s*|%\})|\{##.*?##\}", re.DOTALL
)
_OPEN = r"\{%[-+]?\s*(?:if|for|macro|call|block)\b"
_BRANCH = re.compile(rf"{_OPEN}(?:(?!{_OPEN}).)*?\{{%[-+]?\s*end(?:if|for|macro|call|block)\b.*?%\}}", re.DOTALL)
_PARENTHESIS = re.compile(r"\\(begin|end)\s*(\{[^{}]*\})|\\(left|right)(?![A-Za-z])|\\.|([{}])")
_MONEY = re.compile(r"[^\w$]*(?:[A-Z]*\$[\d.,]*|[\d.,]+\$)[^\w$]*")
# Tags of HTML, which is printed as it stands, and what is written for them.
_HTML = re.compile(r"<(!--?|!–|/?([a-z]+[1-6]?)(?=[\s/>]|$))", re.IGNORECASE)
_WRITTEN = {
    **dict.fromkeys(("b", "strong"), "**words**"), **dict.fromkeys(("i", "em"), "*words*"), "u": "[words]{.underline}",
    **dict.fromkeys(("s", "del", "strike"), "~~words~~"), "sub": "H~2~O", "sup": "m^2^", "code": "`words`",
    "br": "a backslash at the end of the line", "p": "an empty line", "hr": "a line of ---", "a": "[words](https://...)",
    "img": "![caption](file.png){width=60%}", "table": "a table of Markdown", "pre": "lines between two of ```",
    **dict.fromkeys(("ul", "ol", "li"), "- words"), **dict.fromkeys(("h1", "h2", "h3", "h4"), "# words"),
    **dict.fromkeys(("center", "div", "span", "font", "figure", "style"), "Markdown; the report's look is the house's"),
}  # fmt: skip
_PARTIAL = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def template_mistakes(text: str, names: Mapping[str, Any], folder: Path = Path(), cover: bool = False) -> list[str]:
    """What is wrong with a template, as far as can be told without results.

    Args:
        text: the template.
        names: what is declared: `figures` and `tables` (name -> its declaration), `experiments` (name -> what it has),
            `claims` (likewise, or None: anything), `datasets, measurements`, `parts` (of experiments), `works` (keys of
            the bibliography). A group that is not given is not checked. Only arguments that are constants are.
        folder: that the template lies in, with its pictures.
        cover: whether it is that of a cover.

    Returns:
        One message each, `line N: figure "x": ...` in the order of lines.
    """
    environment = templating.environment(filters("en"))
    try:
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    inside = list(tree.find_all(nodes.Node))
    whole = not any(isinstance(node, _PARTIAL) for node in inside)
    own = {node.name for node in inside if isinstance(node, nodes.Name) and node.ctx != "load"}
    bound = own | _bound(inside, environment, names) if whole else None
    checked = [node for node in inside if not _is_of(node, own)]
    found = [(node.lineno, wrong) for node in checked for wrong in _mistakes(node, environment, names, bound)]
    found += [
        (node.lineno, wrong) for node in inside if isinstance(node, nodes.Include) for wrong in _absent(node, folder)
    ]
    found += [(_line(text, token), message) for token, message in _markdown(text, names, folder, whole, cover)]
    return [f"line {line}: {message}" for line, message in sorted(dict.fromkeys(found), key=lambda mistake: mistake[0])]


def _markdown(text: str, names: Mapping[str, Any], folder: Path, whole: bool, cover: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with the Markdown of all branches at once, and the words by which it is found.

    `whole`: it includes no other template, which a reference could be to.
    """
    complaints: list[tuple[str, str]] = []
    try:
        given, parsed, blocks = _read(text, names, folder, cover, complaints)
        twice = len(set(given)) < len(given)  # perhaps in two branches, of which one is taken
        certain = Counter(_read(_certain(text), names, folder, cover, [])[0] if twice else ())
    except TemplateError as error:
        yield "", str(error)
        return
    named = [node["c"][0][0] for node in walk(parsed) if node["t"] == "Image"]  # of a picture that is missing, too
    yield from (one for one in complaints if COMPUTED not in one[0])
    for formula in (node["c"][1] for node in walk(blocks) if node["t"] == "Math"):
        if fault := _unmatched(formula):
            yield max(formula.strip().split(COMPUTED), key=len), f"the formula ${' '.join(formula.split())}$: {fault}"
    for word in (node["c"] for node in walk(blocks) if node["t"] == "Str"):
        if (tag := _HTML.search(word)) and (tag[1].startswith("!") or tag[2].lower() in _WRITTEN):
            instead = "{## words ##}" if tag[1].startswith("!") else _WRITTEN[tag[2].lower()]
            said = f"<{tag[1]}".replace("–", "--")
            yield said, f"{said} is HTML's, which is printed as it stands; write {instead}, or `<...>` for the sign"
        if "$" in word and not _MONEY.fullmatch(word) and COMPUTED not in word and "://" not in word:
            yield word, f"{word}: this $ begins or ends a formula that lacks the other; write it, or \\$ for the sign"
    known = [*given, *named, "sec:references"]
    for name in (one for one, count in certain.items() if count > 1 and COMPUTED not in one):
        token = f"#{name}" if f"#{name}" in text else name.replace("fig:", "figure:").replace("tab:", "table:")
        yield token, f"{name} names two things; give one of them another name, such as {{#{name}_2}}"
    computed = any(COMPUTED in token for token, _ in complaints)
    for node in walk(blocks):
        if has_class(node, "Span", syntax.REFERENCE_CLASS):
            name = attribute(node, "target")
            alike = [one for one in known if one.partition(":")[0] == name.partition(":")[0] and COMPUTED not in one]
            if whole and name not in known and COMPUTED not in name and not (computed and name.startswith("tab:")):
                yield name, f"@{name}: the text has no such target{suggestion(name, alike)}"
    for key in citations.cited(blocks) if "works" in names else ():
        if key not in names["works"] and COMPUTED not in key:
            yield f"@{key}", f"@{key}: {citations.FILE} has no such entry{suggestion(key, names['works'])}"


def _read(
    text: str, names: Mapping[str, Any], folder: Path, cover: bool, complaints: list[tuple[str, str]]
) -> tuple[list[str], list[Node], list[Node]]:
    """The names that a template gives, and its blocks as they stand and made explicit; mistakes join `complaints`.

    Raises:
        TemplateError: pandoc cannot read it.
    """
    shown = syntax.Syntax(folder, names.get("figures"), names.get("tables"), cover=cover)
    # pandoc writes the spaces of an address as %20
    shown.complain = lambda token, message: complaints.append((token if token in text else unquote(token), message))
    bare = _TAG.sub(lambda tag: _blank(tag, text), text)
    parsed = pandoc.parse(syntax.markdown(bare.replace(r"\$", r"\#")), "en")["blocks"]
    blocks = shown.explicit(parsed)
    headings = [node["c"][1][0] for node in walk(blocks) if node["t"] == "Header"]
    return [*shown.shown, *filter(None, headings)], parsed, blocks


def _certain(text: str) -> str:
    """What a template prints once, whatever comes out."""
    while (without := _BRANCH.sub("", text)) != text:
        text = without
    return text


def _absent(node: nodes.Include, folder: Path) -> Iterator[str]:
    """The one template that an `include` names, where it is not there."""
    name = _constant(node.template)
    places = (folder, folder.parent)
    if isinstance(name, str) and not node.ignore_missing and not any((place / name).is_file() for place in places):
        yield f"include: there is no {name!r} in {folder} or {folder.parent}"


def _unmatched(formula: str) -> str | None:
    """What opens and does not close in a formula, or the other way round; None where all of it matches."""
    opened: list[str] = []
    for found in _PARENTHESIS.finditer(formula):
        environment, name, side, brace = found.groups()
        if environment == "begin" or side == "left" or brace == "{":
            opened.append(found[0])
        elif environment or side or brace:
            wanted = f"\\begin{name}" if environment else "\\left" if side else "{"
            if not opened or opened[-1].replace(" ", "") != wanted:
                return f"{found[0]} has no {wanted}" + (f", but {opened[-1]} is open" if opened else "")
            opened.pop()
    return f"{opened[-1]} is not closed" if opened else None


def _blank(tag: re.Match[str], text: str) -> str:
    """What stands for a tag of Jinja: a word for a value, else nothing, but what it parts stays apart."""
    parts = text[tag.start() - 1 : tag.start()].isalnum() and text[tag.end() : tag.end() + 1].isalnum()
    return COMPUTED if tag[0].lstrip().startswith("{{") else "\u2060" * parts


def _line(text: str, token: str) -> int:
    """The line in which some words stand first; the first one, where they do not stand in the text as they are."""
    place = text.find(token)
    return text.count("\n", 0, max(place, 0)) + 1


def _bound(inside: list[nodes.Node], environment: jinja2.Environment, names: Mapping[str, Any]) -> set[str]:
    """Names that a template's macros have, or that something outside it gives a value."""
    macros = {node.name for node in inside if isinstance(node, nodes.Macro)}
    return macros | {*VARIABLES, *OF_JINJA, *environment.globals, *names.get("experiments", ())}


def _mistakes(
    node: nodes.Node,
    environment: jinja2.Environment,
    names: Mapping[str, Any],
    bound: Collection[str] | None,
) -> Iterator[str]:
    """What is wrong with a node of the template's own tree, but for what is in it: a name that nothing has.

    `bound`: names that have a value; None where another template may give others one.
    """
    experiments = names.get("experiments", {})
    if isinstance(node, nodes.Filter | nodes.Test):
        known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
        yield from _undeclared(type(node).__name__.lower(), [node.name], known)
    elif isinstance(node, _PARTIAL) and not _is_written(node.template):  # so that planning cannot read it
        what = type(node).__name__.lower()
        yield f"{what}: found a name that is computed, allowed is one in quotes; write it out"
    elif isinstance(node, nodes.Name) and bound is not None and node.ctx == "load" and node.name not in bound:
        yield from _undeclared("name", [node.name], [*VARIABLES, *experiments])
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        group = node.node.name
        if group in GROUPS and group in names:
            yield from _undeclared(GROUPS[group], [node.attr], names[group])
        elif group in experiments and node.attr not in experiments[group]:
            yield f"{group} has no {node.attr!r}{did_you_mean(node.attr, experiments[group])}"
    if isinstance(node, nodes.Getattr) and (said := _said(node.node, names)):
        what, fields = said
        if node.attr not in fields:
            yield f"{what} has no {node.attr!r}{suggestion(node.attr, fields)}"
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        group, what = ARGUMENTS.get(node.node.name, ("", ""))
        yield from _undeclared(what, map(_constant, node.args), names[group]) if group in names else ()


def _is_of(node: nodes.Node, names: Collection[str]) -> bool:
    """Whether a node is what one of some names has, such as `scale.x` of a macro that takes a `scale`."""
    return isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in names


def _said(node: nodes.Node, names: Mapping[str, Any]) -> tuple[str, Collection[str]] | None:
    """What a message calls a claim, a data set, the report or the scale, and what it has; None for anything else."""
    if isinstance(node, nodes.Name) and node.name in FIELDS and node.name not in GROUPS:
        return node.name, FIELDS[node.name]
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        group, said = ARGUMENTS.get(node.node.name, ("", ""))[0], f"{node.node.name}(...)"
        name = _constant(node.args[0]) if node.args else None
    elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) and node.node.name in GROUPS:
        group, name, said = node.node.name, node.attr, f"{node.node.name}.{node.attr}"
    else:
        return None
    if group == "claims":
        claims = names.get(group, {})
        meant = [claims.get(name)] if name is not None else [*claims.values()]  # computed, it may be any of them
        return (said, list(dict.fromkeys(chain.from_iterable(meant)))) if meant and None not in meant else None
    return (said, FIELDS[group]) if group in FIELDS else None


def _constant(node: nodes.Expr) -> Any:
    """The value of an expression; None where it is computed."""
    try:
        return node.as_const()
    except nodes.Impossible:
        return None


def _is_written(name: nodes.Expr) -> bool:
    if isinstance(name, nodes.CondExpr):
        return all(_is_written(one) for one in (name.expr1, name.expr2) if one is not None)
    if isinstance(name, nodes.List | nodes.Tuple):
        return all(map(_is_written, name.items))
    return isinstance(name, nodes.Const)


def _undeclared(what: str, names: Iterable[Any], declared: Collection[str]) -> Iterator[str]:
    known = sorted(map(str, declared))
    for name in names:
        if name is not None and name not in declared:
            listed, near = ", ".join(known) or "none", did_you_mean(str(name), known)
            yield f'{what} "{name}": is not declared; declared are {listed}{near}'
