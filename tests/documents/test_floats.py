"""What a template calls to show and to name figures and tables."""

from __future__ import annotations

import pytest

from labreport.documents.floats import Floats
from labreport.errors import TemplateError


@pytest.fixture
def floats():
    return Floats({"a": {"width": "half"}, "wide": {"width": "full"}}, {"t": {}}, {"he2016": None, "b": None})


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


def test_code_is_kept_for_the_format(floats):
    assert 'kind=lst names="BasicBlock"' in floats.source("labreport.models.resnet:BasicBlock")
    assert floats.listings["BasicBlock"].file == "src/labreport/models/resnet.py"
    with pytest.raises(TemplateError, match="shown twice"):
        floats.source("labreport.models.resnet:BasicBlock")


def test_code_that_the_plan_does_not_know_is_refused(floats):
    floats.modules = {"labreport.models.resnet"}
    floats.source("labreport.models.resnet:BasicBlock")
    with pytest.raises(TemplateError, match=r'write "labreport\.models\.cnn:CNN4" into the template as it is'):
        floats.source("labreport.models.cnn:CNN4")


def test_an_algorithm_has_its_caption_and_a_div_for_each_statement(floats):
    text = floats.algorithm("bptt", "Go $x$", caller=lambda: "\nfor $t$:\n    go\n")
    assert text.index("\nGo $x$\n") < text.index('level=0 word="for"}\n$t$\n') < text.index('level=1 word=""}\ngo\n')
    with pytest.raises(TemplateError, match="the algorithm 'bptt' is shown twice"):
        floats.algorithm("bptt", "x", caller=lambda: "y")
    with pytest.raises(TemplateError, match="the algorithm 'other' needs a caption"):
        floats.algorithm("other", " ", caller=lambda: "y")


def test_citations_are_checked(floats):
    assert floats.cite("b", "he2016") == '[]{.labcite keys="b he2016"}'
    with pytest.raises(TemplateError, match=r"no entry in references\.bib 'he2015'; did you mean \"he2016\""):
        floats.cite("he2015")
    with pytest.raises(TemplateError, match="needs the key"):
        floats.cite()
