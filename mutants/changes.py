"""The changes that are made to a module: mutmut's own, three more, and what is left out by rule."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any, cast

import libcst as cst
import libcst.matchers as m
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider
from mutmut.mutation import mutators

# Of keywords that say where a tensor lies or how a file is opened, and of what only guards: no number depends on them.
PLACING = frozenset({"device", "non_blocking", "memory_format", "inplace", "strict", "encoding"})
TOLD = frozenset({"print", "warn", "tqdm", "tick"})  # messages and progress
TRIVIAL = frozenset({"len", "isinstance"})  # mutmut leaves out what they take, too
TYPE = re.compile(r"[A-Z][a-z][A-Za-z]*")  # as types are called, which annotations use
LANGUAGES = frozenset({"zh", "en"})
EXTREMES = {"max": "min", "min": "max", "amax": "amin", "amin": "amax", "argmax": "argmin", "any": "all", "all": "any"}
GENERATED = ("samples_reviews.py", "samples_pairs.py")  # whose constants are the words of made-up sentences


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    Attributes:
        module: its path below `src/labreport`.
        function: the function or `Class.method` that holds the change; empty outside of any.
        before: the lines that the change is in, as one.
        after: the same, changed.
        lines: of the source, those of which one runs whenever the change matters; empty where importing is enough.
        source: the whole module, changed.
        twin: counted from 1, of mutants that are alike in all the rest.
    """

    module: str
    function: str
    before: str
    after: str
    lines: frozenset[int]
    source: str
    twin: int = 1

    @property
    def name(self) -> str:
        """What tells it from all others as long as its lines stay as they are."""
        again = f" ({self.twin})" if self.twin > 1 else ""
        return f"{self.module} {self.function or '-'}: {self.before} ==> {self.after}{again}"


