"""Finds the report's own fonts on this machine, so that figures and text look alike and no glyph is missing."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from matplotlib import font_manager

from labreport.errors import ResultsError

LATIN_FILES = ("lmroman9-regular.otf", "lmroman9-italic.otf", "lmroman9-bold.otf")
CHINESE_FILES = ("FandolSong-Regular.otf", "FandolSong-Bold.otf")
LATIN_FALLBACK = "STIXGeneral"  # comes with matplotlib
CHINESE_FALLBACKS = (
    "Fandol Song",
    "FandolSong",
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "SimSun",
    "NSimSun",
    "Noto Sans CJK SC",
    "Noto Serif CJK JP",  # how fontconfig-less readers name the shared collection file
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL SungtiL GB",
    "AR PL UMing CN",
    "PingFang SC",
    "Heiti SC",
    "Microsoft YaHei",
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
KPSEWHICH_TIMEOUT_S = 20


def families(lang: str) -> list[str]:
    """matplotlib font families for `lang`, the Latin one first, all of them registered.

    Raises:
        ResultsError: `lang` is Chinese and no Chinese font is on this machine.
    """
    return [latin_family()] if lang != "zh" else [latin_family(), chinese_family()]


@cache
def latin_family() -> str:
    """Latin Modern Roman, or STIX where TeX's fonts are not there."""
    return _registered(LATIN_FILES) or LATIN_FALLBACK


@cache
def chinese_family() -> str:
    """Fandol Song as the report's text has it, or another Chinese font, serif before sans serif.

    Raises:
        ResultsError: there is none.
    """
    family = _registered(CHINESE_FILES)
    if family:
        return family
    present = {entry.name for entry in font_manager.fontManager.ttflist}
    for name in CHINESE_FALLBACKS:
        if name in present:
            return name
    raise ResultsError(
        "figures in Chinese need a Chinese font, and none was found; wanted: FandolSong-Regular.otf of TeX, or one of "
        f"{', '.join(CHINESE_FALLBACKS)}. Install one: Debian `apt-get install texlive-lang-chinese` or "
        "`fonts-noto-cjk`; conda `conda install -c conda-forge font-ttf-noto-sans-cjk`; macOS `brew install --cask "
        "font-noto-serif-cjk-sc`; or build the report in English with `--config lang=en`"
    )


def find_files(names: tuple[str, ...]) -> list[Path]:
    """Where the font files `names` lie, asked of TeX and then looked for in TeX's usual trees; absent ones left out."""
    found = {path.name: path for path in _from_kpsewhich(names)}
    for tree in TEX_TREES:
        for name in names:
            if name not in found:
                pattern = os.path.join(os.path.expanduser(tree), "fonts", "opentype", "*", "*", name)
                if paths := sorted(glob.glob(pattern)):
                    found[name] = Path(paths[-1])
    return [found[name] for name in names if name in found]


def _from_kpsewhich(names: tuple[str, ...]) -> list[Path]:
    program = shutil.which("kpsewhich")
    if program is None:
        return []
    try:
        answer = subprocess.run(
            [program, *names], capture_output=True, text=True, timeout=KPSEWHICH_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [path for line in answer.stdout.splitlines() if (path := Path(line)).is_file()]


def _registered(names: tuple[str, ...]) -> str | None:
    """The family of the first of `names`, all of them made known to matplotlib; None where the first is absent."""
    paths = find_files(names)
    if not paths or paths[0].name != names[0]:
        return None
    for path in paths:
        font_manager.fontManager.addfont(str(path))
    return font_manager.FontProperties(fname=str(paths[0])).get_name()
