"""Make the tables of a report in a language, and the frames of all its runs."""

from __future__ import annotations

from labreport.loading import load_module
from labreport.results import Results
from labreport.steps.items import each_item
from labreport.steps.step import Job
from labreport.tables.frames import frames


def tabulate(job: Job) -> None:
    """Write each table's raw numbers as `.csv` and its presentation as `.json`; `frames/metrics.csv` and the like."""
    with job.made("pandas") as folder:
        for name, spec in each_item(job, folder):
            from labreport.tables.table import files_of

            kind = load_module(spec["target"], "kind")
            for suffix, text in files_of(kind, spec).items():
                (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
        (folder / "frames").mkdir()
        for name, text in frames(Results(job.spec["frames"])).items():
            (folder / "frames" / f"{name}.csv").write_text(text, encoding="utf-8")
