"""Pieces of the project's own source, taken from the file by name: what a report prints as code."""

import ast
import io
import keyword
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import labreport
from labreport.documents.naming import suggestion
from labreport.documents.text import latex_code
from labreport.errors import TemplateError

PACKAGE = Path(labreport.__file__).parent
SHOWN_ROOT = "src/labreport"
TOGETHER = 8  # lines at either end of a listing that no page break parts
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Excerpt:
    """A class or function as it stands in its file.

    Attributes:
        name: `CNN4`, or `CNN4.forward`.
        file: where it stands, as a reader of the project names it: `src/labreport/models/cnn.py`.
        first: the number of its first line, counted from 1.
        lines: its lines, without the indentation that all of them have.
    """

    name: str
    file: str
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1

    @property
    def text(self) -> str:
        """Its lines in one."""
        return "\n".join(self.lines)


def excerpt(target: str) -> Excerpt:
    """The class or function that `target` names; nothing is imported.

    Args:
        target: `labreport.MODULE:NAME`, where NAME may have dots: `labreport.models.cnn:CNN4.forward`.

    Raises:
        TemplateError: it is no such name, the package has no such module, or the module no such definition.
    """
    path, name = source_file(target), target.partition(":")[2]
    source = path.read_text(encoding="utf-8")
    try:
        body: Sequence[ast.stmt] = ast.parse(source).body
    except SyntaxError as error:
        raise TemplateError(f'source("{target}"): {path}: line {error.lineno}: {error.msg}') from None
    for part in name.split("."):
        found = {node.name: node for node in body if isinstance(node, _Definition)}
        if part not in found:
            near = suggestion(part, found)
            raise TemplateError(f'source("{target}"): {path} has no class or function {part!r}{near}')
        node = found[part]
        body = node.body
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    lines = [line.removeprefix(" " * node.col_offset) for line in source.splitlines()[first - 1 : node.end_lineno]]
    return Excerpt(name, f"{SHOWN_ROOT}/{path.relative_to(PACKAGE).as_posix()}", first, tuple(lines))


def source_file(target: str) -> Path:
    """The file that `labreport.MODULE:NAME` stands in.

    Raises:
        TemplateError: `target` has another form, or the package has no such module.
    """
    module, _, name = str(target).partition(":")
    parts = module.split(".")
    words = [*parts, *name.split(".")]
    if parts[0] != "labreport" or len(parts) < 2 or not all(word.isidentifier() for word in words):
        raise TemplateError(
            f'source("{target}"): a source is "labreport.MODULE:NAME", a class or function of this project'
        )
    path = PACKAGE.joinpath(*parts[1:]).with_suffix(".py")
    if path.is_file() and path.resolve().is_relative_to(PACKAGE.resolve()):
        return path
    modules = sorted(file.relative_to(PACKAGE.parent).with_suffix("").as_posix() for file in PACKAGE.rglob("*.py"))
    known = [one.replace("/", ".") for one in modules if not one.endswith("__init__")]
    nearby = [other for other in known if other.split(".")[1] == parts[1]] or known
    raise TemplateError(f'source("{target}"): there is no module {module!r}{suggestion(module, nearby)}')


def code_lines(excerpt: Excerpt) -> str:
    """The lines of a listing in LaTeX, `\\labline{number}{indentation}{code}` each, every character literal.

    Keywords are bold, comments and texts grey; indentation is in characters.
    """
    count = len(excerpt.lines)
    shown, ends = [""] * count, [len(line) - len(line.lstrip()) for line in excerpt.lines]
    indents = ends.copy()
    for token in tokenize.generate_tokens(io.StringIO(excerpt.text + "\n").readline):
        style = _style(token)
        for row in range(token.start[0] - 1, token.end[0]) if style else ():
            line = excerpt.lines[row]
            start = max(token.start[1] if row == token.start[0] - 1 else 0, indents[row])
            end = token.end[1] if row == token.end[0] - 1 else len(line)
            if start < end:
                styled = f"\\lab{style}{{{latex_code(line[start:end])}}}"
                shown[row], ends[row] = shown[row] + latex_code(line[ends[row] : start]) + styled, end
    lines = []
    for index, (line, code, end, indent) in enumerate(zip(excerpt.lines, shown, ends, indents, strict=True)):
        near_an_end = index < count - 1 and (index < TOGETHER - 1 or count - TOGETHER <= index)
        whole = rf"\labline{{{excerpt.first + index}}}{{{indent}}}{{{code}{latex_code(line[end:])}}}"
        lines.append(whole + (r"\nobreak" if near_an_end else ""))
    return "\n".join(lines)


def _style(token: tokenize.TokenInfo) -> str:
    """The name of what a token looks like; empty for most."""
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    if token.type == tokenize.COMMENT:
        return "comment"
    name = tokenize.tok_name[token.type]  # from Python 3.12 on, an f-string is several tokens
    return "string" if name == "STRING" or name.startswith("FSTRING") else ""
