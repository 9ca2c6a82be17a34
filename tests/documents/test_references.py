"""The list of references, line by line."""

from __future__ import annotations

import pytest

from labreport.documents.bibliography import Entry
from labreport.documents.pandoc import paragraph, write
from labreport.documents.references import lines


def line(lang="en", **fields):
    given = {"author": "He, Kaiming", "title": "T", "year": "2016", "eprint": "1512.03385", **fields}
    (nodes,) = lines([Entry("k", "misc", given, "x.bib:1")], lang)
    return write({"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": [paragraph(nodes)]}, "markdown").strip()


def test_a_whole_line():
    found = line(
        author="He, Kaiming and Zhang, Xiangyu", title="Deep {ResNet}s", journal="Neural Computation", volume="9",
        number="8", pages="1735--1780", doi="10.1162/neco.1997.9.8.1735",
    )  # fmt: skip
    assert found == (
        "K.\u00a0He, X.\u00a0Zhang. *Deep ResNets.* Neural Computation, 2016, 9(8): 1735–1780. "
        "<https://doi.org/10.1162/neco.1997.9.8.1735>"
    )


def test_what_is_not_known_leaves_no_trace():
    assert line() == "K.\u00a0He. *T.* 2016. <https://arxiv.org/abs/1512.03385>"
    assert line(booktitle="Proc.", pages="7-9").endswith("Proc., 2016: 7–9. <https://arxiv.org/abs/1512.03385>")


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        (r"Clevert, Djork-Arn{\'e}", "D.-A.\u00a0Clevert."),
        ("Sepp van Hochreiter", "S.\u00a0v.\u00a0Hochreiter."),
        ("Y. LeCun", "Y.\u00a0LeCun."),
        ("{The Group and Friends}", "The Group and Friends."),
        ("王明 and 李, 强", "王明, 李强."),
        ("A B and others", "A.\u00a0B et al."),
        (" and ".join(f"A{i}, X" for i in range(7)), "X.\u00a0A0, X.\u00a0A1, X.\u00a0A2 et al."),
        (" and ".join(f"A{i}, X" for i in range(6)), ", ".join(f"X.\u00a0A{i}" for i in range(6)) + "."),
    ],
)
def test_authors(author, shown):
    assert line(author=author).startswith(f"{shown} *T.*")


def test_chinese_words():
    assert line("zh", author="A, B and others").startswith("B.\u00a0A 等.")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Is 5% of a & b_c #1?", r"*Is 5% of a & b_c \#1?*"),
        (r"A $x^2$ \emph{net}", "*A $`x^2`$ *net*.*"),
        ("<script>", r"*\<script\>.*"),
    ],
)
def test_titles_are_text(title, shown):
    assert f". {shown} 2016" in line(title=title)
