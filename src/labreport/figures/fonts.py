"""Finds the report's own fonts on this machine, so that figures and text look alike and no glyph is missing."""

import dataclasses
import glob
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from matplotlib import font_manager
from matplotlib.backends import _backend_pdf_ps

from labreport.errors import ResultsError

LATIN_FILE, LATIN_FAMILY = "lmroman9-regular.otf", "labreport Latin"
CHINESE_FILE, CHINESE_FAMILY = "FandolSong-Regular.otf", "labreport Chinese"
LATIN_FALLBACK = "STIXGeneral"  # comes with matplotlib
CHINESE_FALLBACKS = (  # patterns, the best first; readers without fontconfig call a collection by its first face, JP
    "Fandol ?Song",
    "(Noto|Source Han) Serif (CJK )?(SC|CN)",
    "Songti SC|N?SimSun",
    "(Noto|Source Han) (Sans|Serif) (CJK )?(SC|JP)",
    "WenQuanYi (Micro|Zen) Hei",
    "AR PL (SungtiL GB|UMing CN)",
    "PingFang SC|Heiti SC|Microsoft YaHei",
)
TEX_TREES = (
    "/usr/share/texlive/texmf-dist",
    "/usr/share/texmf",
    "/usr/share/texmf-dist",
    "/usr/local/texlive/*/texmf-dist",
    "/opt/texlive/*/texmf-dist",
    "/Library/TeX/Root/texmf-dist",
    "~/.TinyTeX/texmf-dist",
    "~/Library/TinyTeX/texmf-dist",
    "~/texmf",
)
TIMEOUT_S = 20


def families(lang: str) -> list[str]:
    """matplotlib font families for `lang`, the Latin one first, all of them registered.

    Raises:
        ResultsError: `lang` is Chinese and no Chinese font is on this machine.
    """
    return [latin_family()] if lang != "zh" else [latin_family(), chinese_family()]


@cache
def latin_family() -> str:
    """Latin Modern Roman, or STIX where TeX's fonts are not there."""
    return _registered(LATIN_FILE, LATIN_FAMILY) or LATIN_FALLBACK


@cache
def chinese_family() -> str:
    """Fandol Song as the report's text has it, or another Chinese font, serif before sans serif.

    Raises:
        ResultsError: there is none.
    """
    family = _registered(CHINESE_FILE, CHINESE_FAMILY)
    if family:
        return family
    for path in sorted(Path(sys.prefix, "fonts").glob("*CJK*")):  # conda's, which matplotlib does not look for
        font_manager.fontManager.addfont(str(path))
    present = sorted(entry.name for entry in font_manager.fontManager.ttflist)
    for pattern in CHINESE_FALLBACKS:
        for name in present:
            if re.fullmatch(f"({pattern})( VF)?", name):  # variable fonts, as conda-forge has them, add two letters
                return name
    raise ResultsError(
        f"figures in Chinese need a Chinese font, and none was found; wanted: {CHINESE_FILE} of TeX, or another one "
        "such as Noto Serif CJK SC, SimSun or WenQuanYi Zen Hei. Install one: Debian `apt-get install "
        "texlive-lang-chinese` or `fonts-noto-cjk`; conda `conda install -c conda-forge font-ttf-noto-cjk`; macOS "
        "`brew install --cask font-noto-serif-cjk-sc`; or build the report in English with `--config lang=en`"
    )


def find_file(name: str) -> Path | None:
    """Where the font file `name` lies: asked of TeX, then looked for in TeX's usual trees."""
    if program := shutil.which("kpsewhich"):
        with suppress(OSError, subprocess.TimeoutExpired):
            answer = subprocess.run([program, name], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            if (path := Path(answer.stdout.strip())).is_file():
                return path
    for tree in TEX_TREES:
        pattern = os.path.join(os.path.expanduser(tree), "fonts", "opentype", "*", "*", name)
        if paths := sorted(glob.glob(pattern)):
            return Path(paths[-1])
    return None


def _registered(file: str, family: str) -> str | None:
    """Make a font file known to matplotlib as `family`, a name of our own; None where the file is absent.

    The file's own family name would not do: fonts of other sizes share it, and one of them would be taken.
    """
    path = find_file(file)
    if path is None:
        return None
    entry = font_manager.ttfFontProperty(font_manager.get_font(str(path)))
    font_manager.fontManager.ttflist.append(dataclasses.replace(entry, name=family))
    return family


@contextmanager
def truetype_embedded() -> Iterator[None]:
    """Have PDFs hold TrueType fonts only: matplotlib embeds OpenType's cubic outlines under TrueType's name."""
    plain = _backend_pdf_ps.font_as_file
    _backend_pdf_ps.font_as_file = lambda font: plain(quadratic(font))
    try:
        yield
    finally:
        _backend_pdf_ps.font_as_file = plain


def quadratic(font: TTFont) -> TTFont:
    """A font with its cubic outlines, where it has such, as quadratic ones at most a two-thousandth of an em away."""
    if "CFF " not in font:
        return font
    order, drawn, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, font["head"].unitsPerEm / 2000, reverse_direction=True))
        glyphs[name] = pen.glyph()
    for tag in {"CFF ", "VORG"} & set(font.keys()):
        del font[tag]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    limits = ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements", "SizeOfInstructions")
    vars(font["maxp"]).update(tableVersion=0x00010000, maxZones=1, **{f"max{limit}": 0 for limit in limits})
    font["post"].formatType, font.sfntVersion, font.recalcBBoxes = 3.0, "\000\001\000\000", True
    return font
