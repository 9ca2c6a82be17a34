"""What one source file defines: each definition's digest, the names that it uses, and what cannot be followed.

A definition is what gives a name at the top of a module: a function, a class as a whole, an assignment. Digests are
taken of syntax trees without comments, docstrings, formatting, the annotations of functions, and the words of errors
that are raised. They are the same under every supported Python, because a run may be planned on one machine and trained
on another. Annotations are followed like other names: an object that a function is given is of a class that its
annotation tells.
"""

import ast
import hashlib
import json
import symtable
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

PACKAGE = "labreport"
EFFECTS = ""  # the name under which a module keeps its statements that have effects of their own

# Positions are formatting; `ctx` follows from the place; `kind` is the u of u"..."; the others never have an effect.
_MEANINGLESS = frozenset({"ctx", "kind", "type_comment", "type_ignores", "returns", "annotation"})
_DYNAMIC = frozenset({"exec", "eval", "globals", "__import__", "import_module", "find_loader", "run_path"})
_BY_NAME = frozenset({"getattr", "setattr", "delattr"})
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTING = (ast.Import, ast.ImportFrom)


@dataclass
class Definition:
    """One definition of a module.

    Attributes:
        line: on which it begins.
        digest: of its meaning.
        names: of the same module that it uses.
        imported: (target, attribute) of what it uses of other modules, where a target is "module" or "module:name", as
            the import statement says it, and the attribute is empty where it is used itself.
        unfollowed: (line, what) that cannot be followed.
    """

    line: int
    digest: str
    names: list[str]
    imported: list[list[str]]
    unfollowed: list[list[Any]]


@dataclass
class Source:
    """What a source file defines, and what importing it imports of this package.

    Attributes:
        definitions: by name; `EFFECTS` has what is done when the module is imported.
        imports: the targets of its import statements.
    """

    definitions: dict[str, Definition]
    imports: list[str]


def read_source(tree: ast.Module, package: tuple[str, ...]) -> Source:
    """What a module defines.

    Args:
        tree: its syntax tree; it is changed.
        package: the parts of the dotted name of the package that it lies in, for relative imports.
    """
    never = dict(_imports(_outside(tree), package))  # with those under `if TYPE_CHECKING:`, which annotations name
    tree = _Running().visit(tree)
    body, outside = _without_docstring(tree.body), _outside(tree)
    imports = dict(_imports(outside, package))
    functions = {node.name for node in body if isinstance(node, _DEFINING)}
    own = functions.union(*map(_stored, body))
    statements: dict[str, list[ast.stmt]] = {}
    for node in body:
        for name in _defined(node, functions | {*imports}, own):
            statements.setdefault(name, []).append(node)
    definitions = {}
    for name, nodes in statements.items():
        known = {**never, **imports, **dict(_imports(nodes, package))}
        definitions[name] = _definition(nodes, statements.keys() - {EFFECTS, name}, known)
    carried_out = {one.name for node in outside if isinstance(node, ast.Import) for one in _of_package(node)}
    return Source(definitions, sorted({*imports.values(), *carried_out}))


def _walk(node: ast.AST) -> list[ast.AST]:
    """A node and all below it, as `ast.walk` gives them, in a third of its time: every definition is walked often."""
    found = [node]
    for one in found:
        for name in one._fields:
            value = getattr(one, name, None)
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
    return found


def _outside(tree: ast.Module) -> list[ast.stmt]:
    """The statements of a module that are no function or class."""
    return [node for node in tree.body if not isinstance(node, _DEFINING)]


def _of_package(node: ast.Import) -> Iterator[ast.alias]:
    """The modules of this package that a statement imports."""
    return (alias for alias in node.names if alias.name.split(".")[0] == PACKAGE)


