"""Python code as LaTeX, one macro a line: keywords bold, comments and texts grey, every character literal."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator

from labreport.documents.listings import Excerpt
from labreport.documents.text import latex_code

TOGETHER = 8  # lines at either end of a listing that no page break parts
STYLES = {"keyword": r"\labkeyword", "comment": r"\labcomment", "string": r"\labstring"}


def code_lines(excerpt: Excerpt) -> str:
    """The lines of a listing, `\\labline{number}{indentation}{code}` each; indentation in characters."""
    styles = _styles(excerpt)
    count = len(excerpt.lines)
    lines = []
    for index, line in enumerate(excerpt.lines):
        words = line.lstrip()
        indent = len(line) - len(words)
        code = "".join(
            f"{STYLES[style]}{{{latex_code(part)}}}" if style else latex_code(part)
            for style, part in _parts(words, styles[index][indent:])
        )
        near_an_end = index < count - 1 and (index < TOGETHER - 1 or count - TOGETHER <= index)
        lines.append(
            rf"\labline{{{excerpt.first + index}}}{{{indent}}}{{{code}}}" + (r"\nobreak" if near_an_end else "")
        )
    return "\n".join(lines)


def _styles(excerpt: Excerpt) -> list[list[str]]:
    """The style of each character of each line, empty for most."""
    styles = [[""] * len(line) for line in excerpt.lines]
    for token in tokenize.generate_tokens(io.StringIO(excerpt.text + "\n").readline):
        style = _style(token)
        if not style:
            continue
        (first, start), (last, end) = token.start, token.end
        for row in range(first, last + 1):
            left = start if row == first else 0
            right = end if row == last else len(excerpt.lines[row - 1])
            styles[row - 1][left:right] = [style] * (right - left)
    return styles


def _style(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    if token.type == tokenize.COMMENT:
        return "comment"
    name = tokenize.tok_name[token.type]  # from Python 3.12 on, an f-string is several tokens
    return "string" if name == "STRING" or name.startswith("FSTRING") else ""


def _parts(text: str, styles: list[str]) -> Iterator[tuple[str, str]]:
    """Pieces of a line of one style each."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or styles[index] != styles[start]:
            yield styles[start], text[start:index]
            start = index
