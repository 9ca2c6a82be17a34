"""The meaning of code: a digest of exactly those definitions that can reach a result.

From the roots of a job the names are followed that each function, class and constant uses, through imports, however
deep. What a module does when it is imported counts for whoever imports it. What cannot be followed is refused.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from labreport.artifacts.definitions import EFFECTS, Definition, Source, read_source
from labreport.errors import CodeChangedError, invalid
from labreport.files import write_text

SOURCES = Path(__file__).resolve().parents[2]
# What it imports by a computed name stands in a spec as a `target`, and is a root itself.
LOADING = "labreport.loading"
# Where planning keeps what it found in source files, relative to a project's folder.
CACHE = ".snakemake/labreport-code.json"

_found: dict[str, Source] = {}  # by path and content
_kept: set[Path] = set()  # files that all of it was written into


def code_digest(roots: Iterable[str]) -> str:
    """Hexadecimal digest (16 characters) of the meaning of everything that `roots` reach.

    Args:
        roots: "module:name", or "module" for all that it defines; inside `labreport`.

    Raises:
        CodeChangedError: there is no such definition, or it cannot be parsed or followed.
    """
    return _digest(SOURCES, tuple(sorted(set(roots))))


@cache
def _digest(sources: Path, roots: tuple[str, ...]) -> str:
    return digest_of(_covered(sources, roots))


def digest_of(found: Mapping[str, str]) -> str:
    """The digest of code whose definitions have these digests."""
    return hashlib.sha256("".join(f"{name} {one}\n" for name, one in sorted(found.items())).encode()).hexdigest()[:16]


def covered(roots: Iterable[str]) -> dict[str, str]:
    """What `code_digest` is taken of: "module:name" -> digest of its meaning, sorted; "module:" is what an import does.

    Raises:
        CodeChangedError: see `code_digest`.
    """
    return _covered(SOURCES, tuple(sorted(set(roots))))


@cache
def _covered(sources: Path, roots: tuple[str, ...]) -> dict[str, str]:
    reached: dict[tuple[str, str], str] = {}
    waiting: list[tuple[str, str]] = []
    for module, colon, name in (root.partition(":") for root in roots):
        waiting += [(module, name)] if colon else _all(module)
    while waiting:
        module, name = waiting.pop()
        if (module, name) not in reached:
            found = _definition(module, name)
            reached[module, name] = found.digest
            waiting += [(module, one) for one in found.names]
            waiting += [one for target, attribute in found.imported for one in _resolved(target, attribute)]
        if not waiting:  # what an import does counts, too, and may reach more
            imported = _imported_by(module for module, _ in reached)
            waiting = [(one, EFFECTS) for one in imported if EFFECTS in source(one).definitions]
            waiting = [one for one in waiting if one not in reached]
    return {f"{module}:{name}": digest for (module, name), digest in sorted(reached.items())}


def _all(module: str) -> list[tuple[str, str]]:
    return [(module, name) for name in source(module).definitions]


def _definition(module: str, name: str) -> Definition:
    if any(target.endswith(":*") for target in source(module).imports):
        raise CodeChangedError(f"{file_of(module)}: imports *, which no key can follow; name what is meant")
    found = source(module).definitions.get(name)
    if found is None:
        raise CodeChangedError(f"{file_of(module)}: defines no {name}, which a job is planned with; is it misspelt?")
    if found.unfollowed and module != LOADING:
        line, what = found.unfollowed[0]
        raise CodeChangedError(
            f"{file_of(module)}:{line}: `{what}` reaches code that no name tells, so that a key cannot cover it; name "
            "what is meant, or look it up in a dictionary of names"
        )
    return found


def _resolved(target: str, attribute: str) -> Iterator[tuple[str, str]]:
    """The definitions that a use of an imported name means: one, or all of a module that is used as a value."""
    module, colon, name = target.partition(":")
    if colon and file_of(f"{module}.{name}"):
        module, name = f"{module}.{name}", ""
    if not name:
        for part in attribute.split(".") if attribute else ():
            if file_of(f"{module}.{part}") is None:
                name = part
                break
            module = f"{module}.{part}"
    if name.startswith("__"):
        return  # such as __file__: no definition of anybody's
    if not name:
        yield from _all(module)
    elif name in source(module).definitions:
        yield module, name
    elif onward := next((one for one in source(module).imports if re.split("[.:]", one)[-1] == name), None):
        yield from _resolved(onward, "")
    else:
        raise CodeChangedError(f"{file_of(module)}: defines no {name}, which another module imports")


def _imported_by(modules: Iterable[str]) -> set[str]:
    """Every module of the package that importing some of them carries out, with these and their packages."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found and module and file_of(module):
            found.add(module)
            waiting.append(module.rpartition(".")[0])
            for target in source(module).imports:
                waiting += [target.partition(":")[0], target.replace(":", ".")]
    return found


