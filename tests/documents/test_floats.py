"""What a template calls to show and to name figures and tables."""

from __future__ import annotations

import pytest

from labreport.documents.floats import Floats
from labreport.errors import TemplateError


@pytest.fixture
def floats():
    return Floats({"a": {"width": "half"}, "wide": {"width": "full"}}, {"t": {}})


def test_a_caption_may_be_broken_over_lines(floats):
    assert "\nOne\ntwo\n:::" in floats.figure("a", caller=lambda: "\n  One\n  two\n")


def test_what_was_not_shown_is_told(floats):
    floats.figure("a", caller=lambda: "x")
    assert floats.unused() == ["fig:wide", "tab:t"]


def test_a_reference_shows_nothing(floats):
    assert floats.ref("tab:t") == '[]{.labref target="tab:t"}'
    assert "tab:t" in floats.unused()


@pytest.mark.parametrize("target", ["a", "fig:", "figure:a", "fig:t", "tab:a"])
def test_a_reference_to_what_is_not_declared_is_refused(floats, target):
    with pytest.raises(TemplateError):
        floats.ref(target)
