"""Learn word vectors from prepared texts."""

from __future__ import annotations

import importlib.metadata
import platform
from datetime import UTC, datetime

from labreport.artifacts.artifact import CODE, SPEC
from labreport.data.arrays import load, save_array
from labreport.loading import load_module
from labreport.machine.outcome import write_receipt
from labreport.running.jobs import check_data, to_be_done
from labreport.steps.step import Job
from labreport.store import ResultFolder


def vectors(job: Job) -> None:
    """Learn, and complete the folder.

    Raises:
        DataError: other prepared data than the vectors were planned with, or nothing to learn from.
        TrainingError: another process is at work on them.
    """
    if to_be_done(job):
        method = load_module(job.spec["target"], "vectors")
        job.check_code()
        prepared = load(job.needs[0])
        check_data(job.needs[0], prepared.spec, job.spec["data"]["key"], "the vectors were")
        with ResultFolder(job.out) as folder:
            found = method.train(prepared, job.spec["parameters"])
            folder.begin()
            folder.write_json(SPEC, job.spec)
            folder.write_json(CODE, job.code())
            save_array(folder.part / "vectors.npy", found)
            versions = {name: importlib.metadata.version(name) for name in method.LIBRARIES}
            finished = datetime.now(UTC).isoformat(timespec="seconds")
            about = {"python": platform.python_version(), **versions, "finished": finished}
            folder.write_json("environment.json", about)
            folder.finish()
    write_receipt(job.out)
