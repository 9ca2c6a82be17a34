"""Documents: typeset, and put where users open them."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.artifacts.artifact import TEX_FILES
from labreport.files import atomic_path
from labreport.steps.step import Job, check_whole, version_of


def typeset(job: Job) -> None:
    """Make the PDF of a report; what sticks out of a page is said on stderr.

    TeX works in `results/typeset/NAME.LANG/`, where its own files stay: with those of the last time it need not run
    until references have settled. They decide nothing: it runs until they do.
    """
    from labreport.documents import typeset as tex

    (text,) = job.needs
    work = job.out.parents[2] / "typeset" / job.out.parent.name
    _lay_out(text, work, Path(job.beside["file"]).stem)
    with job.made(tex=version_of("xelatex" if tex.engine() == "latexmk" else "tectonic", "--version")) as folder:
        pdf = folder / job.beside["file"]
        for warning in tex.typeset(work / pdf.with_suffix(".tex").name, pdf):
            print(f"warning: {warning}", file=sys.stderr)


def _lay_out(text: Path, work: Path, source: str) -> None:
    """Put the LaTeX, its pictures and its classes beside what TeX left the last time."""
    work.mkdir(parents=True, exist_ok=True)
    for path in (path for path in work.iterdir() if path.suffix in TEX_FILES and path.name != f"{source}.pdf"):
        path.unlink()  # which may be needed no more
    for path in text.iterdir():
        if path.is_dir():
            if (work / path.name).is_dir():
                shutil.rmtree(work / path.name)
            (work / path.name).mkdir()
            for picture in path.iterdir():  # copytree's errors are of no file
                shutil.copyfile(picture, work / path.name / picture.name)
        elif path.suffix in TEX_FILES:
            shutil.copyfile(path, work / path.name)


def pack(job: Job) -> None:
    """Make the archive of a report that is handed in."""
    from labreport.documents.handing_in import archive

    with job.made() as folder:
        (folder / job.beside["file"]).write_bytes(archive(job.spec))


def deliver(paths: Sequence[Path]) -> None:
    """Copy a finished document, SOURCE to REPORT/NAME.pdf, with the pictures beside Markdown, each file as a whole.

    Raises:
        ResultsError: the document is damaged.
    """
    source, out = paths
    check_whole(source.parent)
    if out.suffix == ".md":
        beside = out.with_suffix("")
        shown = sorted((source.parent / out.stem).glob("*"))
        for path in shown:
            _copy(path, beside / path.name)
        for path in {*beside.glob("*.png")} - {beside / one.name for one in shown}:  # of figures that it shows no more
            path.unlink()
    _copy(source, out)


def _copy(source: Path, destination: Path) -> None:
    with atomic_path(destination) as temporary:
        shutil.copyfile(source, temporary)