def mutants(module: str, source: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines; none is the same code as another or as the module.

    Args:
        module: its path below `src/labreport`.
        source: its text.
    """
    wrapper = MetadataWrapper(cst.parse_module(source))
    places = _Places(words=not module.endswith(GENERATED))
    wrapper.visit(places)
    whole = wrapper.module
    parts = [whole.code_for_node(part) for part in whole.body]
    head = "".join(map(whole.code_for_node, whole.header))
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    skipped = list(accumulate(map(len, parts), initial=len(head)))
    names, found = Counter[str](), []
    known = {(number, _meaning(part)) for number, part in enumerate(parts)}
    for place in places.found:
        number = place.statement
        if isinstance(place.node, cst.BaseCompoundStatement):  # its lines are indented as the others around it
            part = whole.code_for_node(cast(cst.CSTNode, whole.body[number].deep_replace(place.node, place.new)))
        else:  # the same text, many times faster
            start, end = (starts[at.line - 1] + at.column - skipped[number] for at in (place.at.start, place.at.end))
            part = parts[number][:start] + whole.code_for_node(place.new) + parts[number][end:]
        try:
            meaning = number, _meaning(part)
        except SyntaxError:
            continue
        if meaning not in known:
            known.add(meaning)
            before, after = _lines(parts[number], part)
            changed = head + "".join([*parts[:number], part, *parts[number + 1 :]])
            one = Mutant(module, place.function, before, after, place.lines, changed)
            names[one.name] += 1
            found.append(replace(one, twin=names[one.name]))
    return found


def _meaning(source: str) -> str:
    return ast.dump(ast.parse(source))


def _lines(old: str, new: str) -> tuple[str, str]:
    """The lines that differ, each side as one line."""
    before, after = ([line.strip() for line in text.splitlines()] for text in (old, new))
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return " ".join(filter(None, before)), " ".join(filter(None, after))


@dataclass(frozen=True)
class _Place:
    node: cst.CSTNode
    new: cst.CSTNode
    at: CodeRange
    function: str
    lines: frozenset[int]
    statement: int


class _Places(cst.CSTVisitor):
    """Collects what can be changed; `words` says whether texts outside of functions count."""

    METADATA_DEPENDENCIES = (PositionProvider, WhitespaceInclusivePositionProvider)

    def __init__(self, words: bool) -> None:
        self.found: list[_Place] = []
        self._words = words
        self._top: set[cst.CSTNode] = set()
        self._statement = -1
        self._names: list[str] = []
        self._functions = 0
        self._defaults = 0
        self._formatted = 0
        self._statements: list[cst.CSTNode] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if node in self._top:
            self._statement += 1
        if _left_out(node):
            return False
        match node:
            case cst.Module():
                self._top = set(node.body)
            case cst.FunctionDef():
                self._names.append(node.name.value)
                self._functions += 1
            case cst.ClassDef():
                self._names.append(node.name.value)
            case cst.Parameters() if not self._is_inner():
                self._defaults += 1
            case cst.FormattedString():
                self._formatted += 1
            case cst.SimpleStatementLine():
                self._statements.append(node)
        if not isinstance(node, cst.SimpleString) or self._counts():
            at = self.get_metadata(WhitespaceInclusivePositionProvider, node)
            name, lines = ".".join(self._names), self._where(node)
            self.found += (_Place(node, new, at, name, lines, self._statement) for new in changes(node))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if _left_out(original_node):
            return
        match original_node:
            case cst.FunctionDef():
                self._names.pop()
                self._functions -= 1
            case cst.ClassDef():
                self._names.pop()
            case cst.Parameters() if not self._is_inner():
                self._defaults -= 1
            case cst.FormattedString():
                self._formatted -= 1
            case cst.SimpleStatementLine():
                self._statements.pop()

    def _is_inner(self) -> bool:
        """Whether parameters here are those of a function in a function, or of a lambda: not read at import."""
        return self._functions != 1

    def _counts(self) -> bool:
        return not self._formatted and (self._words or self._functions > 0)

    def _where(self, node: cst.CSTNode) -> frozenset[int]:
        if not self._functions or self._defaults:
            return frozenset()
        span = self.get_metadata(PositionProvider, self._statements[-1] if self._statements else node)
        return frozenset(range(span.start.line, span.end.line + 1))


def _left_out(node: cst.CSTNode) -> bool:
    """What no mutant is made of, with all that it holds: see the rule on the page."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Raise() | cst.Assert() | cst.Import() | cst.ImportFrom():
            return True
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True  # a docstring
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return TYPE.fullmatch(name) is not None or name in ("device", "__all__")
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
            return name in TOLD
        case cst.Arg():
            return _is_placing(node)
        case cst.Param(name=cst.Name(value=name)):
            return name in TOLD
        case cst.DictElement(key=cst.SimpleString() as key):
            return key.evaluated_value in LANGUAGES
    return False


def _is_placing(arg: cst.Arg) -> bool:
    """Whether an argument says where something is done, or whom it is told."""
    if arg.keyword is not None:
        return arg.keyword.value in PLACING | TOLD
    return m.matches(arg.value, m.Name("device") | m.Name("tick") | m.Attribute(attr=m.Name("device")))


def changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What a node is replaced with, one after the other."""
    for kind, operator in mutators.mutation_operators:
        if isinstance(node, kind):
            # of a text one change is enough: two others would only write it in capitals
            made = list(operator(node))[: 1 if operator is mutators.operator_string else None]
            yield from (new for new in made if not isinstance(node, cst.Call) or _counts(node, new))
    yield from OWN.get(type(node), _none)(node)


def _counts(old: cst.Call, new: Any) -> bool:
    """Whether another call differs in an argument that counts; None is tried where there is but one.

    Of several, one left out says as much, and None in its place is mostly an error of types.
    """
    if m.matches(old.func, m.Name(m.MatchIfTrue(TRIVIAL.__contains__))):
        return False
    kept = [id(arg) for arg in new.args]
    touched = [arg for arg in old.args if id(arg) not in kept]
    if touched and len(new.args) == len(old.args) > 1:
        return False
    return not touched or not all(_is_placing(arg) for arg in touched)


def _none(node: Any) -> Iterator[cst.CSTNode]:
    yield from ()


def _expr(node: cst.Expr) -> Iterator[cst.CSTNode]:
    """A call for its effect is left out."""
    if isinstance(node.value, cst.Call) and not _left_out(node.value):
        yield cst.Pass()


def _call(node: cst.Call) -> Iterator[cst.CSTNode]:
    """Two arguments change places; the greatest is taken for the least."""
    if not m.matches(node.func, m.Name(m.MatchIfTrue((TRIVIAL | EXTREMES.keys()).__contains__))):
        for (place, one), (_, other) in pairwise(enumerate(node.args)):
            plain = not any(arg.star or arg.keyword or _is_placing(arg) for arg in (one, other))
            if plain and not one.value.deep_equals(other.value):
                swapped = [one.with_changes(value=other.value), other.with_changes(value=one.value)]
                yield node.with_changes(args=[*node.args[:place], *swapped, *node.args[place + 2 :]])
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(name, cst.Name) and name.value in EXTREMES:
        yield node.with_deep_changes(name, value=EXTREMES[name.value])


def _test(node: Any) -> Iterator[cst.CSTNode]:
    """A condition that holds a single value is turned round; mutmut changes the others by their operators."""
    if isinstance(node.test, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.NamedExpr):
        test = node.test
        if isinstance(test, cst.NamedExpr) and not test.lpar:
            test = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


OWN: dict[type[cst.CSTNode], Callable[[Any], Iterator[cst.CSTNode]]] = {
    cst.Expr: _expr,
    cst.Call: _call,
    cst.If: _test,
    cst.While: _test,
    cst.CompIf: _test,
}
