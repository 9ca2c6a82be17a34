"""Strings from data show as they are."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from fontTools.ttLib import TTFont

from labreport.documents import pandoc
from labreport.documents.text import (
    Literal,
    breakable,
    clean,
    gfm,
    is_plain,
    latex,
    latex_metadata,
    pandoc_markdown,
    shortened,
    text_width,
)

HOSTILE = [
    r"\input{/etc/passwd}",
    "100 % _of_ $5$ & #1 ~ ^",
    "a | b `code` *bold* **x** [link](http://x.y) ![i](j)",
    "<script>alert('x')</script> <!-- --> &amp;",
    "# no heading",
    "1. no list",
    "::: no div",
    '--- dashes ... "quotes" it\'s',
    "{{ run('x') }} {% x %} {=latex}",
    "图像🚀@someone H~2~O x^2^",
]


def shown(tree):
    """The text of a document tree, its words joined."""
    if isinstance(tree, list):
        return "".join(map(shown, tree))
    if tree.get("t") in ("Space", "SoftBreak"):
        return " "
    assert tree["t"] in ("Para", "Str", "Plain", "RawInline"), tree
    if tree["t"] == "RawInline":  # GitHub's own way to write a dollar sign
        assert tree["c"][1] in ("<span>", "</span>")
        return ""
    return tree["c"] if isinstance(tree["c"], str) else shown(tree["c"])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("text", HOSTILE)
def test_pandoc_reads_back_what_was_escaped(text, lang):
    read = shown(pandoc.parse(pandoc_markdown(text), lang)["blocks"])
    assert read == text


@pytest.mark.parametrize("text", [text for text in HOSTILE if not text.startswith(("#", "1.", ":::"))])
def test_github_markdown_reads_back_what_was_escaped(text):
    read = pandoc.run(["--from=gfm-autolink_bare_uris-tex_math_dollars", "--to=json"], f"x{gfm(text)}")
    tree = pandoc.json.loads(read)
    assert shown(tree["blocks"]) == f"x{text}"


def test_latex_has_no_active_character_left():
    special = set("\\{}$&%#_^~<>|\"'`")
    for character in sorted(special):
        written = latex(character)
        assert written != character
        assert written.startswith("\\"), written
    assert latex("a--b,,c, d") == "a{-}{-}b{,}{,}c, d"
    assert latex("图🚀x️") == r"图\labcharacter{1F680}x"


@pytest.mark.parametrize(
    ("characters", "plain"),
    [("aÉőΩ–—“”…€→−∞√图、，（「あ", True), ("αμσς≤≥≈∑∈ĲʼǾ學龘㐀🚀", False), ('"`<>', False)],
)
def test_only_what_every_face_of_the_fonts_has_is_set_directly(characters, plain):
    assert {character: is_plain(character) for character in characters} == dict.fromkeys(characters, plain)


@pytest.mark.skipif(shutil.which("kpsewhich") is None, reason="no TeX to take the fonts from")
@pytest.mark.parametrize(
    ("file", "blocks"),
    [
        *((f"lm{face}.otf", ((0x20, 0x2FFF),)) for face in ("roman10-regular", "roman12-bold", "mono10-regular")),
        *((f"Fandol{face}.otf", ((0x3000, 0xFFEF),)) for face in ("Song-Regular", "Hei-Bold", "Kai-Regular")),
    ],
)
def test_the_fonts_have_what_is_set_directly(file, blocks):
    found = subprocess.run(["kpsewhich", file], capture_output=True, text=True, check=False).stdout.strip()
    if not found:
        pytest.skip(f"{file} is not installed")
    with TTFont(found, lazy=True) as font:
        has = font.getBestCmap()
    codes = (code for low, high in blocks for code in range(low, high + 1) if code != 0x202F)  # that one is a command
    lacking = [chr(code) for code in codes if is_plain(chr(code)) and code not in has]
    assert not lacking


def test_metadata_keeps_characters_that_no_font_has():
    assert latex_metadata("A-1 🚀 {x}") == r"A-1 🚀 \{x\}"


def test_control_characters_and_line_breaks_are_gone():
    assert clean("a\x00b\x1b[31m \u202ec\r\n\td \u200b") == "ab[31m c d"


def test_a_literal_prints_escaped_and_compares_raw():
    literal = Literal("a_b")
    assert str(literal) == f"{literal}" == r"a\_b"
    assert "-".join(map(str, [literal])) == r"a\_b"
    assert literal == "a_b" == literal
    assert literal == Literal("a_b")
    assert hash(literal) == hash("a_b")
    assert "_" in literal
    assert sorted([Literal("b"), Literal("a")])[0] == "a"
    assert Literal("a") < "b"
    assert Literal("_") in literal
    assert (len(literal), bool(Literal(""))) == (3, False)
    assert not isinstance(literal, str)


@pytest.mark.parametrize("text", ["x" * 200, "图" * 200, "a b " * 80])
def test_a_running_head_is_one_line(text):
    short = shortened(text, 36)
    assert 30 < text_width(short) <= 36
    assert short.endswith("…")
    assert shortened("图像 x", 36) == "图像 x"


def test_a_path_may_be_broken_behind_its_slashes():
    assert breakable("config/a_b.yaml") == r"config/\allowbreak{}a\_\allowbreak{}b.yaml"
