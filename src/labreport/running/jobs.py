"""What is to be done for a job that takes long, and which others of the same start a process may take over."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import key_of
from labreport.errors import DataError, RunFailedError
from labreport.machine.outcome import content, failure, failure_file, is_receipted
from labreport.steps.step import Job

# Variables of the environment: a file with the jobs of all runs that a start of Snakemake trains, where they are small;
# a folder for TensorBoard's event files; the commit of sources that lie in no repository, HASH or, of edited
# ones, HASH-dirty.
TOGETHER = "LABREPORT_TOGETHER"
TENSORBOARD = "LABREPORT_TENSORBOARD"
COMMIT = "LABREPORT_COMMIT"


def to_be_done(job: Job) -> bool:
    """Whether a job has anything to do but to say that it is done.

    A folder that is complete and has its receipt is made again: its job is only carried out because somebody wants
    that. One without a receipt was completed by another process, or its receipt was lost.
    """
    if content(job.out) is None or is_receipted(job.out):
        return True
    print(f"{job.title}: is complete already")
    return False


def refuse_failed(job: Job) -> None:
    """Refuse a run that another process of the same start has tried and that failed by itself.

    Raises:
        RunFailedError: in the words of that failure.
    """
    list_of, found = Path(os.environ.get(TOGETHER, "")), failure(job.out)
    if found is None or not list_of.is_file():
        return
    if failure_file(job.out).stat().st_mtime_ns > list_of.stat().st_mtime_ns:
        raise RunFailedError(found.told(job.beside["experiment"], job.spec["seed"]))


def wanted(job: Job) -> Iterator[Job]:
    """The jobs after this one in the list of all that are trained together, then those before it."""
    list_of = os.environ.get(TOGETHER)
    if not list_of or not Path(list_of).is_file():
        return
    paths = [Path(path) for path in json.loads(Path(list_of).read_text(encoding="utf-8"))]
    jobs = [Job.read(path, job.threads, job.project) for path in paths if path.is_file()]
    own = next((index for index, one in enumerate(jobs) if one.key == job.key), -1)
    yield from (one for one in [*jobs[own + 1 :], *jobs[: max(own, 0)]] if one.key != job.key)


def check_planned(folder: Path, step: str, spec: Mapping[str, Any], planned: str, what: str) -> None:
    """Refuse prepared data or word vectors that a job was not planned with.

    Args:
        folder: of these.
        step: that made them.
        spec: theirs.
        planned: the key of those that are meant.
        what: was planned, for the message: "the run was".

    Raises:
        DataError: they are others.
    """
    try:
        found = key_of(step, spec)
    except ValueError as error:
        raise DataError(f"{folder}: its spec is damaged ({error}); delete this folder and run again") from None
    if found != planned:
        raise DataError(
            f"{folder}: its content has the key {found}, but {what} planned with {planned}; start Snakemake again, it "
            "plans anew"
        )
