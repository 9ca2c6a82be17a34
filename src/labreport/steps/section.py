"""Write a report's section of the page of measured results."""

from __future__ import annotations

from labreport.documents.results_page import section as text_of
from labreport.steps.items import located
from labreport.steps.step import Job


def section(job: Job) -> None:
    """Write `section.md`."""
    with job.made("pandas") as folder:
        (folder / "section.md").write_text(text_of(located(job.spec, job.project)), encoding="utf-8")
