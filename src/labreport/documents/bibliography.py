"""A report's `references.bib`: read, and every entry checked. No part of it is run or fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import TemplateError

FILE = "references.bib"
REQUIRED = ("author", "title", "year")
_ENTRY = re.compile(r"@\s*(\w+)\s*\{")
_KEY = re.compile(r"\s*([A-Za-z0-9][\w:.+-]*)\s*,")
_FIELD = re.compile(r"\s*,?\s*([A-Za-z][\w-]*)\s*=\s*")
_BARE = re.compile(r"\w+")
_END = re.compile(r"\s*,?\s*\}")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|.|$)", re.DOTALL)
_ACCENTS = "' ` ^ \" ~ = . u v H t c d b r k"
_LETTERS = "i j l L o O aa AA ae AE oe OE ss"
_SYMBOLS = "& % $ # _ { }"  # signs that LaTeX reads as something else
_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
    "varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
)
COMMANDS = frozenset({"\\ ", *(f"\\{name}" for name in f"{_ACCENTS} {_LETTERS} {_SYMBOLS} {_GREEK}".split())})
_CODED = "^^"  # TeX reads ^^5c as a backslash and ^^77 as a w, even inside the name of a command
_YEAR = re.compile(r"(1[89]|20)\d\d")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_ARXIV = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})(v\d+)?")


@dataclass(frozen=True)
class Entry:
    """One work.

    Attributes:
        key: what `cite()` calls it.
        kind: `article`, `inproceedings`, `book` and the like, in lower case.
        fields: name in lower case -> value as it is written, LaTeX, without its outer braces and line breaks.
        where: file and line, for messages.
    """

    key: str
    kind: str
    fields: Mapping[str, str]
    where: str

    @property
    def link(self) -> str:
        """The address of its DOI, else of its arXiv number."""
        doi = self.fields.get("doi")
        return f"https://doi.org/{doi}" if doi else f"https://arxiv.org/abs/{self.fields['eprint']}"


def load(path: Path) -> dict[str, Entry]:
    """The entries of a bibliography by key; none where there is no such file.

    Raises:
        TemplateError: it cannot be read, a key stands twice, or an entry lacks its authors, its title, its year or
            both DOI and arXiv number; with file and line.
    """
    if not path.is_file():
        return {}
    found: dict[str, Entry] = {}
    for entry in _entries(path.read_text(encoding="utf-8"), path):
        if entry.key in found:
            raise TemplateError(
                f"{entry.where}: {entry.key} is there already, see {found[entry.key].where}; rename one"
            )
        if defect := _defect(entry.fields):
            raise TemplateError(f"{entry.where}: {entry.key}: {defect}")
        found[entry.key] = entry
    return found


def _defect(fields: Mapping[str, str]) -> str:
    """What is wrong with an entry and what to do; empty where nothing is."""
    for name, value in fields.items():
        if command := _forbidden(value):
            return (
                f"{name} has {command}, which is no accent and no letter; write words, accents and short formulas only"
            )
    absent = [name for name in REQUIRED if not fields.get(name)]
    if absent:
        return f"{', '.join(absent)} is missing; found: {', '.join(fields) or 'nothing'}; add it"
    if not _YEAR.fullmatch(fields["year"]):
        return f"year is {fields['year']!r}; write four digits"
    doi, eprint = fields.get("doi"), fields.get("eprint")
    if doi and not _DOI.fullmatch(doi):
        return f'doi is {doi!r}; write it as "10.1109/CVPR.2016.90", without an address before it'
    if eprint and not _ARXIV.fullmatch(eprint):
        return f'eprint is {eprint!r}; write an arXiv number such as "1512.03385"'
    return "" if doi or eprint else "neither doi nor eprint is there; add the DOI or the arXiv number of the work"


def _forbidden(value: str) -> str:
    """The first command in a value that is none of `COMMANDS`, in formulas too; empty where there is none."""
    if _CODED in value:
        return _CODED
    return next((command for command in _COMMAND.findall(value) if command not in COMMANDS), "")


def _entries(text: str, path: Path) -> list[Entry]:
    found = []
    position = 0
    while match := _ENTRY.search(text, position):
        where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        kind = match[1].lower()
        if kind in ("comment", "preamble", "string"):
            raise TemplateError(f"{where}: @{kind} is not read; write each entry in full, and notes outside of entries")
        key = _KEY.match(text, match.end())
        if key is None:
            raise TemplateError(f'{where}: @{kind} has no key; write "@{kind}{{name, ..." with letters and digits')
        fields, position = _fields(text, key.end(), f"{where}: {key[1]}")
        found.append(Entry(key[1], kind, fields, where))
    return found


def _fields(text: str, position: int, where: str) -> tuple[dict[str, str], int]:
    """The fields of an entry from `position` on, and where the entry ends."""
    fields: dict[str, str] = {}
    while not (end := _END.match(text, position)):
        name = _FIELD.match(text, position)
        if name is None:
            rest = " ".join(text[position : position + 40].split())
            after = f" after {list(fields)[-1]}" if fields else ""
            raise TemplateError(f'{where}: {rest!r}{after} is no field; write "name = {{value}}," and close each brace')
        if name[1].lower() in fields:
            raise TemplateError(f"{where}: the field {name[1]} stands twice; remove one")
        value, position = _value(text, name.end(), f"{where}: {name[1]}")
        fields[name[1].lower()] = " ".join(value.split())
    return fields, end.end()


def _value(text: str, start: int, where: str) -> tuple[str, int]:
    """A value in braces or quotation marks, or a bare word, without them; and where it ends."""
    opening = text[start : start + 1]
    if opening not in ("{", '"'):
        bare = _BARE.match(text, start)
        if bare is None:
            raise TemplateError(f'{where}: has no value; write "{{value}}"')
        return bare[0], bare.end()
    depth, position = 0, start + 1
    while position < len(text):
        character = text[position]
        if depth == 0 and character == ("}" if opening == "{" else '"'):
            return text[start + 1 : position], position + 1
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            break
        position += 2 if character == "\\" else 1
    raise TemplateError(f"{where}: the braces of its value are not balanced; close each one")
