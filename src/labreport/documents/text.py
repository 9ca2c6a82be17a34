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
# What every face of Latin Modern has (text weights, italics, typewriter), outside Chinese; U+202F becomes a command. Of
# `"<>` and the backtick the font would show another mark, or join two of them to one.
_LATIN_MODERN = re.compile(
    r"[ !#-;=?-_a-~\u00a0-\u0131\u0134-\u0137\u0139-\u0148\u014a-\u0165\u0168-\u017f\u0391-\u03a1\u03a3-\u03a9"
    r"\u2010-\u2011\u2013-\u2014\u2016\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u202f\u2030"
    r"\u2039-\u203a\u20ac\u2103\u2116\u2190-\u2193\u2212\u221a\u221e]"
)
# Where Chinese characters and punctuation stand; Fandol's faces have those of GB 2312.
_CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e]")
# A space beside Chinese punctuation, or between Chinese characters.
_GAP = re.compile(
    r"(?<=[\u3000-\u303f\uff01-\uff5e]) | (?=[\u3000-\u303f\uff01-\uff5e])|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])"
)
_NO_XML = {"\ufffe", "\uffff"}  # no characters, which no part of a Word file may hold
_INVISIBLE = {"\u200d", "\ufe0e", "\ufe0f"}  # joiners and selectors that only modify an emoji
TWO_COMMAS = "{,}{,}"  # which would join to a low quotation mark
NARROW, BROAD = frozenset(" \u00a0\u202f.,:;!'|()[]-ijlftrI"), frozenset("mw%@&×±−→_")


def clean(text: str) -> str:
    """One line without control, format and surrogate characters, its white space made single spaces."""
    kept = (" " if character.isspace() and character not in "\u00a0\u202f\u3000" else character for character in text)
    shown = (c for c in kept if c not in _NO_XML)
    visible = "".join(c for c in shown if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in _INVISIBLE)
    return re.sub(" +", " ", visible).strip()


def solid(text: str) -> str:
    """`text` as Chinese is set, without spaces between its words and sentences."""
    return _GAP.sub("", text)


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
    return "".join(map(_latex_of, clean(text))).replace(",,", TWO_COMMAS)


def latex_code(text: str) -> str:
    """`text` as LaTeX that shows exactly these characters and as many spaces; control characters are left out."""
    visible = (character for character in text if unicodedata.category(character) not in ("Cc", "Cs"))
    return "".join(r"\ " if character == " " else _latex_of(character) for character in visible)


def _latex_of(character: str) -> str:
    """The character itself, or `\\labcharacter{HEX}` where the fonts may not have it; nothing for a selector."""
    if character in _LATEX_SPECIAL or character in _INVISIBLE:
        return _LATEX_SPECIAL.get(character, "")
    return character if is_plain(character) else rf"\labcharacter{{{ord(character):X}}}"


def is_plain(character: str) -> bool:
    """Whether every face of the reports' fonts has the character, and shows it as it is."""
    if _CHINESE.match(character):
        return bool(character.encode("gb2312", "ignore"))
    return bool(_LATIN_MODERN.match(character))


def latex_metadata(text: str) -> str:
    """`text` for PDF metadata, where no font is involved."""
    literal = {"-", '"'}
    return "".join(c if c in literal else _LATEX_SPECIAL.get(c, c) for c in clean(text))


def breakable(text: str) -> str:
    """LaTeX of a text, such as a long name or a path, that may be broken behind each underscore and slash."""
    return latex(text).replace(r"\_", r"\_\allowbreak{}").replace("/", r"/\allowbreak{}")


def text_width(text: str) -> float:
    """Estimated width of a line in ems, rather too wide than too narrow for Latin Modern and Times."""
    return sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.37
    return 0.74 if character.isupper() or character in BROAD else 0.525


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
