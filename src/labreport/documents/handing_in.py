"""The archive that is handed in: a report in every form, and the runs that all its numbers come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, INDEX, MADE, SPEC
from labreport.documents.zips import packed
from labreport.errors import ResultsError
from labreport.files import SUMS, files_below

README = "README.txt"
RUNS = "runs"
FORMS = ("latex", "markdown", "html", "docx", "pdf")
# Files of a folder of results that say how it was made; of runs they are kept.
ABOUT = frozenset({SPEC, CODE, MADE, SUMS, INDEX, "provenance.json"})
# Folder -> the ends of its files that are packed.
PACKED = {
    "figures": (".pdf", ".svg", ".png", ".csv", ".txt", ".note"),
    "tables": (".csv",),
    "claims": (".json",),
}
# What the archive holds, and how it is checked.
_HELD = {
    "en": (
        ("{name}.pdf", "the report"),
        ("{name}.html", "the same as one page for a browser; every run has a section at its end"),
        ("{name}.docx", "the same for Word"),
        ("{name}.md", "the same as Markdown, with its pictures in {name}/"),
        ("{name}.tex", "the same as LaTeX, with its pictures in figures/"),
        ("figures/", "every figure (PDF, SVG, PNG), its numbers (CSV) and what there is to see in it (TXT)"),
        ("tables/", "the numbers of every table; tables/frames/ has all runs, classes and epochs in three files"),
        ("claims/", "every claim: its outcome, estimate, interval and p value"),
        (
            "runs/",
            "every run: settings (spec.json), machine and versions (environment.json), every epoch (metrics.csv),",
        ),
        ("", "results (summary.json, per_class.csv, confusion.csv) and predictions (predictions.npz)"),
        (SUMS, "the digest of every file"),
    ),
    "zh": (
        ("{name}.pdf", "报告"),
        ("{name}.html", "同一报告的网页，末尾列出每次训练"),
        ("{name}.docx", "同一报告的 Word 文件"),
        ("{name}.md", "同一报告的 Markdown，图片在 {name}/"),
        ("{name}.tex", "同一报告的 LaTeX，图片在 figures/"),
        ("figures/", "每幅图（PDF、SVG、PNG）、其数值（CSV）与文字说明（TXT）"),
        ("tables/", "每张表的数值；tables/frames/ 汇总所有训练、类别与轮次"),
        ("claims/", "每个论断：结论、估计值、区间与 p 值"),
        ("runs/", "每次训练：设置（spec.json）、机器与版本（environment.json）、逐轮数值（metrics.csv）、"),
        ("", "结果（summary.json、per_class.csv、confusion.csv）与预测（predictions.npz）"),
        (SUMS, "每个文件的摘要"),
    ),
}
_CHECKS = {
    "en": (
        ("To typeset the LaTeX", "latexmk -xelatex -no-shell-escape {name}.tex"),
        ("On Overleaf", "New Project, Upload Project, this zip; then Menu, Compiler, XeLaTeX"),
        ("To check the files", "sha256sum -c SHA256SUMS"),
        ("To check the numbers", "labreport verify {name}.zip, in a copy of the project"),
    ),
    "zh": (
        ("编译 LaTeX", "latexmk -xelatex -no-shell-escape {name}.tex"),
        ("Overleaf", "New Project，Upload Project，选择此压缩包；再选 Menu，Compiler，XeLaTeX"),
        ("核对文件", "sha256sum -c SHA256SUMS"),
        ("核对数值", "labreport verify {name}.zip，在项目目录中运行"),
    ),
}


def archive(spec: Mapping[str, Any]) -> bytes:
    """The archive, the same bytes whenever it is made of the same files.

    Args:
        spec: of a `pack` step: `report`, `lang`, `title`; `parts`, a folder for each of `FORMS` and of
            `PACKED`; `runs`, their folders.

    Raises:
        ResultsError: a folder or one of its files is not there.
    """
    root = spec["report"]
    found = dict(sorted(_files(spec)))
    try:
        parts = {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise ResultsError(f"{error.filename}: cannot be read ({error.strerror}); build the report again") from None
    parts[README] = _readme(root, spec["title"], spec["lang"]).encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()))
    return packed({f"{root}/{name}": data for name, data in sorted({**parts, SUMS: sums.encode()}.items())})


def _readme(name: str, title: str, lang: str) -> str:
    """What is what in the archive, and how it is checked."""
    held = [(one.format(name=name), said.format(name=name)) for one, said in _HELD[lang]]
    width = max(len(one) for one, _ in held) + 3
    lines = [f"{one:<{width}}{said}" for one, said in held]
    checks = [f"{one}: {said.format(name=name)}" for one, said in _CHECKS[lang]]
    return "\n".join([title, "", *lines, "", *checks, ""])


def _files(spec: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> file."""
    folders = {form: Path(folder) for form, folder in spec["parts"].items()}
    for folder in folders.values():
        if not folder.is_dir():
            raise ResultsError(f"{folder}: is not there; build the report again")
    for form in FORMS:
        yield from ((name, folders[form] / name) for name in files_below(folders[form]) if name not in ABOUT)
    yield from numbers(spec)


def numbers(spec: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> file, of figures, tables, claims and runs: all but the text.

    Args:
        spec: as `archive` takes it.

    Raises:
        ResultsError: a folder is not there.
    """
    for name in [one for one in PACKED if one in spec["parts"]]:
        folder = Path(spec["parts"][name])
        if not folder.is_dir():
            raise ResultsError(f"{folder}: is not there; build the report again")
        there = (one for one in files_below(folder) if one.endswith(PACKED[name]) and one not in ABOUT)
        yield from ((f"{name}/{one}", folder / one) for one in (*there, SPEC))
    for run in map(Path, spec["runs"]):
        if not (run / SUMS).is_file():
            raise ResultsError(f"{run}: holds no finished run; build the report again to train it")
        for name in (*files_below(run), SUMS):
            yield f"{RUNS}/{run.parent.name}/{run.name}/{name}", run / name
