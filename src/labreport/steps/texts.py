"""Texts: of reports, of their sections on the page of measured results, and that page."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from labreport.artifacts.artifact import SPEC, SUFFIXES
from labreport.documents import results_page
from labreport.documents.handing_in import WRITTEN_FROM
from labreport.documents.provenance import Provenance, provenance
from labreport.errors import ResultsError
from labreport.files import read_json, write_json, write_text
from labreport.results import Results
from labreport.steps.items import located
from labreport.steps.step import Job, check_whole, version_of

if TYPE_CHECKING:
    from labreport.documents.document import Document


def write(job: Job) -> None:
    """Write the text of a report in one form, such as `NAME.md`, and beside it what LaTeX and Markdown take in."""
    import pypandoc

    from labreport.documents.latex import FIGURE_FOLDER

    spec = job.spec
    written_from = provenance(job.project, measured=Results({"name": spec["report"], **spec}).finished)
    with job.made("jinja2", pandoc=version_of(pypandoc.get_pandoc_path(), "--version")) as folder:
        document = text_of(spec, job.project, written_from)
        (folder / f"{spec['report']}.{SUFFIXES[spec['form']]}").write_bytes(document.data)
        if spec["form"] in ("latex", "markdown"):
            is_latex = spec["form"] == "latex"
            beside = folder / (FIGURE_FOLDER if is_latex else spec["pictures"])
            _copy_pictures(spec, document, beside, ".pdf" if is_latex else ".svg")
        for path in spec.get("latex", {}).get("files", []):
            shutil.copyfile(job.project / path, folder / Path(path).name)
        write_json(folder / WRITTEN_FROM, asdict(written_from))


def _copy_pictures(spec: Mapping[str, Any], document: Document, beside: Path, suffix: str) -> None:
    """Copy the pictures of a text to a folder.

    Raises:
        ResultsError: one is not there.
    """
    beside.mkdir(exist_ok=True)
    for name, entry in spec["figures"].items():
        try:
            shutil.copyfile(entry["path"] + suffix, beside / f"{name}{suffix}")
        except FileNotFoundError:
            raise ResultsError(
                f"{entry['path']}{suffix}: no such file; build the report again to draw this figure"
            ) from None
    for picture in document.pictures:
        shutil.copyfile(picture.path, beside / picture.file)


def text_of(spec: Mapping[str, Any], project: Path, written_from: Provenance) -> Document:
    """The text of a report, and the pictures that it shows beside figures.

    Args:
        spec: of a text.
        project: the folder that its template lies in.
        written_from: what its foot states.
    """
    from labreport.documents.document import render

    found = {**located(dict(spec), project), "files": [str(project / path) for path in spec["files"]]}
    found |= {"cover": str(project / spec["cover"])} if "cover" in spec else {}
    return render(project / spec["template"], spec["form"], spec["lang"], found, written_from)


def section(job: Job) -> None:
    """Write `section.md`, a report's section of the page of measured results."""
    with job.made("pandas") as folder:
        text = results_page.section(located(job.spec, job.project))
        (folder / "section.md").write_text(text, encoding="utf-8")


def page(paths: Sequence[Path]) -> None:
    """Put sections into the page of measured results: PAGE SECTION ...

    Those of some reports are replaced, each at its scale; the others stay as they are.

    Raises:
        ResultsError: a section is damaged.
    """
    whole, *sections = paths
    with FileLock(Path("results") / f"{whole.name}.lock"):
        text = whole.read_text(encoding="utf-8") if whole.is_file() else ""
        for one in sections:
            check_whole(one.parent)
            spec = read_json(one.parent / SPEC)
            text = results_page.with_section(text, spec["report"], spec["scale"], one.read_text(encoding="utf-8"))
        write_text(whole, text)
