"""Text that comes from data: cleaned of control characters and escaped for where it is written."""

from __future__ import annotations

import re
import unicodedata

_MARKDOWN_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_GFM_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")
_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\labquote{}",  # the font's ligatures would curl it
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": r"{-}",  # two of them would join to a dash
    "\u00a0": "~",
    "\u202f": r"\,",
}
# Blocks that Latin Modern and Fandol cover well enough to be set directly; anything else is asked for with a fallback.
_PLAIN_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x0391, 0x03C9),
    (0x2010, 0x203A),
    (0x2190, 0x2193),
    (0x2200, 0x22FF),
    (0x3000, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xFF00, 0xFFEF),
)
_INVISIBLE = {"\u200d", "\ufe0e", "\ufe0f"}  # joiners and selectors that only modify an emoji


def clean(text: str) -> str:
    """One line without control, format and surrogate characters, its white space made single spaces."""
    kept = (" " if character.isspace() and character not in "\u00a0\u202f\u3000" else character for character in text)
    visible = "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in _INVISIBLE)
    return re.sub(" +", " ", visible).strip()


def pandoc_markdown(text: str) -> str:
    """`text` as pandoc Markdown that shows exactly these characters."""
    return _MARKDOWN_PUNCTUATION.sub(r"\\\1", clean(text))


def gfm(text: str) -> str:
    """`text` as GitHub-flavoured Markdown inside a line or a table cell.

    GitHub reads a backslash before a dollar sign as mathematics all the same; its documentation asks for a span.
    """
    return _GFM_SPECIAL.sub(r"\\\1", clean(text)).replace("$", "<span>$</span>")


def latex(text: str) -> str:
    """`text` as LaTeX that shows exactly these characters; an emoji becomes `\\labcharacter`, which has a fallback."""
    return "".join(_LATEX_SPECIAL.get(character) or latex_character(character) for character in clean(text))


def latex_character(character: str) -> str:
    """The character itself, or `\\labcharacter{HEX}` where the fonts may not have it; nothing for a selector."""
    if character in _INVISIBLE:
        return ""
    if character == '"':
        return _LATEX_SPECIAL[character]
    return character if is_plain(character) else rf"\labcharacter{{{ord(character):X}}}"


def is_plain(character: str) -> bool:
    """Whether the fonts of both languages can be expected to have the character, and show it as it is."""
    return character != '"' and any(low <= ord(character) <= high for low, high in _PLAIN_RANGES)


def latex_metadata(text: str) -> str:
    """`text` for PDF metadata, where no font is involved."""
    literal = {"-", '"'}
    return "".join(c if c in literal else _LATEX_SPECIAL.get(c, c) for c in clean(text))


def text_width(text: str) -> float:
    """Estimated width of a line in ems: 1 for a Chinese character, about a half for others."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide + 0.53 * (len(text) - wide)


def shortened(text: str, ems: float = 36) -> str:
    """`text`, or its beginning and an ellipsis where it is wider than `ems`."""
    line = clean(text)
    if text_width(line) <= ems:
        return line
    while text_width(line) > ems - 1:
        line = line[:-1]
    return line.rstrip() + "…"


class Literal:
    """A string from data: prints itself escaped for pandoc Markdown, compares as the raw string.

    It is not a `str`, so that no string method can take the escaping off again.
    """

    def __init__(self, raw: str) -> None:
        self.raw = str(raw)

    def __str__(self) -> str:
        return pandoc_markdown(self.raw)

    def __html__(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"Literal({self.raw!r})"

    def __eq__(self, other: object) -> bool:
        return self.raw == (other.raw if isinstance(other, Literal) else other)

    def __hash__(self) -> int:
        return hash(self.raw)

    def __lt__(self, other: Literal | str) -> bool:
        return self.raw < (other.raw if isinstance(other, Literal) else other)

    def __contains__(self, part: object) -> bool:
        return str(part.raw if isinstance(part, Literal) else part) in self.raw

    def __len__(self) -> int:
        return len(self.raw)

    def __bool__(self) -> bool:
        return bool(self.raw)
