"""Fetch an official archive from the first mirror that has it."""

from __future__ import annotations

from labreport.data.archives import has_digest
from labreport.data.download import download as fetch
from labreport.steps.step import Job


def download(job: Job) -> None:
    """Put the archive into its folder; one that is there already is only looked at.

    Raises:
        DownloadError: no mirror delivered it.
    """
    out = job.out / job.beside["file"]
    if not has_digest(out, job.spec["digest"]):
        fetch(job.beside["mirrors"], job.spec["digest"], out)
