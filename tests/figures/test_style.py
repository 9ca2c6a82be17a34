"""Sizes, limits, and fonts that are really there."""

from __future__ import annotations

import io
import logging
from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont
from matplotlib import font_manager
from matplotlib.figure import Figure
from pypdf import PdfReader

from labreport.errors import ResultsError, UserError
from labreport.figures import fonts
from labreport.figures.picture import every_glyph, pictures_of
from labreport.figures.style import COLOURS, MARKERS, house_style, series


def test_series_differ_in_colour_or_marker():
    looks = {(series(i)["color"], series(i)["marker"]) for i in range(len(COLOURS) * len(MARKERS))}
    assert len(looks) == len(COLOURS) * len(MARKERS)


def test_the_house_style_leaves_no_trace_and_lets_none_in():
    with matplotlib.rc_context({"axes.grid": False, "lines.linewidth": 17}):
        with house_style("en"):
            assert matplotlib.rcParams["axes.grid"]
            assert matplotlib.rcParams["lines.linewidth"] != 17
        assert matplotlib.rcParams["lines.linewidth"] == 17


def test_fonts_of_the_report_are_used():
    for cached in (fonts.latin_family, fonts.chinese_family):
        cached.cache_clear()
    with house_style("zh"):
        families = matplotlib.rcParams["font.family"]
    found = [font_manager.findfont(family, fallback_to_default=False) for family in families]
    for path, wanted in zip(found, (fonts.LATIN_FILE, fonts.CHINESE_FILE), strict=True):
        if fonts.find_file(wanted):
            assert path.endswith(wanted)


class Text:
    """A kind that writes one text."""

    def __init__(self, text):
        self.text = text

    def collect(self, results, options):
        raise NotImplementedError

    def draw(self, frame, options, lang):
        figure = Figure(figsize=(2, 1))
        for line, text in enumerate(self.text.split("\n")):
            figure.text(0.1, 0.2 + 0.4 * line, text)
        return figure

    def describe(self, frame, options, lang):
        return self.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_font_is_embedded_as_truetype(lang):
    """Not as Type 3, which venues refuse, nor as OpenType under TrueType's name, which readers refuse."""
    text = "loss 84.6 % −1 ±\n$c_{t-1}$" if lang == "en" else "损失 loss 84.6 % −1 ±\n$c_{t-1}$"
    pdf = pictures_of(Text(text), pd.DataFrame(), {}, lang)["pdf"]
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    found = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert len(found) >= 3 + (lang == "zh")
    assert {font["/Subtype"] for font in found} == {"/Type0"}
    for font in (font["/DescendantFonts"][0].get_object() for font in found):
        assert font["/Subtype"] == "/CIDFontType2"
        outlines = TTFont(io.BytesIO(font["/FontDescriptor"]["/FontFile2"].get_data()))
        assert "CFF " not in outlines
        assert any(outlines["glyf"][name].numberOfContours > 0 for name in outlines.getGlyphOrder())
    assert text.split("\n")[0] in page.extract_text()


def test_outlines_as_truetype_cover_what_the_original_ones_do():
    """Areas of glyphs with and without holes; one drawn the wrong way round, or without its curves, has another."""
    if not (path := fonts.find_file(fonts.LATIN_FILE)):
        pytest.skip("the report's Latin font is not on this machine")
    areas = []
    for convert in (lambda font: font, fonts.quadratic):
        drawn = convert(TTFont(path, lazy=False)).getGlyphSet()
        found = []
        for name in ("l", "o", "eight", "ampersand"):
            pen = AreaPen(drawn)
            drawn[name].draw(pen)
            found.append(abs(pen.value))
        areas.append(found)
    np.testing.assert_allclose(areas[1], areas[0], rtol=2e-3)


@pytest.mark.parametrize(("text", "lang"), [("损失", "en"), ("\U0001f600", "zh"), (r"$\ulcorner 损$", "zh")])
def test_a_missing_glyph_is_an_error(text, lang):
    with pytest.raises(ResultsError, match="a character in a figure is in none of its fonts"):
        pictures_of(Text(text), pd.DataFrame(), {}, lang)


def test_of_what_matplotlib_logs_only_missing_fonts_and_glyphs_are_errors():
    log = logging.getLogger("matplotlib.font_manager")
    with every_glyph():
        log.warning("a font's cache is built")
    with pytest.raises(ResultsError, match="a character in a figure is in none of its fonts"), every_glyph():
        log.warning("findfont: Font family 'none' not found.")


def test_pictures_hold_no_date_and_no_path():
    made = pictures_of(Text("a"), pd.DataFrame(), {}, "en")
    for form, content in made.items():
        assert b"/home/" not in content, form
        assert b"CreationDate" not in content
        assert b"<dc:date>" not in content


def test_without_a_chinese_font_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "find_file", lambda name: None)
    monkeypatch.setattr(fonts.font_manager, "fontManager", SimpleNamespace(ttflist=[]))
    fonts.chinese_family.cache_clear()
    try:
        with pytest.raises(UserError, match=r"texlive-lang-chinese.*conda.*brew.*lang=en"):
            fonts.families("zh")
    finally:
        fonts.chinese_family.cache_clear()


def test_another_chinese_font_will_do(monkeypatch, tmp_path):
    """One that conda brings is made known first."""
    of_conda, added = tmp_path / "fonts" / "NotoSerifCJK.ttc", list[str]()
    of_conda.parent.mkdir()
    of_conda.touch()
    monkeypatch.setattr(fonts.sys, "prefix", str(tmp_path))
    present = [SimpleNamespace(name="WenQuanYi Zen Hei"), SimpleNamespace(name="Noto Serif CJK SC")]
    monkeypatch.setattr(fonts, "find_file", lambda name: None)
    monkeypatch.setattr(fonts.font_manager, "fontManager", SimpleNamespace(ttflist=present, addfont=added.append))
    fonts.chinese_family.cache_clear()
    try:
        assert fonts.chinese_family() == "Noto Serif CJK SC"
        assert added == [str(of_conda)]
    finally:
        fonts.chinese_family.cache_clear()


def test_font_files_are_found_without_kpsewhich(monkeypatch, tmp_path):
    file = tmp_path / "fonts" / "opentype" / "public" / "fandol" / "FandolSong-Regular.otf"
    file.parent.mkdir(parents=True)
    file.touch()
    monkeypatch.setattr(fonts.shutil, "which", lambda name: None)
    monkeypatch.setattr(fonts, "TEX_TREES", (str(tmp_path),))
    assert fonts.find_file("FandolSong-Regular.otf") == file
    assert fonts.find_file("absent.otf") is None
