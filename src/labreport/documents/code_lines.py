"""Python code as LaTeX, one macro a line: keywords bold, comments and texts grey, every character literal."""

from __future__ import annotations

import io
import keyword
import tokenize

from labreport.documents.listings import Excerpt
from labreport.documents.text import latex_code

TOGETHER = 8  # lines at either end of a listing that no page break parts


def code_lines(excerpt: Excerpt) -> str:
    """The lines of a listing, `\\labline{number}{indentation}{code}` each; indentation in characters."""
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
