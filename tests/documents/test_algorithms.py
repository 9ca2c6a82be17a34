"""Algorithms as templates write them."""

from __future__ import annotations

import pytest

from labreport.documents.algorithms import statements
from labreport.errors import TemplateError

TEXT = """
    Require: a list $x$
    ensure：排好序
    for $i = 1, \\dots, n$:
        if $x_i > x_{i+1}$：
            swap them
        elif done:
            comment: nothing
        else:
            forward is no keyword
    while left :
        comment 走一步
    return
"""


def test_levels_words_and_text():
    assert [(one.level, one.word, one.text) for one in statements("sort", TEXT)] == [
        (0, "require", "a list $x$"),
        (0, "ensure", "排好序"),
        (0, "for", r"$i = 1, \dots, n$"),
        (1, "if", "$x_i > x_{i+1}$"),
        (2, "", "swap them"),
        (1, "elif", "done"),
        (2, "comment", "nothing"),
        (1, "else", ""),
        (2, "", "forward is no keyword"),
        (0, "while", "left"),
        (1, "comment", "走一步"),
        (0, "return", ""),
    ]


def test_only_steps_are_counted():
    found = statements("sort", TEXT)
    assert [one.word for one in found if not one.number] == ["require", "ensure", "comment", "comment"]
    assert [one.number for one in found if one.number] == list("12345678")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  \n", "has no statements"),
        ("a\n    b", r"'b' is indented by 4 spaces; here at most 0"),
        ("for x:\n        b", r"indented by 8 spaces; here at most 4"),
        ("for x:\n   b", r"indented by 3 spaces"),
        ("while x\n    b", "needs a colon"),
        ("a\nRequire: b", "stands after a statement"),
        ("Require: a\nb\nEnsure: c", "'Ensure: c' stands after a statement"),
        ("    a\nb", r"'a' is indented by 4 spaces; here at most 0"),
    ],
)
def test_what_is_refused_names_the_algorithm_and_the_line(text, words):
    with pytest.raises(TemplateError, match=f"the algorithm 'sort'.*{words}"):
        statements("sort", text)
