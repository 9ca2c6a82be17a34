"""What one source file defines: each definition's digest, the names that it uses, and what cannot be followed.

A definition is what gives a name at the top of a module: a function, a class as a whole, an assignment. Digests are
taken of syntax trees without comments, docstrings, formatting, the annotations of functions, and the words of errors
that are raised. They are the same under every supported Python, because a run may be planned on one machine and trained
on another. Annotations are followed like other names: an object that a function is given is of a class that its
annotation tells.
"""

from __future__ import annotations

import ast
import hashlib
import json
import symtable
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

PACKAGE = "labreport"
EFFECTS = ""  # the name under which a module keeps its statements that have effects of their own

# Positions are formatting; `ctx` follows from the place; `kind` is the u of u"..."; the others never have an effect.
_MEANINGLESS = frozenset({"ctx", "kind", "type_comment", "type_ignores", "returns", "annotation"})
_DYNAMIC = frozenset({"exec", "eval", "globals", "__import__", "import_module", "find_loader", "run_path"})
_BY_NAME = frozenset({"getattr", "setattr", "delattr"})
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Definition:
    """One definition of a module.

    Attributes:
        digest: of its meaning.
        names: of the same module that it uses.
        imported: (target, attribute) of what it uses of other modules, where a target is "module" or "module:name", as
            the import statement says it, and the attribute is empty where it is used itself.
        unfollowed: (line, what) that cannot be followed.
    """

    digest: str
    names: list[str] = field(default_factory=list)
    imported: list[list[str]] = field(default_factory=list)
    unfollowed: list[list[Any]] = field(default_factory=list)


@dataclass
class Source:
    """What a source file defines, and what importing it imports of this package.

    Attributes:
        definitions: by name; `EFFECTS` has what is done when the module is imported.
        imports: the targets of its import statements.
    """

    definitions: dict[str, Definition]
    imports: list[str]

    def to_json(self) -> dict[str, Any]:
        """For a cache."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Source:
        """What `to_json` gave."""
        return cls({name: Definition(**one) for name, one in value["definitions"].items()}, value["imports"])


def read_source(tree: ast.Module, package: tuple[str, ...]) -> Source:
    """What a module defines.

    Args:
        tree: its syntax tree; it is changed.
        package: the parts of the dotted name of the package that it lies in, for relative imports.
    """
    annotated = {id(node): set(_annotated(node)) for node in tree.body}
    typing = dict(_imports(tree, package))  # those under `if TYPE_CHECKING:`, too
    tree = _Running().visit(tree)
    body = _without_docstring(tree.body)
    imports: dict[str, str] = {}
    statements: dict[str, list[ast.stmt]] = {}
    for node in body:
        if not isinstance(node, _DEFINING):
            imports |= dict(_imports(node, package))
    functions = {node.name for node in body if isinstance(node, _DEFINING)}
    own = functions | {name for node in body for name in _stored(node)}
    for node in body:
        for name in _defined(node, functions | {*imports}, own):
            statements.setdefault(name, []).append(node)
    ours = {*statements} - {EFFECTS}
    definitions = {}
    for name, nodes in statements.items():
        local = {key: target for one in nodes for key, target in _imports(one, package)}
        types = {one for node in nodes for one in annotated.get(id(node), ())}
        definitions[name] = _definition(nodes, ours - {name}, imports | local, types, typing)
    dotted = {name for node in body if isinstance(node, ast.Import) for name in _dotted(node)}
    return Source(definitions, sorted({*imports.values(), *dotted}))


def _annotated(node: ast.AST) -> Iterator[str]:
    """The names in a statement's annotations."""
    for one in ast.walk(node):
        for expression in filter(None, (getattr(one, "annotation", None), getattr(one, "returns", None))):
            yield from _named(expression)


def _named(annotation: ast.AST) -> Iterator[str]:
    """The names in an annotation, which may stand in quotes, as a whole or in part."""
    for part in ast.walk(annotation):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            with suppress(SyntaxError):  # of Literal["zh"]
                yield from _named(ast.parse(part.value, mode="eval"))


