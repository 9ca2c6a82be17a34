"""Mistakes in a template that show before there is any result: names that nothing declares. Nothing is rendered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes

from labreport.documents import listings, quantities, templating
from labreport.documents.floats import KINDS, TARGETS
from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

# A function of templates: the group of `names` that its arguments come from, and what a message calls one of them.
ARGUMENTS = {
    "run": ("experiments", "experiment"),
    "dataset": ("datasets", "data set"),
    "claim": ("claims", "claim"),
    "measurement": ("measurements", "measurement"),
    "experiments": ("parts", "part"),
    "figure": ("figures", "figure"),
    "figures": ("figures", "figure"),
    "table": ("tables", "table"),
    "cite": ("citations", "reference"),
}
# Where targets of ref() are declared, and what else there is in a template.
TARGET_GROUPS = {"fig": "figures", "tab": "tables", "lst": "listings", "alg": "algorithms", "sec": "sections"}
VARIABLES = ("report", "scale", "command", "lang", "format", "source", "algorithm", "ref", *ARGUMENTS)
REFERENCES = "references"  # the list that `cite` makes has this section
OF_JINJA = ("loop", "caller", "varargs", "kwargs", "self", "super")
_SECTION = re.compile(r"\{#sec:([^\s}]+)")
_PARTIAL = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


def template_mistakes(text: str, names: Mapping[str, Collection[str]]) -> list[str]:
    """What is wrong with a template, as far as can be told without results.

    Args:
        text: the template.
        names: what is declared: `figures, tables, claims, experiments, datasets, measurements, citations` (keys of the
            bibliography), `parts` (of experiments), `sections` (beside those in the text, without `sec:`). A group
            that is not given is not checked. Only arguments that are constants are.

    Returns:
        One message each, `line N: figure "x": ...` in the order of lines; then what is declared and never shown.
    """
    environment = templating.environment(quantities.filters("en"))
    try:
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    inside = list(tree.find_all(nodes.Node))
    calls = list(_calls(inside))
    whole = not any(isinstance(node, _PARTIAL) for node in inside)
    found: list[_Mistake] = [*_filters(inside, environment), *_computed(inside)]
    found += [] if not whole else _variables(inside, environment)
    found += [mistake for call in calls for mistake in _arguments(*call, names)]
    found += _references(calls, names, text, whole)
    lines = [f"line {line}: {message}" for line, message in sorted(found, key=lambda mistake: mistake[0])]
    return lines + (_unused(calls, names) if whole else [])


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


def _variables(inside: list[nodes.Node], environment: jinja2.Environment) -> Iterator[_Mistake]:
    """Names that nothing in the template or outside it gives a value."""
    named = [node for node in inside if isinstance(node, nodes.Name)]
    bound = {node.name for node in named if node.ctx != "load"}
    bound |= {node.name for node in inside if isinstance(node, nodes.Macro)}
    bound |= {*VARIABLES, *OF_JINJA, *environment.globals}
    for node in named:
        if node.ctx == "load" and node.name not in bound:
            yield node.lineno, _undeclared("name", node.name, VARIABLES)


def _arguments(function: str, arguments: list[Any], line: int, names: Mapping[str, Collection[str]]) -> list[_Mistake]:
    constants = [argument for argument in arguments if argument is not None]
    if function == "source" and constants and (mistake := _source_mistake(constants[0])):
        return [(line, mistake)]
    if function not in ARGUMENTS or ARGUMENTS[function][0] not in names:
        return []
    group, what = ARGUMENTS[function]
    return [(line, _undeclared(what, name, names[group])) for name in constants if name not in names[group]]


def _source_mistake(target: Any) -> str | None:
    """Why `source` cannot show a piece of code."""
    try:
        listings.excerpt(target)
    except TemplateError as error:
        return str(error)
    return None


def _references(calls: list[_Call], names: Mapping[str, Collection[str]], text: str, whole: bool) -> Iterator[_Mistake]:
    """Targets of ref() that are nowhere; `whole` says that the text includes no other, where they might be."""
    known: dict[str, Collection[str] | None] = {group: names.get(group) for group in ("figures", "tables")}
    cited = [REFERENCES] if any(function == "cite" for function, *_ in calls) else []
    known["sections"] = [*_SECTION.findall(text), *names.get("sections", ()), *cited] if whole else None
    for group, function in (("listings", "source"), ("algorithms", "algorithm")):
        shown = [arguments[0] for called, arguments, _ in calls if called == function and arguments]
        names_shown = [str(name).partition(":")[2] or str(name) for name in shown]
        known[group] = names_shown if whole and None not in shown else None
        # What a wrong source should have shown is anybody's guess, such as what a reference is to; it is told itself.
        if function == "source" and any(name is not None and _source_mistake(name) for name in shown):
            known[group] = None
    for function, arguments, line in calls:
        if function != "ref" or not arguments or arguments[0] is None:
            continue
        kind, _, name = str(arguments[0]).partition(":")
        if kind not in TARGET_GROUPS or not name:
            yield line, f'ref("{arguments[0]}"): a target is {TARGETS}'
            continue
        declared = known[TARGET_GROUPS[kind]]
        if declared is not None and name not in declared:
            yield line, _undeclared(KINDS.get(kind, "section"), name, declared)


def _unused(calls: list[_Call], names: Mapping[str, Collection[str]]) -> list[str]:
    """Figures, tables and references that no call can show."""
    found = []
    for functions, group, what, advice in (
        (("figure", "figures"), "figures", "figure", "never shown; show it or undeclare it"),
        (("table",), "tables", "table", "never shown; show it or undeclare it"),
        (("cite",), "citations", "reference", "never cited; cite it or remove the entry"),
    ):
        shown = [argument for function, arguments, _ in calls if function in functions for argument in arguments]
        if None not in shown:
            found += [f'{what} "{name}": declared, but {advice}' for name in names.get(group, ()) if name not in shown]
    return found


def _undeclared(what: str, name: Any, declared: Collection[str]) -> str:
    known = sorted(map(str, declared))
    return (
        f'{what} "{name}": is not declared; declared are {", ".join(known) or "none"}{did_you_mean(str(name), known)}'
    )
