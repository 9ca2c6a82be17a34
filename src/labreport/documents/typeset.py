"""LaTeX to PDF: which program, how it is called, and what its log is worth."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from labreport.documents.pandoc import limited
from labreport.errors import TypesettingError
from labreport.files import atomic_path

PACKAGES = (
    "Debian, Ubuntu: apt install texlive-xetex texlive-lang-chinese texlive-latex-extra texlive-plain-generic "
    "texlive-fonts-recommended texlive-science latexmk lmodern\n"
    "conda: conda install -c conda-forge tectonic\n"
    "macOS: brew install --cask mactex (or basictex, then tlmgr install ctex latexmk and what the log asks for)"
)
OVERFULL_POINTS = 2.0
MOST_SECONDS = 300  # of a processor; a report of twenty pages takes ten
SHOWN = 200  # characters of a line that TeX stopped at
_ERROR = re.compile(r"^! ?(.+)$", re.MULTILINE)
_LINE = re.compile(r"^l\.(\d+)", re.MULTILINE)
_CONSEQUENCES = ("Emergency stop.", "==> Fatal error occurred")
_MISSING = re.compile(r"^Missing character: There is no (.+?) \(?.*?in font (.+?)!$", re.MULTILINE)
_UNDEFINED = re.compile(r"^LaTeX Warning: (?:Hyper r|R)eference `([^']+)' on page \d+ undefined", re.MULTILINE)
_OVERFULL = re.compile(r"^Overfull \\hbox \(([\d.]+)pt too wide\) (.+)$", re.MULTILINE)
_SHRUNK = re.compile(r"^labreport: (table \S+) is ([\d.]+)pt too wide", re.MULTILINE)
_NUMBERED = re.compile(r"^labreport: no font has U\+([0-9A-F]+)$", re.MULTILINE)
_COMMAND = re.compile(r".*(\\(?:[A-Za-z@]+|.))")
_EPOCH = re.compile(r"^% SOURCE_DATE_EPOCH=(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Findings:
    """What a log of TeX says.

    Attributes:
        errors: (message, line of the source or None).
        missing: characters that a font lacks, with the font.
        undefined: references to nothing.
        overfull: lines that stick out by more than 2 pt, as the log words them.
        shrunk: tables that were wider than the text, and by how much.
        numbered: characters that no font has, and whose number stands in their place.
    """

    errors: tuple[tuple[str, int | None], ...]
    missing: tuple[tuple[str, str], ...]
    undefined: tuple[str, ...]
    overfull: tuple[str, ...]
    shrunk: tuple[str, ...]
    numbered: tuple[str, ...]


def engine(which: Callable[[str], str | None] = shutil.which) -> str:
    """`latexmk` where it and xelatex are there, else `tectonic`.

    Raises:
        TypesettingError: neither is there; names what to install.
    """
    if which("latexmk") and which("xelatex"):
        return "latexmk"
    if which("tectonic"):
        return "tectonic"
    raise TypesettingError(f"no TeX was found: neither latexmk with xelatex nor tectonic.\n{PACKAGES}")


def command(program: str, source: str) -> list[str]:
    """The command line that typesets `source`, a file name, in its own folder. No shell escape, no user's settings."""
    if program == "latexmk":
        options = ["-norc", "-g", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
        return ["latexmk", *options, source]
    return ["tectonic", "-X", "compile", "--untrusted", "--keep-logs", "--outdir", ".", source]


def environment(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment TeX runs in.

    The source's own date makes the PDF reproducible; TeX opens files below its folder only; the log's lines stay whole.

    Args:
        text: the LaTeX source.
        environ: the surrounding environment; its SOURCE_DATE_EPOCH wins.
    """
    stated = _EPOCH.search(text)
    dated = {"SOURCE_DATE_EPOCH": stated[1]} if stated and not environ.get("SOURCE_DATE_EPOCH") else {}
    fixed = {"FORCE_SOURCE_DATE": "1", "openin_any": "p", "openout_any": "p", "max_print_line": "10000", "TZ": "UTC"}
    return {**environ, **dated, **fixed}


def typeset(source: Path, out: Path) -> list[str]:
    """Typeset `source` in its folder and put the PDF at `out`, atomically.

    Returns:
        Warnings: lines that stick out of the page by more than 2 pt, tables that had to be shrunk, and characters that
        no font has.

    Raises:
        TypesettingError: no TeX, an error of TeX, a character that the fonts lack, or a reference to nothing.
    """
    program = engine()
    text = source.read_text(encoding="utf-8")
    log = source.with_suffix(".log")
    log.unlink(missing_ok=True)
    done = subprocess.run(
        limited(command(program, source.name), MOST_SECONDS),
        cwd=source.parent,
        env=environment(text, os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    found = findings(log.read_text(encoding="utf-8", errors="replace") if log.is_file() else done.stdout)
    if done.returncode != 0 or found.errors:
        raise TypesettingError(_failure(source, log, found, done.stdout + done.stderr))
    if found.missing or found.undefined:
        raise TypesettingError(_defects(source, log, found))
    with atomic_path(out) as temporary:
        shutil.copyfile(source.with_suffix(".pdf"), temporary)
    shrunk = [f"{source}: {table}; it was shrunk: give it fewer columns or shorter words" for table in found.shrunk]
    numbered = [
        f"{source}: no font has {one}; write it otherwise in the template or the data" for one in found.numbered
    ]
    return [f"{source}: overfull by {line}" for line in found.overfull] + shrunk + numbered


def findings(log: str) -> Findings:
    """What a log says that matters; of errors, what merely follows from another is left out."""
    found = []
    for match in _ERROR.finditer(log):
        line = _LINE.search(log, match.end())  # that is named after it
        message = match[1].strip()
        if message.startswith("Undefined control sequence") and line and (last := _COMMAND.match(log, line.end())):
            message = f"{last[1]} is no command of TeX; look for it in a formula, or in LaTeX of your own"
        found.append((message, int(line[1]) if line else None))
    causes = [error for error in found if not error[0].startswith(_CONSEQUENCES)]
    overfull = [f"{match[1]} pt {match[2]}" for match in _OVERFULL.finditer(log) if float(match[1]) > OVERFULL_POINTS]
    return Findings(
        tuple(causes or found),
        tuple(dict.fromkeys((match[1], match[2]) for match in _MISSING.finditer(log))),
        tuple(dict.fromkeys(_UNDEFINED.findall(log))),
        tuple(dict.fromkeys(overfull)),
        tuple(dict.fromkeys(f"{match[1]} is {match[2]} pt wider than the text" for match in _SHRUNK.finditer(log))),
        tuple(dict.fromkeys(f"{chr(int(one, 16))}, printed as [U+{one}]" for one in _NUMBERED.findall(log))),
    )


def _failure(source: Path, log: Path, found: Findings, output: str) -> str:
    lines = [_located(source, message, line) for message, line in found.errors[:3]]
    lines = lines or [f"{source}: {(output.strip().splitlines() or ['TeX stopped without a word'])[-1]}"]
    if any(re.search(r"File `.+' not found|font .+ cannot be found", message) for message, _ in found.errors):
        lines.append(f"a part of TeX is not installed.\n{PACKAGES}")
    return "\n".join([*lines, f"the whole log: {log}"])


def _located(source: Path, message: str, number: int | None) -> str:
    """An error of TeX with its place in the source and what stands there."""
    if number is None:
        return f"{source}: {message}"
    written = source.read_text(encoding="utf-8").split("\n")  # TeX counts these, not other ends of lines
    text = written[number - 1].strip() if number <= len(written) else ""
    return f"{source}:{number}: {message}" + (f"\n  {text[:SHOWN]}" if text else "")


def _defects(source: Path, log: Path, found: Findings) -> str:
    lines = [f"{source}: the font {font} has no {character}" for character, font in found.missing[:5]]
    if found.missing:
        lines.append("write these characters otherwise, in the template or in the data")
    lines += [f"{source}: a reference to {name}, which does not exist" for name in found.undefined[:5]]
    return "\n".join([*lines, f"the whole log: {log}"])
