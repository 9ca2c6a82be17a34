"""The words that documents add, in both languages."""

from __future__ import annotations

import pytest

from labreport.documents import wording
from labreport.languages import LANGUAGES


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("fig", "3(a)", False), "图 3(a)", "Figure 3(a)"),
        (("tab", "2", True), "表 2", "Table 2"),
        (("sec", "2.1", False), "第 2.1 节", "Section 2.1"),
        (("sec", "A", True), "附录 A", "Appendix A"),
    ],
)
def test_references(arguments, zh, en):
    assert wording.reference(*arguments, "zh").replace("\u00a0", " ") == zh
    assert wording.reference(*arguments, "en").replace("\u00a0", " ") == en


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_users_own_scale_says_its_name_and_that_it_does_not_compare(lang):
    found = wording.scale({"scale": "tiny"}, lang)
    assert "tiny" in found.mark
    assert "tiny" in found.notice
    assert not found.full
