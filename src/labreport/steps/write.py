"""Write the text of a report in one format, with the pictures that it shows beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labreport.documents.document import render
from labreport.documents.latex import FIGURE_FOLDER
from labreport.documents.provenance import Provenance, provenance
from labreport.errors import ResultsError
from labreport.files import write_json
from labreport.results import Results
from labreport.steps.items import located
from labreport.steps.step import Job, version_of

WRITTEN_FROM = "provenance.json"


def write(job: Job) -> None:
    """Write `NAME.md` or `NAME.tex`."""
    import pypandoc

    spec = job.spec
    written_from = provenance(job.project, measured=Results({"name": spec["report"], **spec}).finished)
    with job.made("jinja2", pandoc=version_of(pypandoc.get_pandoc_path(), "--version")) as folder:
        file = f"{spec['report']}.{'tex' if spec['form'] == 'latex' else 'md'}"
        (folder / file).write_text(text_of(spec, job.project, written_from), encoding="utf-8")
        suffix = ".pdf" if spec["form"] == "latex" else ".svg"
        beside = folder / (FIGURE_FOLDER if spec["form"] == "latex" else spec["pictures"])
        beside.mkdir(exist_ok=True)
        for name, entry in spec["figures"].items():
            _copy_picture(Path(entry["path"] + suffix), beside / f"{name}{suffix}")
        write_json(folder / WRITTEN_FROM, asdict(written_from))


def text_of(spec: Mapping[str, Any], project: Path, written_from: Provenance) -> str:
    """The text.

    Args:
        spec: of a text.
        project: the folder that its template lies in.
        written_from: what its foot states.
    """
    found = {**located(dict(spec), project), "files": [str(project / path) for path in spec["files"]]}
    return render(project / spec["template"], spec["form"], spec["lang"], found, written_from)


def _copy_picture(source: Path, destination: Path) -> None:
    try:
        shutil.copyfile(source, destination)
    except FileNotFoundError:
        raise ResultsError(f"{source}: no such file; build the report again to draw this figure") from None
