"""Typeset a report."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from labreport.documents.typeset import engine
from labreport.documents.typeset import typeset as make
from labreport.steps.step import Job, version_of


def typeset(job: Job) -> None:
    """Make the PDF; what sticks out of a page is said on stderr.

    TeX works in `results/typeset/NAME.LANG/`, where its own files stay: with those of the last time it need not run
    until references have settled. They decide nothing: it runs until they do.
    """
    (text,) = job.needs
    work = job.out.parents[2] / "typeset" / job.out.parent.name
    _lay_out(text, work)
    with job.made(tex=version_of("xelatex" if engine() == "latexmk" else "tectonic", "--version")) as folder:
        name = f"{job.beside['file'].removesuffix('.pdf')}"
        for warning in make(work / f"{name}.tex", folder / f"{name}.pdf"):
            print(f"warning: {warning}", file=sys.stderr)


def _lay_out(text: Path, work: Path) -> None:
    """Put the LaTeX and its pictures beside what TeX left the last time."""
    work.mkdir(parents=True, exist_ok=True)
    for path in text.iterdir():
        if path.is_dir():
            if (work / path.name).is_dir():
                shutil.rmtree(work / path.name)
            (work / path.name).mkdir()
            for picture in path.iterdir():  # copytree's errors are of no file
                shutil.copyfile(picture, work / path.name / picture.name)
        elif path.suffix == ".tex":
            shutil.copyfile(path, work / path.name)
