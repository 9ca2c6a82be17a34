"""One run carried out: from its last checkpoint if there is one, to a complete folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from labreport.data.arrays import describe
from labreport.data.prepared import Prepared
from labreport.errors import RunFailedError, StoppedError
from labreport.machine.outcome import Failure
from labreport.machine.process import go_on_with_threads, is_out_of_memory
from labreport.machine.signals import StopAsked, StopSignals
from labreport.running.checkpoints import Checkpoints
from labreport.running.progress import Progress
from labreport.running.record import RunRecord
from labreport.training.loop import NotFinite
from labreport.training.session import Session
from labreport.training.tasks import TASKS

Say = Callable[[str], None]


def say_at_once(line: str) -> None:
    """Print a line, since a killed process loses what it has not written; once nobody reads any more, to nowhere."""
    try:
        print(line, flush=True)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # also for what is left to be flushed at the end
        os.close(nowhere)


@dataclass(frozen=True)
class Run:
    """What is to be trained.

    Attributes:
        name: the experiment's, for messages.
        key: the run's.
        spec: the run's.
        prepared: its data.
        device: where everything happens.
        vectors: float32 (vocabulary, dimensions), for a model that takes them.
    """

    name: str
    key: str
    spec: Mapping[str, Any]
    prepared: Prepared
    device: torch.device
    vectors: np.ndarray | None = None


def train_run(run: Run, record: RunRecord, checkpoints: Checkpoints, say: Say = say_at_once) -> None:
    """Train a run, from its last checkpoint if there is one, and complete `record`.

    Args:
        run: what to train.
        record: takes epochs, summary and tables.
        checkpoints: of this run; they are removed when it is complete.
        say: takes a line per epoch.

    Raises:
        TrainingError: a setting that is not known.
        RunFailedError: a loss that is not finite, or too little memory on the device.
        StoppedError: SIGTERM or SIGINT came; the same call goes on from where it was.
    """
    with failures_told(run.name, run.spec, run.device, record), StopSignals() as stop:
        session = _start(run, record, checkpoints, say)
        every = session.parts.batches_per_epoch
        progress = Progress(run.name, run.spec["training"]["epochs"] * every, done=len(session.rows) * every)

        def tick() -> None:
            progress.tick()
            stop.check()

        metrics = tuple(TASKS[run.spec["task"]["name"]].metrics)
        try:
            stop.check()  # a signal may have come while the start was made
            for row in session.epochs(tick):
                line = record.epoch(session.rows, metrics)
                checkpoints.keep(row["epoch"], {"session": session.state_dict(), "record": record.state_dict()})
                progress.clear()
                say(f"{run.name}  {line}")
            session.look_back(stop.check)
        except StopAsked as asked:
            progress.clear()
            checkpoints.write()
            raise _stopped(run, asked.signal, progress.done, session, checkpoints.last) from asked
        record.folder.write_json("dataset.json", describe(run.prepared))
        record.finish({"experiment": run.name, "seed": run.spec["seed"], "key": run.key}, session)
    checkpoints.remove()


@contextmanager
def failures_told(name: str, spec: Mapping[str, Any], device: torch.device, record: RunRecord) -> Iterator[None]:
    """Make one message, which `record` keeps, of what a run can fail of by itself.

    Args:
        name: the experiment's.
        spec: the run's.
        device: what it is trained on.
        record: of the run.

    Raises:
        RunFailedError: the block ended with a loss that is not finite, or memory did not suffice.
    """
    settings = spec["training"]
    try:
        yield
    except NotFinite as error:
        advice = f"a lower learning_rate than {settings['learning_rate']} may help"
        raise _failed(name, spec, record, Failure(str(error), advice)) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        where = "cpu" if isinstance(error, MemoryError) else device
        few = f"{where} has too little memory for batch_size {settings['batch_size']}"
        advice = "lower batch_size or the model's size, or free the device of other work"
        said = str(error).strip()
        raise _failed(name, spec, record, Failure(few, f"{advice} ({said})" if said else advice)) from error


def _failed(name: str, spec: Mapping[str, Any], record: RunRecord, failure: Failure) -> RunFailedError:
    record.fail(failure)
    measured = (record.folder.part / "metrics.csv").is_file()
    kept = f". What was measured before stands in {record.folder.part}" if measured else ""
    return RunFailedError(f"{failure.told(name, spec['seed'])}{kept}")


def _start(run: Run, record: RunRecord, checkpoints: Checkpoints, say: Say) -> Session:
    """The session to go on with: after the last checkpoint that can be used, or a new one."""

    def new() -> Session:
        return Session(run.spec, run.prepared, run.device, run.vectors)

    session = new()
    for state in checkpoints.read():
        try:
            session.load_state_dict(state["session"], checkpoints.last)
            with_threads = _same_threads(run.device, state["record"]["environment"])
            record.resume(state["record"], session.rows)
        except Exception as error:  # a file that is no checkpoint of ours can fail in nearly any way
            if isinstance(error, OSError) or is_out_of_memory(error):
                raise  # no fault of the checkpoint's, which the next attempt goes on from
            checkpoints.refuse(checkpoints.last, error)
            session = new()
            continue
        say(f"{run.name}  goes on after epoch {checkpoints.last}{with_threads}")
        return session
    if checkpoints.refused:
        say(f"{run.name}  begins anew: no checkpoint can be used")
    record.begin()
    return session


def _same_threads(device: torch.device, before: Mapping[str, Any]) -> str:
    """What to say when a run goes on with other CPU threads than asked for, because it began with them."""
    threads = before["threads"]
    if not device.type == before["device_type"] == "cpu" or not go_on_with_threads(threads):
        return ""
    return f" with {threads} CPU thread{'s' if threads > 1 else ''}, as it began"


def _stopped(run: Run, number: int, ticks: int, session: Session, kept: int) -> StoppedError:
    """What to say when a signal came after so many batches, the last checkpoint being that after epoch `kept`."""
    epoch, step = divmod(ticks, session.parts.batches_per_epoch)
    place = f"step {step}" if step <= len(session.parts.train) else "its evaluation"
    after = f"goes on after epoch {kept}" if kept else "begins anew"
    where = f"in epoch {epoch + 1}, {place}" if step else f"at the end of epoch {epoch}" if epoch else "as it began"
    return StoppedError(f"{run.name}: stopped {where}; the same command {after}", number)
