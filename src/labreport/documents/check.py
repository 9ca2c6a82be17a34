"""Mistakes in a template that show before there is any result: names that nothing declares. Nothing is rendered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from labreport.documents import citations, pandoc, syntax, templating
from labreport.documents.naming import suggestion
from labreport.documents.nodes import attribute, has_class, walk
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
_PARTIAL = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def template_mistakes(
    text: str, names: Mapping[str, Collection[str]], folder: Path = Path(), cover: bool = False
) -> list[str]:
    """What is wrong with a template, as far as can be told without results.

    Args:
        text: the template.
        names: what is declared: `figures` and `tables` (name -> its declaration), `experiments` (name -> what it has),
            `claims, datasets, measurements`, `parts` (of experiments). A group that is not given is not checked. Only
            arguments that are constants are.
        folder: that the template lies in, with its bibliography and pictures.
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
    found: list[_Mistake] = [*_filters(inside, environment), *_computed(inside)]
    found += [*(_variables(inside, environment, names) if whole else ()), *_attributes(inside, names)]
    found += [mistake for call in _calls(inside) for mistake in _arguments(*call, names)]
    found += [(_line(text, token), message) for token, message in _markdown(text, names, folder, whole, cover)]
    return [f"line {line}: {message}" for line, message in sorted(dict.fromkeys(found), key=lambda mistake: mistake[0])]


def _markdown(
    text: str, names: Mapping[str, Collection[str]], folder: Path, whole: bool, cover: bool
) -> Iterator[tuple[str, str]]:
    """What is wrong with the Markdown of all branches at once, and the words by which it is found.

    Args:
        text: the template.
        names: what is declared.
        folder: that it lies in.
        whole: whether it includes no other, which a reference could be to.
        cover: whether it is that of a cover.
    """
    complaints: list[tuple[str, str]] = []
    shown = syntax.Syntax(folder, _mapping(names.get("figures")), names.get("tables"), cover=cover)
    shown.complain = lambda token, message: complaints.append((token, message))
    bare = _TAG.sub(lambda tag: _blank(tag, text), text)
    try:
        blocks = shown.explicit(pandoc.parse(syntax.markdown(bare), "en")["blocks"])
        works = citations.keys(folder)
        citations.check(folder)
    except TemplateError as error:
        yield "", str(error)
        return
    yield from (one for one in complaints if COMPUTED not in one[0])
    headings = [node["c"][1][0] for node in walk(blocks) if node["t"] == "Header"]
    known = [*shown.shown, *filter(None, headings), "sec:references"]
    computed = any(COMPUTED in token for token, _ in complaints)
    for node in walk(blocks):
        if has_class(node, "Span", syntax.REFERENCE_CLASS):
            name = attribute(node, "target")
            alike = [one for one in known if one.partition(":")[0] == name.partition(":")[0] and COMPUTED not in one]
            if whole and name not in known and COMPUTED not in name and not (computed and name.startswith("tab:")):
                yield name, f"@{name}: the text has no such target{suggestion(name, alike)}"
    for key in citations.cited(blocks):
        if key not in works and COMPUTED not in key:
            yield f"@{key}", f"@{key}: {citations.FILE} has no such entry{suggestion(key, works)}"


def _blank(tag: re.Match[str], text: str) -> str:
    """What stands for a tag of Jinja: a word for a value, else nothing, but what it parts stays apart."""
    parts = text[tag.start() - 1 : tag.start()].isalnum() and text[tag.end() : tag.end() + 1].isalnum()
    return COMPUTED if tag[0].lstrip().startswith("{{") else "\u2060" * parts


def _mapping(names: Collection[str] | None) -> Mapping[str, Mapping[str, object]] | None:
    if names is None or isinstance(names, Mapping):
        return names
    return {name: {"width": "half"} for name in names}


def _line(text: str, token: str) -> int:
    """The line in which some words stand first; the first one, where they do not stand in the text as they are."""
    place = text.find(token)
    return text.count("\n", 0, max(place, 0)) + 1


_Call = tuple[str, list[Any], int]
"""A function's name, its arguments (None where one is no constant), its line."""
_Mistake = tuple[int, str]


def _calls(inside: list[nodes.Node]) -> Iterator[_Call]:
    for call in inside:
        if isinstance(call, nodes.Call) and isinstance(call.node, nodes.Name):
            yield call.node.name, [_constant(argument) for argument in call.args], call.lineno


def _constant(node: nodes.Expr) -> Any:
    try:
        return node.as_const()
    except nodes.Impossible:
        return None


def _filters(inside: list[nodes.Node], environment: jinja2.Environment) -> Iterator[_Mistake]:
    for node in inside:
        if isinstance(node, nodes.Filter | nodes.Test):
            known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
            if node.name not in known:
                yield node.lineno, _undeclared(type(node).__name__.lower(), node.name, known)


def _computed(inside: list[nodes.Node]) -> Iterator[_Mistake]:
    """Templates that are included under a name which planning cannot read."""
    for node in inside:
        if isinstance(node, _PARTIAL) and not _is_written(node.template):
            what = type(node).__name__.lower()
            yield node.lineno, f"{what}: found a name that is computed, allowed is one in quotes; write it out"


def _is_written(name: nodes.Expr) -> bool:
    if isinstance(name, nodes.CondExpr):
        return all(_is_written(one) for one in (name.expr1, name.expr2) if one is not None)
    if isinstance(name, nodes.List | nodes.Tuple):
        return all(map(_is_written, name.items))
    return isinstance(name, nodes.Const)


def _attributes(inside: list[nodes.Node], names: Mapping[str, Collection[str]]) -> Iterator[_Mistake]:
    """Names behind a dot that nothing has: of a group, and of an experiment."""
    experiments = names.get("experiments", ())
    for node in inside:
        if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
            group = node.node.name
            if group in GROUPS and group in names and node.attr not in names[group]:
                yield node.lineno, _undeclared(GROUPS[group], node.attr, names[group])
            elif isinstance(experiments, Mapping) and group in experiments and node.attr not in experiments[group]:
                near = did_you_mean(node.attr, experiments[group])
                yield node.lineno, f"{group} has no {node.attr!r}{near}"


def _variables(
    inside: list[nodes.Node], environment: jinja2.Environment, names: Mapping[str, Collection[str]]
) -> Iterator[_Mistake]:
    """Names that nothing in the template or outside it gives a value."""
    named = [node for node in inside if isinstance(node, nodes.Name)]
    bound = {node.name for node in named if node.ctx != "load"}
    bound |= {node.name for node in inside if isinstance(node, nodes.Macro)}
    experiments = names.get("experiments", ())
    bound |= {*VARIABLES, *OF_JINJA, *environment.globals, *experiments}
    for node in named:
        if node.ctx == "load" and node.name not in bound:
            yield node.lineno, _undeclared("name", node.name, [*VARIABLES, *experiments])


def _arguments(function: str, arguments: list[Any], line: int, names: Mapping[str, Collection[str]]) -> list[_Mistake]:
    constants = [argument for argument in arguments if argument is not None]
    if function not in ARGUMENTS or ARGUMENTS[function][0] not in names:
        return []
    group, what = ARGUMENTS[function]
    return [(line, _undeclared(what, name, names[group])) for name in constants if name not in names[group]]


def _undeclared(what: str, name: Any, declared: Collection[str]) -> str:
    known = sorted(map(str, declared))
    return (
        f'{what} "{name}": is not declared; declared are {", ".join(known) or "none"}{did_you_mean(str(name), known)}'
    )
