"""Runs carried out, one after the other on one device: from the last checkpoint to a complete folder."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from labreport.data.arrays import load
from labreport.data.prepared import Prepared
from labreport.errors import RunFailedError, StoppedError, TrainingError, UserError
from labreport.loading import load_class
from labreport.machine.convolutions import take_strides_first
from labreport.machine.devices import available_cpus
from labreport.machine.outcome import Failure, content, failure
from labreport.machine.process import choose_device, go_on_with_threads, is_out_of_memory, keep_freed_memory
from labreport.machine.signals import StopAsked, StopSignals
from labreport.running.checkpoint_files import folder_of, remove
from labreport.running.checkpoints import Checkpoints, first_line
from labreport.running.jobs import TENSORBOARD, check_planned, refuse_failed
from labreport.running.pretrained import load_weights
from labreport.running.progress import Progress
from labreport.running.record import RunRecord
from labreport.running.tensorboard import scalars
from labreport.running.vectors import load_vectors
from labreport.steps.step import Job
from labreport.store import is_locked, result_folder
from labreport.training.loop import NotFinite
from labreport.training.numerics import set_up
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


def train_run(
    record: RunRecord,
    prepared: Prepared,
    checkpoints: Checkpoints,
    vectors: np.ndarray | None = None,
    weights: Mapping[str, torch.Tensor] | None = None,
    say: Say = say_at_once,
) -> None:
    """Train a run, from its last checkpoint if there is one, and complete its record.

    Args:
        record: says what to train, and takes epochs, summary and tables.
        prepared: its data.
        checkpoints: of this run; they are removed when it is complete.
        vectors: float32 (vocabulary, dimensions), for a model that takes them.
        weights: by name, for a model that starts from them.
        say: takes a line per epoch.

    Raises:
        TrainingError: a setting that is not known, or the model's answers are not one for each class.
        NotFinite: a loss that is not finite.
        StoppedError: SIGTERM or SIGINT came; the same call goes on from where it was.
    """
    spec, name = record.spec, record.name
    with StopSignals() as stop:
        session = _start(record, lambda: Session(spec, prepared, record.device, vectors, weights), checkpoints, say)
        if record.device.type == "cpu":
            take_strides_first(session.parts.model)
        if prepared.classes:
            _check_answers(session.parts.model, spec, len(prepared.classes))
        every = session.parts.batches_per_epoch
        progress = Progress(name, spec["training"]["epochs"] * every, done=len(session.rows) * every)

        def tick() -> None:
            progress.tick()
            stop.check()

        metrics = tuple(TASKS[spec["task"]["name"]].metrics)
        try:
            stop.check()  # a signal may have come while the start was made
            for row in session.epochs(tick):
                line = record.epoch(session.rows, metrics)
                checkpoints.keep(row["epoch"], {"session": session.state_dict(), "record": record.state_dict()})
                progress.clear()
                say(f"{name}  {line}")
            session.look_back(stop.check)
        except StopAsked as asked:
            progress.clear()
            checkpoints.write()
            raise _stopped(name, asked.signal, progress.done, session, checkpoints.last) from asked
        record.finish(session, prepared)
    checkpoints.remove()


def _check_answers(model: nn.Module, spec: Mapping[str, Any], classes: int) -> None:
    """Have a model refused at its first batch where its answers are not one for each class."""

    def check(module: nn.Module, given: Any, answers: Any) -> None:
        hook.remove()
        shape = tuple(answers.shape) if isinstance(answers, torch.Tensor) else None
        if shape is None or shape[1:] != (classes,):
            found = f"answers of shape {shape}" if shape is not None else f"a {type(answers).__name__} of answers"
            raise TrainingError(
                f"{spec['model']['target']}: found {found}, allowed is a tensor (batch, {classes}): one for each class "
                f"of {spec['data']['dataset']}; let its last layer have `classes` outputs"
            )

    hook = model.register_forward_hook(check)


@contextmanager
def _failures_told(record: RunRecord) -> Iterator[None]:
    """Make one message, which `record` keeps, of what a run can fail of by itself.

    Raises:
        RunFailedError: the block ended with a loss that is not finite, or memory did not suffice.
        TrainingError: nothing is left to normalise over.
    """
    settings = record.spec["training"]
    try:
        yield
    except NotFinite as error:
        advice = f"a lower learning_rate than {settings['learning_rate']} may help"
        raise _failed(record, Failure(str(error), advice)) from error
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        found = f"{record.name}: a batch of one sample leaves batch normalisation one value per channel"
        raise TrainingError(f"{found}, which has no spread; raise batch_size, or take larger images") from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        where = "cpu" if isinstance(error, MemoryError) else record.device
        few = f"{where} has too little memory for batch_size {settings['batch_size']}"
        advice = "lower batch_size or the model's size, or free the device of other work"
        said = str(error).strip()
        raise _failed(record, Failure(few, f"{advice} ({said})" if said else advice)) from error


def _failed(record: RunRecord, found: Failure) -> RunFailedError:
    record.fail(found)
    measured = (record.folder.part / "metrics.csv").is_file()
    kept = f". What was measured before stands in {record.folder.part}" if measured else ""
    return RunFailedError(f"{found.told(record.name, record.spec['seed'])}{kept}")


def _start(record: RunRecord, new: Callable[[], Session], checkpoints: Checkpoints, say: Say) -> Session:
    """The session to go on with: after the last checkpoint that can be used, or a new one."""
    session = new()
    for state in checkpoints.read():
        try:
            session.load_state_dict(state["session"], checkpoints.last)
            with_threads = _same_threads(record.device, state["record"]["environment"])
            record.resume(state["record"], session.rows)
        except Exception as error:  # a file that is no checkpoint of ours can fail in nearly any way
            if isinstance(error, OSError) or is_out_of_memory(error):
                raise  # no fault of the checkpoint's, which the next attempt goes on from
            checkpoints.refuse(checkpoints.last, error)
            session = new()
            continue
        say(f"{record.name}  goes on after epoch {checkpoints.last}{with_threads}")
        return session
    if checkpoints.refused:
        say(f"{record.name}  begins anew: no checkpoint can be used")
    record.begin()
    return session


def _same_threads(device: torch.device, before: Mapping[str, Any]) -> str:
    """What to say when a run goes on with other CPU threads than asked for, because it began with them."""
    threads = before["threads"]
    if not device.type == before["device_type"] == "cpu" or not go_on_with_threads(threads):
        return ""
    return f" with {threads} CPU thread{'s' if threads > 1 else ''}, as it began"


def _stopped(name: str, number: int, ticks: int, session: Session, kept: int) -> StoppedError:
    """What to say when a signal came after so many batches, the last checkpoint being that after epoch `kept`."""
    epoch, step = divmod(ticks, session.parts.batches_per_epoch)
    place = f"step {step}" if step <= len(session.parts.train) else "its evaluation"
    after = f"goes on after epoch {kept}" if kept else "begins anew"
    where = f"in epoch {epoch + 1}, {place}" if step else f"at the end of epoch {epoch}" if epoch else "as it began"
    return StoppedError(f"{name}: stopped {where}; the same command {after}", number)


def train_all(job: Job, before: str | None, others: Iterable[Job]) -> None:
    """Train a run, then those of some others that nobody has begun.

    Args:
        job: its failure is this process's, when the others are trained; it waits where another process is at work.
        before: what its folder held when it was found that there is something to do.
        others: their failures, of whatever sort, are told by their own jobs.
    """
    set_up(job.threads or available_cpus())
    keep_freed_memory()
    failed = None
    try:
        train_one(job, before, wait=True)
    except RunFailedError as error:
        failed = RunFailedError(str(error))  # without the frames that hold its model
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
    if failed:
        raise failed


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
    with result_folder(job.out, wait=wait) as folder:
        kept = folder_of(job.out)
        if content(job.out) != before:
            remove(kept)  # it was completed, if only by the rename that an attempt was killed before
            return
        refuse_failed(job)
        record = RunRecord(folder, job.beside["experiment"], spec, job.code(), choose_device())
        with _failures_told(record):
            prepared = load(job.needs[0])
            check_planned(job.needs[0], "prepare", prepared.spec, spec["data"]["key"], "the run was")
            vectors, weights = None, None
            if "vectors" in spec:
                vectors = load_vectors(job.needs[1], spec["vectors"]["key"], len(prepared.vocabulary or ()))
            if "pretrained" in spec:
                weights = load_weights(Path(job.beside["weights"]), spec["pretrained"]["digest"])
            if events := os.environ.get(TENSORBOARD):
                record.listeners.append(scalars(Path(events) / job.out.parent.name / job.key))
            train_run(record, prepared, Checkpoints(kept, job.key, say_at_once), vectors, weights)
