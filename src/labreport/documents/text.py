"""Text that comes from data: cleaned of control characters and escaped for where it is written."""

from __future__ import annotations

import re
import unicodedata

_MARKDOWN_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_GFM_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")
_GFM_LIST = re.compile(r"^(\d+(?=[.)](?: |$))|(?=[-+] ))")
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
# The font would show another mark, or join two of them to one.
_CURLED = {'"', "`", "<", ">"}
# What every face of Latin Modern has (text weights, italics, typewriter), outside Chinese.
_LATIN_MODERN = (
    (0x0020, 0x007E),
    (0x00A0, 0x0131),
    (0x0134, 0x0137),
    (0x0139, 0x0148),
    (0x014A, 0x0165),
    (0x0168, 0x017F),
    (0x0391, 0x03A1),
    (0x03A3, 0x03A9),
    (0x2010, 0x2011),
    (0x2013, 0x2014),
    (0x2016, 0x2016),
    (0x2018, 0x201A),
    (0x201C, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x202F, 0x202F),  # a thin space, which becomes a command
    (0x2030, 0x2030),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),
    (0x2103, 0x2103),
    (0x2116, 0x2116),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x221A, 0x221A),
    (0x221E, 0x221E),
)
# Where Chinese characters and punctuation stand; Fandol's faces have those of GB 2312.
_CHINESE = ((0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xFF01, 0xFF5E))
_NO_XML = {"\ufffe", "\uffff"}  # no characters, which no part of a Word file may hold
_INVISIBLE = {"\u200d", "\ufe0e", "\ufe0f"}  # joiners and selectors that only modify an emoji


TWO_COMMAS = "{,}{,}"  # which would join to a low quotation mark


def clean(text: str) -> str:
    """One line without control, format and surrogate characters, its white space made single spaces."""
    kept = (" " if character.isspace() and character not in "\u00a0\u202f\u3000" else character for character in text)
    shown = (c for c in kept if c not in _NO_XML)
    visible = "".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in _INVISIBLE)
    return re.sub(" +", " ", visible).strip()


def pandoc_markdown(text: str) -> str:
    """`text` as pandoc Markdown that shows exactly these characters."""
    return _MARKDOWN_PUNCTUATION.sub(r"\\\1", clean(text))


def gfm(text: str) -> str:
    """`text` as GitHub-flavoured Markdown in a line or a table cell; no list begins where it begins the line.

    GitHub reads a backslash before a dollar sign as mathematics all the same; its documentation asks for a span.
    """
    escaped = _GFM_LIST.sub(r"\1\\", _GFM_SPECIAL.sub(r"\\\1", clean(text)))
    return escaped.replace("$", "<span>$</span>")


def latex(text: str) -> str:
    """`text` as LaTeX that shows exactly these characters; an emoji becomes `\\labcharacter`, which has a fallback."""
    escaped = "".join(_LATEX_SPECIAL.get(character) or latex_character(character) for character in clean(text))
    return escaped.replace(",,", TWO_COMMAS)


def latex_code(text: str) -> str:
    """`text` as LaTeX that shows exactly these characters and as many spaces; control characters are left out."""
    visible = (character for character in text if unicodedata.category(character) not in ("Cc", "Cs"))
    return "".join(r"\ " if c == " " else _LATEX_SPECIAL.get(c) or latex_character(c) for c in visible)


def latex_character(character: str) -> str:
    """The character itself, or `\\labcharacter{HEX}` where the fonts may not have it; nothing for a selector."""
    if character in _INVISIBLE:
        return ""
    if character in _CURLED:
        return _LATEX_SPECIAL[character]
    return character if is_plain(character) else rf"\labcharacter{{{ord(character):X}}}"


def is_plain(character: str) -> bool:
    """Whether every face of the reports' fonts has the character, and shows it as it is."""
    code = ord(character)
    if any(low <= code <= high for low, high in _CHINESE):
        return _in_gb2312(character)
    return character not in _CURLED and any(low <= code <= high for low, high in _LATIN_MODERN)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def latex_metadata(text: str) -> str:
    """`text` for PDF metadata, where no font is involved."""
    literal = {"-", '"'}
    return "".join(c if c in literal else _LATEX_SPECIAL.get(c, c) for c in clean(text))


def breakable(text: str) -> str:
    """LaTeX of a text, such as a long name, that may be broken behind each underscore."""
    return latex(text).replace(r"\_", r"\_\allowbreak{}")


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