def defines(module: str, name: str) -> bool:
    """Whether a module exists and defines something of that name."""
    return file_of(module) is not None and name in source(module).definitions


def forget() -> None:
    """Look at every file anew from now on."""
    file_of.cache_clear()
    source.cache_clear()
    _covered.cache_clear()
    _digest.cache_clear()


@cache
def file_of(module: str) -> Path | None:
    """The file of a module of this package; None where there is none."""
    base = SOURCES.joinpath(*module.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


@cache
def source(module: str) -> Source:
    """What a module defines.

    Raises:
        CodeChangedError: there is no such module, or it cannot be read or parsed.
    """
    path = file_of(module)
    if path is None:
        raise CodeChangedError(f"{module}: no such module under {SOURCES}; is the project's copy complete?")
    content = hashlib.sha256(_bytes(path)).hexdigest()
    identity = f"{module} {content}"
    if identity not in _found:
        parts = tuple(module.split("."))
        _found[identity] = read_source(parse(path), parts if path.name == "__init__.py" else parts[:-1])
        _kept.clear()
    return _found[identity]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CodeChangedError(f"{path}: cannot be read ({error.strerror or error})") from error


def parse(path: Path) -> ast.Module:
    """A file's syntax tree.

    Raises:
        CodeChangedError: the file cannot be read or parsed.
    """
    try:
        return ast.parse(_bytes(path), filename=str(path))
    except SyntaxError as error:
        raise CodeChangedError(invalid(error, path)) from error
    except ValueError as error:  # null bytes, before Python 3.12
        raise CodeChangedError(f"{path}: is no valid Python ({error}); mend it and start again") from error


def check_code(planned: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Stop unless the code on disk is what was planned.

    Args:
        planned: digests, each with the roots that it was taken of.

    Raises:
        CodeChangedError: the code was edited after planning.
    """
    forget()
    for digest, roots in planned:
        found = code_digest(list(roots))
        if found != digest:
            raise CodeChangedError(
                f"the code of {', '.join(roots)} changed after this job was planned (planned {digest}, found {found}); "
                "start Snakemake again, it plans anew"
            )


def restore(path: Path) -> None:
    """Take over what was found in source files before; files are known by their content, so nothing can be stale."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["by"] == _seal(kept["found"]):
            whole = _found.keys() <= kept["found"].keys()
            for identity, value in kept["found"].items():
                definitions = {name: Definition(**one) for name, one in value["definitions"].items()}
                _found[identity] = Source(definitions, value["imports"])
            if whole:
                _kept.add(path.absolute())


def keep(path: Path) -> None:
    """Write down what was found in source files, unless nothing new was since, or it cannot be written."""
    path = path.absolute()
    if _found and path not in _kept:
        now = {f"{module} {content}" for module, content in map(str.split, _found) if file_of(module)}
        found = {identity: _plain(_found[identity]) for identity in sorted(now)}
        _kept.add(path)
        with suppress(OSError):  # a read-only project can still be planned
            write_text(path, json.dumps({"by": _seal(found), "found": found}))


def _plain(found: Source) -> dict[str, Any]:
    """A source as JSON holds it."""
    return {**vars(found), "definitions": {name: vars(one) for name, one in found.definitions.items()}}


def _seal(found: Mapping[str, Any]) -> str:
    """Digest of what was found, and of how: a damaged file, or one of another way to look, says nothing."""
    digest = hashlib.sha256(Path(__file__).with_name("definitions.py").read_bytes())
    digest.update(json.dumps(found).encode())
    return digest.hexdigest()
