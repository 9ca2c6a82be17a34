"""Generate a demo archive in the official format; FILE.sha256 comes to lie beside it."""

from __future__ import annotations

from labreport.files import file_digest, write_text
from labreport.loading import load_module
from labreport.steps.step import Job


def sample(job: Job) -> None:
    """Write the archive and its digest, in the format of `sha256sum`."""
    name = job.beside["file"]
    with job.made() as folder:
        load_module(job.spec["target"], "sample").write_archive(folder / name, job.spec["parameters"])
        write_text(folder / f"{name}.sha256", f"{file_digest(folder / name)}  {name}\n")
