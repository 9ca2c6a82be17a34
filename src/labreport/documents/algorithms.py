"""Algorithms as a template writes them: one statement a line, four spaces a level."""

import re
import textwrap
from typing import NamedTuple

from labreport.documents.nodes import Node
from labreport.errors import TemplateError

INDENT = 4
OPENERS = ("for", "while", "if", "elif", "else")
PREAMBLE = ("require", "ensure")
_COLON = r"\s*[:：]\s*"
_FORMS = (
    re.compile(rf"(?P<word>require|ensure){_COLON}(?P<text>.+)", re.IGNORECASE),
    re.compile(r"(?P<word>comment)(?![A-Za-z0-9_])\s*[:：]?\s*(?P<text>.+)"),
    re.compile(rf"(?P<word>else)(?P<text>){_COLON}"),
    re.compile(rf"(?P<word>for|while|if|elif)(?![A-Za-z0-9_])\s*(?P<text>.+?){_COLON}"),
    re.compile(r"(?P<word>return)(?![A-Za-z0-9_])\s*(?P<text>.*)"),
)
_UNFINISHED = re.compile(rf"(?:{'|'.join(OPENERS)})(?![A-Za-z0-9_])")


class Statement(NamedTuple):
    """One line of an algorithm.

    Attributes:
        number: counted from 1; empty for comments, and for what is needed and given, which are no steps.
        level: how deep it stands, from 0.
        word: `for`, `while`, `if`, `elif`, `else`, `return`, `comment`, `require`, `ensure`, or empty.
        text: the rest of the line, Markdown; in a layout the words that it is.
    """

    number: str
    level: int
    word: str
    text: Node


def statements(name: str, text: str) -> list[Statement]:
    """The lines of the algorithm `name`.

    Args:
        name: for messages.
        text: `Require: ...` and `Ensure: ...` first, then statements; `for ...:`, `while ...:`, `if ...:`,
            `elif ...:` and `else:` are followed by lines that stand four spaces deeper; `comment ...` is a remark.

    Raises:
        TemplateError: there is none, or one is indented otherwise or lacks its colon.
    """
    found: list[Statement] = []
    count = 0
    for line in filter(str.strip, textwrap.dedent(text.expandtabs(INDENT)).splitlines()):
        level, word, rest = _statement(name, line, found)
        counted = word not in (*PREAMBLE, "comment")
        count += counted
        found.append(Statement(str(count) if counted else "", level, word, rest))
    if not found:
        raise TemplateError(f"the algorithm {name!r} has no statements; write one a line in the body of the call")
    return found


def _statement(name: str, line: str, before: list[Statement]) -> tuple[int, str, str]:
    words = line.strip()
    level, rest = divmod(len(line) - len(line.lstrip()), INDENT)
    where = f"the algorithm {name!r}: {words!r}"
    allowed = before[-1].level + (before[-1].word in OPENERS) if before else 0
    if rest or level > allowed:
        raise TemplateError(f"{where} is indented by {level * INDENT + rest} spaces; here at most {allowed * INDENT}, "
                            f"in steps of {INDENT}; only for, while, if, elif and else open a level")  # fmt: skip
    match = next(filter(None, (form.fullmatch(words) for form in _FORMS)), None)
    if match is None:
        if _UNFINISHED.match(words):
            raise TemplateError(f'{where} needs a colon at its end, as in "for $t = 1, \\dots, T$:"')
        return level, "", words
    word = match["word"].lower()
    if word in PREAMBLE and any(other.word not in PREAMBLE for other in before):
        raise TemplateError(f"{where} stands after a statement; what is needed and what is given comes first")
    return level, word, match["text"]
