"""The words that documents add, in both languages."""

from __future__ import annotations

import pytest

from labreport.documents import wording


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("fig", "3(a)", False), "图 3(a)", "Figure 3(a)"),
        (("tab", "2", True), "表 2", "Table 2"),
        (("eq", "2", False), "式 (2)", "Equation (2)"),
        (("sec", "2.1", False), "第 2.1 节", "Section 2.1"),
        (("sec", "A", True), "附录 A", "Appendix A"),
    ],
)
def test_references(arguments, zh, en):
    assert wording.reference(*arguments, "zh").replace("\u00a0", " ") == zh
    assert wording.reference(*arguments, "en").replace("\u00a0", " ") == en


SAMPLES = "the data are small generated samples"


@pytest.mark.parametrize(
    ("spec", "mark", "notice"),
    [
        ({"scale": "full"}, "", ""),
        ({"scale": "full", "own_data": ["A"], "source": "archive"}, "", ""),
        ({"scale": "cpu"}, "CPU scale", "CPU scale: what a CPU trains quickly is as published"),
        ({"scale": "demo"}, "demo scale", f"Demo scale: {SAMPLES}. The numbers show"),
        (
            {"scale": "demo", "own_data": ["A", "B"], "source": "archive"},
            "demo scale",
            "Demo scale: the data (A and B) are",
        ),
        ({"scale": "demo", "own_data": ["A"], "source": "sample"}, "demo scale", f"Demo scale: {SAMPLES}, but for A,"),
        ({"scale": "lite", "own_data": ["A"], "source": "archive"}, "lite scale", "Lite scale: part of the real data"),
        ({"scale": "tiny"}, "tiny scale", "Scale tiny: the numbers do not compare with the full experiment."),
    ],
)
def test_a_scale_says_what_it_is_unless_it_is_full(spec, mark, notice):
    found = wording.scale(spec, "en")
    assert (found.name, found.full, found.mark) == (spec["scale"], spec["scale"] == "full", mark)
    assert found.notice.startswith(notice)
    assert bool(found.notice) is bool(notice)
    chinese = wording.scale(spec, "zh")
    assert bool(chinese.mark) is bool(chinese.notice) is bool(mark)
    assert chinese.mark != mark or not mark


@pytest.mark.parametrize(
    ("word", "around"),
    [
        ("for", ("for", "do")),
        ("while", ("while", "do")),
        ("if", ("if", "then")),
        ("elif", ("else if", "then")),
        ("else", ("else", "")),
        ("return", ("return", "")),
        ("require", ("Require:", "")),
        ("ensure", ("Ensure:", "")),
        ("", ("", "")),
    ],
)
def test_the_words_around_a_statement(word, around):
    assert wording.step_words(word, "en") == around


@pytest.mark.parametrize(
    ("lang", "sentences", "shown"),
    [
        ("zh", ["均取 width 8。", "各通道归一化。", "SGD 一项。"], "注：均取 width 8。各通道归一化。SGD 一项。"),
        ("en", ["One.", "Two."], "Note: One. Two."),
    ],
)
def test_notes_are_set_as_their_language_is(lang, sentences, shown):
    assert wording.notes(sentences, lang) == shown
