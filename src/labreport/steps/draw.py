"""Draw the figures of a report in a language: those that no earlier job has drawn from the same runs."""

from __future__ import annotations

from labreport.loading import load_module
from labreport.steps.items import each_item
from labreport.steps.step import Job


def draw(job: Job) -> None:
    """Write each figure as `.pdf`, `.svg` and `.png`, what it shows as `.csv`, and in words as `.txt`."""
    with job.made("matplotlib", "numpy", "pandas") as folder:
        for name, spec in each_item(job, folder):
            from labreport.figures.picture import files_of

            kind = load_module(spec["target"], "kind")
            for suffix, content in files_of(kind, spec).items():
                (folder / f"{name}.{suffix}").write_bytes(content)
