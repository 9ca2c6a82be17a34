"""A process that trains: one run after the other, on one device."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from labreport.data.arrays import load
from labreport.errors import StoppedError, UserError
from labreport.loading import load_class
from labreport.machine.outcome import content, failure
from labreport.machine.process import available_cpus, choose_device, keep_freed_memory
from labreport.running.checkpoint_files import folder_of, own_folder, remove
from labreport.running.checkpoints import Checkpoints, first_line
from labreport.running.jobs import TENSORBOARD, check_data, refuse_failed
from labreport.running.record import RunRecord
from labreport.running.run import Run, failures_told, say_at_once, train_run
from labreport.running.tensorboard import scalars
from labreport.running.vectors import load_vectors
from labreport.steps.step import Job
from labreport.store import ResultFolder, is_locked
from labreport.training.numerics import set_up


def train_all(job: Job, before: str | None, others: Iterable[Job]) -> None:
    """Train a run, then those of some others that nobody has begun.

    Args:
        job: its failure is this process's; it waits where another process is at work on it.
        before: what its folder held when it was found that there is something to do.
        others: their failures, of whatever sort, are told by their own jobs.
    """
    set_up(job.threads or available_cpus())
    keep_freed_memory()
    train_one(job, before, wait=True)
    for other in others:
        begun = content(other.out) or failure(other.out) or is_locked(other.out.with_name(f"{other.out.name}.part"))
        if not begun and all(need.exists() for need in other.needs):
            try:
                train_one(other, None)
            except StoppedError:
                raise
            except Exception as error:
                words = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {first_line(error)}"
                say_at_once(f"{other.title}: not here: {words}")


def train_one(job: Job, before: str | None, *, wait: bool = False) -> None:
    """Train one run, unless another process does.

    Args:
        job: of the run.
        before: what its folder held when it was found that there is something to do; where it holds something else by
            now, another process has done it.
        wait: until another process that is at work on it has ended.

    Raises:
        UserError: see `labreport.steps.long.train`.
    """
    spec, threads = job.spec, job.threads or available_cpus()
    load_class(spec["model"]["target"])
    load_class(spec["task"]["target"], "task")
    job.check_code()
    set_up(threads)  # a run that went on with other threads has changed it
    device = choose_device()
    with ResultFolder(job.out, wait=wait) as folder:
        kept = own_folder(folder_of(job.out), job.key)
        if content(job.out) != before:
            remove(kept)  # it was completed, if only by the rename that an attempt was killed before
            return
        refuse_failed(job)
        record = RunRecord(folder, spec, job.code(), device)
        name = job.beside["experiment"]
        with failures_told(name, spec, device, record):
            prepared = load(job.needs[0])
            check_data(job.needs[0], prepared.spec, spec["data"]["key"], "the run was")
            vectors: np.ndarray | None = None
            if "vectors" in spec:
                vectors = load_vectors(job.needs[1], spec["vectors"]["key"], len(prepared.vocabulary or ()))
        if events := os.environ.get(TENSORBOARD):
            record.listeners.append(scalars(Path(events) / job.out.parent.name / job.key))
        checkpoints = Checkpoints(kept, job.key, say_at_once)
        train_run(Run(name, job.key, spec, prepared, device, vectors), record, checkpoints)