def _imports(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(name, target) of what the statements in a node import of this package."""
    for one in ast.walk(node):
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield from _imported(one, package)


def _imported(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(name, target) of what a statement imports of this package."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] == PACKAGE:
                yield (alias.asname, alias.name) if alias.asname else (PACKAGE, PACKAGE)
        return
    base = [*package[: len(package) - node.level + 1], *([node.module] if node.module else [])] if node.level else None
    module = ".".join(base) if base is not None else node.module or ""
    if module.split(".")[0] == PACKAGE:
        for alias in node.names:
            yield alias.asname or alias.name, f"{module}:{alias.name}"


def _dotted(node: ast.Import) -> Iterator[str]:
    """The modules of this package that an import statement carries out."""
    yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)


def _defined(node: ast.stmt, callable_: set[str], own: set[str]) -> list[str]:
    """The names that a statement at the top of a module gives; `EFFECTS` where it does something else, too.

    Args:
        node: the statement.
        callable_: the functions and classes of this package that it may call.
        own: the names that the module gives.
    """
    if isinstance(node, _DEFINING):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
        return []
    if isinstance(node, ast.If) and _is_main(node.test):
        return []
    targets = {ast.Assign: "targets", ast.AnnAssign: "target", ast.AugAssign: "target"}.get(type(node))
    if targets is None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return []
        return [EFFECTS, *sorted(_stored(node))]
    found = getattr(node, targets)
    names: list[str] = []
    for target in found if isinstance(found, list) else [found]:
        base = target
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        stored = sorted(_stored(target))
        if stored:
            names += stored
        elif isinstance(base, ast.Name) and base.id in own:
            names.append(base.id)  # REGISTRY["x"] = ... goes on with what REGISTRY is
        else:
            names.append(EFFECTS)
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else None
    return [*names, *([EFFECTS] if value is not None and _calls_ours(value, callable_) else [])]


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _stored(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return names | {one.name for one in ast.walk(node) if isinstance(one, _DEFINING)}


def _calls_ours(value: ast.expr, ours: set[str]) -> bool:
    """Whether an import of the module calls a function of this package; making an object of a class does no more."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            chain, base = [], node.func
            while isinstance(base, ast.Attribute):
                chain.append(base.attr)
                base = base.value
            if isinstance(base, ast.Name) and base.id in ours and not (chain or [base.id])[0].lstrip("_")[:1].isupper():
                return True
    return False


def _definition(
    nodes: list[ast.stmt], ours: set[str], imports: dict[str, str], types: set[str], typing: dict[str, str]
) -> Definition:
    digest = hashlib.sha256(json.dumps([_plain(node) for node in nodes], separators=(",", ":")).encode()).hexdigest()
    names = types & ours
    imported = {(typing[one], "") for one in types - ours if ":" in typing.get(one, "")}
    unfollowed: list[list[Any]] = []
    for node in nodes:
        looked_up = _global_names(node)
        inside = {name for name, _ in _bound_by_imports(node)}
        names |= looked_up & ours
        known = {one for one in looked_up | inside if one in imports}
        imported |= {(imports[name], attribute) for name, attribute in _uses(node, known)}
        unfollowed += _unfollowed(node, (looked_up & ours) | known)
    return Definition(digest[:16], sorted(names), sorted(map(list, imported)), unfollowed)


def _bound_by_imports(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The names that import statements inside a definition give."""
    for one in ast.walk(node):
        if isinstance(one, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name.split(".")[0], one) for alias in one.names)


def _global_names(node: ast.stmt) -> set[str]:
    """The names that a statement looks up outside itself."""
    found: set[str] = set()
    waiting = [(symtable.symtable(ast.unparse(ast.fix_missing_locations(node)), "?", "exec"), True)]
    while waiting:
        table, top = waiting.pop()
        for symbol in table.get_symbols():
            # In a class, a name that is assigned may be read before, and then it is one outside: `RATE = RATE`.
            if symbol.is_referenced() and (symbol.is_global() or top or table.get_type() == "class"):
                found.add(symbol.get_name())
        waiting += [(child, False) for child in table.get_children()]
    return found


def _uses(node: ast.AST, names: set[str]) -> Iterator[tuple[str, str]]:
    """(name, attribute) wherever one of some names is used; the attribute is dotted where it goes on, or empty."""
    inside = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and id(one) not in inside:
            chain, base = [one.attr], one.value
            while isinstance(base, ast.Attribute):
                inside.add(id(base))
                chain.insert(0, base.attr)
                base = base.value
            if isinstance(base, ast.Name) and base.id in names:
                inside.add(id(base))
                yield base.id, ".".join(chain)
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in names and id(one) not in inside:
            yield one.id, ""


def _unfollowed(node: ast.AST, ours: set[str]) -> Iterator[list[Any]]:
    """Where code is reached, or changed, that no name tells."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            called = one.func.attr if isinstance(one.func, ast.Attribute) else getattr(one.func, "id", "")
            if called in _DYNAMIC and not (called == "eval" and isinstance(one.func, ast.Attribute)):
                yield [one.lineno, f"{called}(...)"]
            elif called in _BY_NAME and len(one.args) > 1 and _is_of(one.args[0], ours) and not _is_plain(one):
                yield [one.lineno, f"{called}({ast.unparse(one.args[0])}, ...)"]
        elif isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store | ast.Del) and _is_of(one.value, ours):
            yield [one.lineno, f"{ast.unparse(one)} = ..."]
        elif isinstance(one, ast.Attribute) and one.attr == "modules" and getattr(one.value, "id", "") == "sys":
            yield [one.lineno, "sys.modules"]


def _is_plain(call: ast.Call) -> bool:
    """Whether a call of `getattr` states the name."""
    return getattr(call.func, "id", "") == "getattr" and isinstance(call.args[1], ast.Constant)


def _is_of(node: ast.expr, ours: set[str]) -> bool:
    """Whether an expression is something of this package, or an attribute of it."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ours


class _Running(ast.NodeTransformer):
    """Leaves of a tree what can reach a result."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Only that something is raised, and of what class: nothing after it comes to be measured."""
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        words = ast.Constant(ast.unparse(raised) if raised is not None else "")
        return ast.copy_location(ast.Raise(exc=words, cause=None), node)

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        test = node.test
        name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else None
        return node.orelse if name == "TYPE_CHECKING" else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Without annotations, which `from __future__ import annotations` leaves as words."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: Any) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        arguments = node.args
        for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
            if one is not None:
                one.annotation = None
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """The annotation as words: a data class reads them, and they lead nowhere."""
        self.generic_visit(node)
        node.annotation = ast.Constant(ast.unparse(node.annotation))
        return node


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented and isinstance(first.value.value, str) else body  # type: ignore[union-attr]


def _plain(node: Any) -> Any:
    """A syntax tree as nested lists; equal for equal code under every Python version from 3.11."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return f"{type(node).__name__}:{node!r}"
    fields = []
    for name, value in ast.iter_fields(node):
        if name == "values" and isinstance(node, ast.JoinedStr):
            value = list(_joined(value))
        # Empty fields differ between versions (3.12 added `type_params`), so they are left out.
        if (name not in _MEANINGLESS or isinstance(node, ast.AnnAssign)) and value is not None and value != []:
            fields.append([name, _plain(value)])
    return [type(node).__name__, fields]


def _joined(values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The parts of an f-string; neighbouring literals, which versions split differently, become one."""
    text = ""
    for value in values:
        if isinstance(value, ast.Constant):
            text += str(value.value)
            continue
        if text:
            yield ast.Constant(text)
        text = ""
        yield value
    if text:
        yield ast.Constant(text)
