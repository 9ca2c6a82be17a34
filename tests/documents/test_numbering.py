"""Numbers and references, before any format."""

from __future__ import annotations

import pytest

from labreport.documents import numbering
from labreport.documents.floats import Floats
from labreport.documents.pandoc import parse
from labreport.errors import TemplateError


def numbered(text):
    found = numbering.number(parse(text, "en")["blocks"])
    return {name: (target.number, target.appendix) for name, target in found.targets.items()}


def test_sections_floats_and_the_appendix_are_numbered_in_reading_order():
    floats = Floats({"a": {"width": "half"}, "b": {"width": "half"}, "c": {}}, {"t": {}, "u": {}})
    pair = floats.side_by_side("a", "b", caller=lambda: "x")
    one, table, late = (
        show(name, caller=lambda: "x")
        for show, name in ((floats.figure, "c"), (floats.table, "t"), (floats.table, "u"))
    )
    text = (
        f"# A {{#sec:a}}\n\n## B {{#sec:b}}\n{table}{pair}\n# N {{#sec:n .unnumbered}}\n\n"
        f"# C {{#sec:c}}\n{one}\n## G {{#sec:g}}\n\n"
        f"# D {{#sec:d .appendix}}\n\n## E {{#sec:e}}\n{late}\n# F {{#sec:f}}\n"
    )
    assert numbered(text) == {
        "sec:a": ("1", False),
        "sec:b": ("1.1", False),
        "tab:t": ("1", False),
        "fig:a": ("1(a)", False),
        "fig:b": ("1(b)", False),
        "sec:n": ("", False),
        "sec:c": ("2", False),
        "fig:c": ("2", False),
        "sec:g": ("2.1", False),
        "sec:d": ("A", True),
        "sec:e": ("A.1", True),
        "tab:u": ("2", True),
        "sec:f": ("B", True),
    }


def test_a_heading_twice_is_refused():
    with pytest.raises(TemplateError, match="sec:a"):
        numbered("# A {#sec:a}\n\n# B {#sec:a}\n")


def test_listings_algorithms_and_cited_works_have_numbers_of_their_own():
    floats = Floats({}, {}, dict.fromkeys("abc"))
    shown = [
        floats.source("labreport.models.resnet:BasicBlock"),
        floats.algorithm("x", f"As in {floats.cite('c')}", caller=lambda: "go"),
        floats.source("labreport.documents.text:latex"),
    ]
    found = numbered(f"{floats.cite('b')}\n{''.join(shown)}\n{floats.cite('a', 'b')}\n")
    assert {name: number for name, (number, _) in found.items()} == {
        "lst:BasicBlock": "1",
        "alg:x": "1",
        "lst:latex": "2",
        "cite:b": "1",
        "cite:c": "2",
        "cite:a": "3",
    }
