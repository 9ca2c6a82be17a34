"""The meaning of code: a digest of the syntax trees that can reach a result.

A digest covers every `labreport` module that a job imports, however deep, without comments, docstrings, formatting,
the words of errors that are raised, and what stands under `if TYPE_CHECKING:`. It is the same under every supported
Python version, because a run may be planned on one machine and trained on another.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labreport.errors import CodeChangedError
from labreport.planning.bytecode import has_old_bytecode

PACKAGE = "labreport"
SOURCES = Path(__file__).resolve().parents[2]

# Positions are formatting; `ctx` follows from the place; `kind` is the u of u"..."; the others never have an effect.
_MEANINGLESS = frozenset({"ctx", "kind", "type_comment", "type_ignores"})


def closure(roots: Iterable[str]) -> dict[str, Path]:
    """Every module of this package that importing `roots` loads, with its file.

    Args:
        roots: dotted module names inside `labreport`.

    Returns:
        Module name -> source file, sorted by name; parent packages included.

    Raises:
        CodeChangedError: a module that is named does not exist, or is no Python that can be parsed.
    """
    return _closure(SOURCES, tuple(roots))


@cache
def _closure(sources: Path, roots: tuple[str, ...]) -> dict[str, Path]:
    """`closure`, for as long as the files are what they were; `sources` is where they lie."""
    found: dict[str, Path] = {}
    waiting = [name for root in roots for name in _with_parents(root)]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        path = _file_of(name)
        if path is None:
            raise CodeChangedError(f"{name}: no such module under {sources / PACKAGE}; is the project's copy complete?")
        found[name] = path
        waiting.extend(imported for target in _parsed(path)[0] for imported in _with_parents(target))
    return dict(sorted(found.items()))


def code_digest(roots: Iterable[str]) -> str:
    """Hexadecimal digest (16 characters) of the meaning of everything that `roots` import."""
    return digest_of(meanings(roots))


def meanings(roots: Iterable[str]) -> dict[str, str]:
    """What `code_digest` is taken of: module -> hexadecimal digest of its meaning, sorted by name."""
    return {name: _parsed(path)[1] for name, path in closure(roots).items()}


def digest_of(found: Mapping[str, str]) -> str:
    """The digest of code whose modules have these meanings."""
    digest = hashlib.sha256()
    for name, meaning_of in sorted(found.items()):
        digest.update(f"{name} {meaning_of}\n".encode())
    return digest.hexdigest()[:16]


def check_code(planned: str, roots: Iterable[str]) -> None:
    """Stop unless the code on disk, and every module loaded by now, is what `planned` was taken of.

    Args:
        planned: the digest in the job's spec.
        roots: the modules it was taken of; the first is the job's own step.

    Raises:
        CodeChangedError: the code was edited after planning, or a module outside the plan was loaded.
    """
    roots = list(roots)
    forget()
    found = code_digest(roots)
    if found != planned:
        raise CodeChangedError(
            f"the code of {', '.join(roots)} changed after this job was planned "
            f"(planned {planned}, found {found}); start Snakemake again, it plans anew"
        )
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    if main is None or main.name != roots[0]:
        return  # called from a larger process, such as a test, which has loaded more than the job
    allowed = closure(roots)
    if old := [path for path in allowed.values() if has_old_bytecode(path)]:
        raise CodeChangedError(
            f"{', '.join(map(str, old))}: edited so quickly that Python loaded the text before; "
            "its bytecode was removed, start again"
        )
    strangers = sorted(name for name in sys.modules if name.split(".")[0] == PACKAGE and name not in allowed)
    if strangers:
        raise CodeChangedError(
            f"{', '.join(strangers)}: loaded by this job, but not among the modules that its key covers; "
            f"import it statically from one of {', '.join(roots)}"
        )


def forget() -> None:
    """Look at every file anew from now on."""
    _parsed.cache_clear()
    _closure.cache_clear()


def meaning(source: str) -> str:
    """Hexadecimal digest of one source text's syntax tree without what has no effect."""
    return _meaning(_running(ast.parse(source)))


def _meaning(tree: ast.AST) -> str:
    return hashlib.sha256(json.dumps(_plain(tree), separators=(",", ":")).encode()).hexdigest()


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        yield ".".join(parts[:length])


def _file_of(name: str) -> Path | None:
    base = SOURCES.joinpath(*name.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


# What was found in a file, by its path and content; `labreport.planning.code_cache` keeps it between two plans.
REMEMBERED: dict[str, tuple[tuple[str, ...], str]] = {}


@cache
def _parsed(path: Path) -> tuple[tuple[str, ...], str]:
    """The package's modules that a file imports, and the digest of its meaning."""
    try:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise CodeChangedError(f"{path}: cannot be read ({error.strerror or error})") from error
    identity = f"{path.relative_to(SOURCES).as_posix()} {content}"
    if identity not in REMEMBERED:
        tree = _running(parse(path))
        REMEMBERED[identity] = tuple(sorted(set(_imports(tree, path)))), _meaning(tree)
    return REMEMBERED[identity]


def parse(path: Path) -> ast.Module:
    """A file's syntax tree.

    Raises:
        CodeChangedError: the file cannot be read or parsed.
    """
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except OSError as error:
        raise CodeChangedError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes, before Python 3.12
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        what = error.msg if isinstance(error, SyntaxError) else error
        raise CodeChangedError(f"{path}{line}: is no valid Python ({what}); mend it and start again") from error


def _running(tree: ast.Module) -> ast.Module:
    """The tree without what stands under `if TYPE_CHECKING:`, which never runs."""
    stripped: ast.Module = _Running().visit(tree)
    return stripped


class _Running(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """The statement without its words: what an error says changes no result."""
        wordless: ast.AST = _Wordless().visit(node)
        return wordless

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        test = node.test
        name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else None
        return node.orelse if name == "TYPE_CHECKING" else node


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("")


def _imports(tree: ast.Module, path: Path) -> Iterator[str]:
    relative = path.relative_to(SOURCES).with_suffix("").parts
    package = relative[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
            base = base if node.level else (node.module or "")
            if base.split(".")[0] == PACKAGE:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names if _file_of(f"{base}.{alias.name}"))


def _plain(node: Any) -> Any:
    """A syntax tree as nested lists; equal for equal code under every Python version from 3.11."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return f"{type(node).__name__}:{node!r}"
    fields = []
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            value = _without_docstring(value)
        if name == "values" and isinstance(node, ast.JoinedStr):
            value = list(_joined(value))
        # Empty fields differ between versions (3.12 added `type_params`), so they are left out.
        if name not in _MEANINGLESS and value is not None and value != []:
            fields.append([name, _plain(value)])
    return [type(node).__name__, fields]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented and isinstance(first.value.value, str) else body  # type: ignore[union-attr]


def _joined(values: list[ast.expr]) -> Iterator[ast.expr]:
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
