"""Judge the claims of a report, in both languages."""

from __future__ import annotations

from labreport.files import write_json
from labreport.loading import load_module
from labreport.steps.items import each_item
from labreport.steps.step import Job


def judge(job: Job) -> None:
    """Write of each claim the outcome, its reason in both languages and the values it rests on."""
    with job.made("pandas", "scipy") as folder:
        for name, spec in each_item(job, folder):
            from labreport.claims.verdict import file_of

            write_json(folder / f"{name}.json", file_of(load_module(spec["target"], "kind"), spec))