def _imports(nodes: Iterable[ast.AST], package: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(name, target) of what the statements in some nodes import of this package."""
    for node in (one for outer in nodes for one in _walk(outer)):
        if isinstance(node, ast.Import):
            for alias in _of_package(node):
                yield (alias.asname, alias.name) if alias.asname else (PACKAGE, PACKAGE)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            if module.split(".")[0] == PACKAGE:
                yield from ((alias.asname or alias.name, f"{module}:{alias.name}") for alias in node.names)


def _defined(node: ast.stmt, functions: set[str], own: set[str]) -> list[str]:
    """The names that a statement at the top of a module gives; `EFFECTS` where it does something else, too.

    Args:
        node: the statement.
        functions: the functions and classes of this package that it may call.
        own: the names that the module gives.
    """
    if isinstance(node, _DEFINING):
        return [node.name]
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if constant or isinstance(node, (*_IMPORTING, ast.Pass)) or (isinstance(node, ast.If) and _is_main(node.test)):
        return []
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return [EFFECTS, *sorted(_stored(node))]
    names: list[str] = []
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        base: ast.AST = target
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        # REGISTRY["x"] = ... goes on with what REGISTRY is.
        begun = base.id if isinstance(base, ast.Name) and base.id in own else EFFECTS
        names += sorted(_stored(target)) or [begun]
    return [*names, *([EFFECTS] if node.value is not None and _calls(node.value, functions) else [])]


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and _base(test.left) == ("__name__", [])


def _stored(node: ast.AST) -> set[str]:
    inside = _walk(node)
    names = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return names | {one.name for one in inside if isinstance(one, _DEFINING)}


def _base(node: ast.AST) -> tuple[str, list[str]]:
    """The name that an expression such as `a.b.c` begins with, or nothing, and the attributes that follow it."""
    chain: list[str] = []
    while isinstance(node, ast.Attribute):
        chain.insert(0, node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else ""), chain


def _calls(value: ast.expr, functions: set[str]) -> bool:
    """Whether an import of the module calls a function of this package; making an object of a class does no more."""
    for node in _walk(value):
        if isinstance(node, ast.Call):
            base, chain = _base(node.func)
            if base in functions and not [base, *chain][-1].lstrip("_")[:1].isupper():
                return True
    return False


def _definition(nodes: list[ast.stmt], ours: set[str], imports: dict[str, str]) -> Definition:
    digest = hashlib.sha256(json.dumps([_plain(node) for node in nodes], separators=(",", ":")).encode()).hexdigest()
    names: set[str] = set()
    imported: set[tuple[str, str]] = set()
    unfollowed: list[list[Any]] = []
    for node in [*nodes, *(one for statement in nodes for one in _quoted(statement))]:
        within = _walk(node)
        importing = (one for one in within if isinstance(one, _IMPORTING))
        inside = {alias.asname or alias.name.split(".")[0] for one in importing for alias in one.names}
        looked_up = _global_names(node)
        known = (looked_up | inside) & imports.keys()
        names |= looked_up & ours
        imported |= {(imports[name], attribute) for name, attribute in (_uses(node, known) if known else ())}
        unfollowed += _unfollowed(within, (looked_up & ours) | known)
    return Definition(nodes[0].lineno, digest[:16], sorted(names), sorted(map(list, imported)), unfollowed)


def _quoted(node: ast.AST) -> Iterator[ast.stmt]:
    """What stands in quotes in a statement's annotations."""
    for one in _walk(node):
        for annotation in filter(None, (getattr(one, "annotation", None), getattr(one, "returns", None))):
            for part in _walk(annotation):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    with suppress(SyntaxError):  # of Literal["zh"]
                        yield ast.Expr(ast.parse(part.value, mode="eval").body)


def _global_names(node: ast.stmt) -> set[str]:
    """The names that a statement looks up outside itself."""
    found: set[str] = set()
    waiting = [(symtable.symtable(ast.unparse(node), "?", "exec"), True)]
    while waiting:
        table, top = waiting.pop()
        for symbol in table.get_symbols():
            # In a class, a name that is assigned may be read before, and then it is one outside: `RATE = RATE`.
            if symbol.is_referenced() and (symbol.is_global() or top or table.get_type() == "class"):
                found.add(symbol.get_name())
        waiting += [(child, False) for child in table.get_children()]
    return found


def _uses(node: ast.AST, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """(name, attribute) wherever one of some names is used; the attribute is dotted where it goes on, or empty."""
    base, chain = _base(node)
    if base in names:
        yield base, ".".join(chain)
        return
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, names)


def _unfollowed(nodes: Iterable[ast.AST], ours: set[str]) -> Iterator[list[Any]]:
    """Where code is reached, or changed, that no name tells."""
    for one in nodes:
        if isinstance(one, ast.Call):
            called = one.func.attr if isinstance(one.func, ast.Attribute) else getattr(one.func, "id", "")
            if called in _DYNAMIC and not (called == "eval" and isinstance(one.func, ast.Attribute)):
                yield [one.lineno, f"{called}(...)"]
            stated = _base(one.func) == ("getattr", []) and len(one.args) > 1 and isinstance(one.args[1], ast.Constant)
            if called in _BY_NAME and len(one.args) > 1 and _base(one.args[0])[0] in ours and not stated:
                yield [one.lineno, f"{called}({ast.unparse(one.args[0])}, ...)"]
        elif isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store | ast.Del) and _base(one)[0] in ours:
            yield [one.lineno, f"{ast.unparse(one)} = ..."]
        elif isinstance(one, ast.Attribute) and _base(one) == ("sys", ["modules"]):
            yield [one.lineno, "sys.modules"]


class _Running(ast.NodeTransformer):
    """Leaves of a tree what can reach a result."""

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Only that something is raised, and of what class: nothing after it comes to be measured."""
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        words = ast.Constant(ast.unparse(raised) if raised is not None else "")
        return ast.copy_location(ast.Raise(exc=words, cause=None), node)

    def visit_If(self, node: ast.If) -> Any:
        """Without what only type checkers read."""
        self.generic_visit(node)
        base, chain = _base(node.test)
        return node.orelse if [base, *chain][-1] == "TYPE_CHECKING" else node

    def _undocumented(self, node: Any) -> Any:
        self.generic_visit(node)
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _undocumented


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
        stated = name == "annotation" and isinstance(node, ast.AnnAssign)
        if stated:  # as words: a data class reads it
            value = ast.Constant(ast.unparse(value))
        # Empty fields differ between versions (3.12 added `type_params`), so they are left out.
        if (name not in _MEANINGLESS or stated) and value is not None and value != []:
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
