"""Train one run on a device of its own, and where runs are small the others that are wanted, too."""

from __future__ import annotations

from labreport.machine.devices import leased
from labreport.machine.outcome import content, write_receipt
from labreport.running.jobs import refuse_failed, to_be_done, wanted
from labreport.steps.step import Job


def train(job: Job) -> None:
    """Train, and complete the folder.

    Small runs take less time than a process that starts: whoever has finished its own goes on with the next one that
    is wanted and that nobody has begun, so that its job finds it done. Each fails for itself.

    Raises:
        RunFailedError: its loss is not finite, or memory does not suffice.
        StoppedError: SIGTERM or SIGINT came; the same command goes on.
        TrainingError: another process is at work on it, or its data or vectors are not those of the plan.
    """
    before = content(job.out)
    if to_be_done(job):
        refuse_failed(job)
        with leased(job.title):
            from labreport.running.process import train_all

            train_all(job, before, wanted(job))
    write_receipt(job.out)
