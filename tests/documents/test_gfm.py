"""What GitHub reads: formulas, and pictures beside each other."""

from __future__ import annotations

import pytest

from labreport.documents.gfm import MarkdownLayout, display_math, inline_math
from labreport.documents.numbering import Target
from labreport.documents.pandoc import paragraph, space, string
from labreport.documents.wording import scale


@pytest.mark.parametrize(
    ("formula", "fenced", "written"),
    [
        ("x", False, "$x$"),
        ("x", True, "$`x`$"),
        ("a_i", False, "$`a_i`$"),
        (r"\alpha", False, r"$\alpha$"),
        (r"\{y\}", False, r"$`\{y\}`$"),
        ("a\n  + b", False, "$a + b$"),
    ],
)
def test_inline_formulas(formula, fenced, written):
    assert inline_math(formula, fenced) == written


def test_a_displayed_formula_is_fenced_where_a_backslash_would_be_eaten():
    assert display_math("\nx = 1\n") == "$$\nx = 1\n$$"
    assert display_math(r"a \\ b") == "```math\na \\\\ b\n```"


def test_an_equation_breaks_its_paragraph():
    layout = MarkdownLayout("en", scale("full", "en"), {}, {}, {})
    equation = {"t": "Math", "c": [{"t": "DisplayMath"}, "x"]}
    parts = layout.block(paragraph([string("a"), space(), equation, space(), string("b")]))
    assert [part["t"] for part in parts] == ["Para", "RawBlock", "Para"]
    assert parts[2]["c"] == [string("b")]


def test_a_pair_is_a_table_of_its_pictures():
    images = {name: f"small.en/{name}.svg" for name in "ab"}
    layout = MarkdownLayout("en", scale("full", "en"), {}, images, {"a": "A", "b": "B"})
    *_, body, caption = layout.figure(
        [Target("fig:a", "2(a)", item="a"), Target("fig:b", "2(b)", item="b")], [string("words")], ""
    )
    assert body["c"][1] == "| ![A](small.en/a.svg) | ![B](small.en/b.svg) |\n|:---:|:---:|\n| (a) | (b) |"
    assert caption["c"][0]["c"] == [string("Figure\u00a02.")]
