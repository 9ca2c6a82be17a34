"""Code as LaTeX: nothing lost, nothing read as a command."""

from __future__ import annotations

import re

import pytest

from labreport.documents.listings import TOGETHER, Excerpt, code_lines, excerpt
from labreport.documents.text import latex_code

CODE = (
    "def f(x):  # 100 % \\of _it",
    '    """Two',
    "",
    '    lines."""',
    "    if x:",
    "        return '中' + x",
)
READ = {
    r"\textbackslash{}": "\\",
    r"\labquote{}": '"',
    r"\textquotesingle{}": "'",
    r"\textasciigrave{}": "`",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    "{-}": "-",
    r"\ ": " ",
    **{f"\\{c}": c for c in "{}$&%#_"},
}


def read(latex):
    """What `latex` shows, with the numbers: the lines of code, styles taken off."""
    shown = []
    for number, indent, code in re.findall(r"\\labline\{(\d+)\}\{(\d+)\}\{(.*)\}(?:\\nobreak)?$", latex, re.MULTILINE):
        pattern = "|".join(map(re.escape, sorted(READ, key=len, reverse=True)))
        tokens = re.sub(pattern, lambda match: f"\0{ord(READ[match[0]])}\0", code)
        plain = re.sub(r"\\lab(keyword|comment|string)\{([^{}]*)\}", r"\2", tokens)
        plain = re.sub("\0(\\d+)\0", lambda match: chr(int(match[1])), plain)
        shown.append((int(number), " " * int(indent) + plain))
    return shown


def test_every_character_and_line_number_is_there():
    assert read(code_lines(Excerpt("f", "f.py", 7, CODE))) == [(7 + i, line) for i, line in enumerate(CODE)]


@pytest.mark.parametrize("target", ["labreport.documents.text:Literal", "labreport.documents.layout:Layout"])
def test_real_code_survives(target):
    found = excerpt(target)
    assert [line for _, line in read(code_lines(found))] == list(found.lines)


def test_keywords_comments_and_texts():
    latex = code_lines(Excerpt("f", "f.py", 1, CODE)).splitlines()
    assert latex[0].startswith(r"\labline{1}{0}{\labkeyword{def}\ f(x):")
    assert r"\labcomment{\#\ 100\ \%\ \textbackslash{}of\ \_it}" in latex[0]
    assert latex[3].endswith(r"\labstring{lines.\labquote{}\labquote{}\labquote{}}}\nobreak")
    assert latex[5] == r"\labline{6}{8}{\labkeyword{return}\ \labstring{\textquotesingle{}中\textquotesingle{}}\ +\ x}"


def test_the_ends_of_a_listing_stay_together():
    lines = code_lines(Excerpt("f", "f.py", 1, tuple(f"x{i}" for i in range(3 * TOGETHER)))).splitlines()
    end = [True] * (TOGETHER - 1)
    assert [line.endswith(r"\nobreak") for line in lines] == [*end, *[False] * (TOGETHER + 1), *end, False]


def test_a_short_listing_is_not_parted_and_binds_nothing_after_it():
    lines = code_lines(Excerpt("f", "f.py", 1, ("x = 1", "y = 2"))).splitlines()
    assert [line.endswith(r"\nobreak") for line in lines] == [True, False]


def test_control_characters_are_left_out():
    assert latex_code("a\tb\x1b  c🚀") == r"ab\ \ c\labcharacter{1F680}"
