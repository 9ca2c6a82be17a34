"""pandoc, called as the documents need it."""

from __future__ import annotations

import pytest

from labreport.documents import pandoc
from labreport.errors import TemplateError


def words(text, lang):
    (block,) = pandoc.parse(text, lang)["blocks"]
    return "".join(node["c"] if node["t"] == "Str" else " " for node in block["c"] if node["t"] != "Quoted")


def test_quotes_are_curled_in_english_only():
    assert pandoc.parse('"a"', "en")["blocks"][0]["c"][0]["t"] == "Quoted"
    assert words('"a"', "zh") == '"a"'


def test_a_line_break_between_chinese_characters_is_nothing():
    assert words("图像\n分类", "zh") == "图像分类"
    assert words("two\nwords", "en") == "two words"


def test_raw_tex_is_text():
    assert words(r"\newpage x", "en") == r"\newpage x"


def test_a_paragraph_is_one_line_in_both_formats():
    tree = pandoc.parse("word " * 60, "en")
    for form in ("latex", "markdown"):
        assert len(pandoc.write(tree, form).strip().splitlines()) == 1


def test_what_pandoc_refuses_is_one_message():
    with pytest.raises(TemplateError, match="pandoc refuses the text: "):
        pandoc.write({"no": "tree"}, "latex")
