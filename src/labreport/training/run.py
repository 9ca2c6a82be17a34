"""One run: from a spec and prepared data to a model, trained, and its record."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from labreport.data.arrays import Prepared
from labreport.errors import RunFailedError, StoppedError
from labreport.training.checkpoints import Checkpoints
from labreport.training.components import Components, place_data
from labreport.training.construction import build_task
from labreport.training.loop import NotFinite, fit
from labreport.training.process import go_on_with_threads, is_out_of_memory
from labreport.training.progress import Progress
from labreport.training.record import RunRecord
from labreport.training.stop import StopAsked, StopSignals
from labreport.training.task import Task

FILTERS = "filters.npy"


def say_at_once(line: str) -> None:
    """Print a line, since a killed process loses what it has not written; once nobody reads any more, to nowhere."""
    try:
        print(line, flush=True)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # also for what is left to be flushed at the end
        os.close(nowhere)


@dataclass(frozen=True)
class Job:
    """What is to be trained.

    Attributes:
        name: the experiment's.
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


def train_run(job: Job, record: RunRecord, checkpoints: Checkpoints, say: Callable[[str], None] = say_at_once) -> None:
    """Train a run, from its last checkpoint if there is one, and complete `record`.

    Args:
        job: what to train.
        record: takes epochs, summary and tables.
        checkpoints: of this run; they are removed when it is complete.
        say: takes a line per epoch.

    Raises:
        TrainingError: a setting that is not known.
        RunFailedError: a loss that is not finite, or too little memory on the device.
        StoppedError: SIGTERM or SIGINT came; the same call goes on from where it was.
    """
    with failures_told(job.name, job.spec, job.device, record):
        _train(job, record, checkpoints, say)


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
        reason, advice = str(error), f"a lower learning_rate than {settings['learning_rate']} may help"
        raise _failed(name, spec, record, reason, advice) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        where = "cpu" if isinstance(error, MemoryError) else device
        reason = f"{where} has too little memory for batch_size {settings['batch_size']}"
        advice = "lower batch_size or the model's size, or free the device of other work"
        said = str(error).strip()
        raise _failed(name, spec, record, reason, f"{advice} ({said})" if said else advice) from error


def _failed(name: str, spec: Mapping[str, Any], record: RunRecord, reason: str, advice: str) -> RunFailedError:
    record.fail(reason)
    kept = f". What was measured before stands in {record.part}" if record.rows else ""
    return RunFailedError(f"{name}, seed {spec['seed']}: {reason}; {advice}{kept}")


def _train(job: Job, record: RunRecord, checkpoints: Checkpoints, say: Callable[[str], None]) -> None:
    settings = job.spec["training"]
    task = build_task(job.spec["task"]["target"], job.prepared.classes, settings["loss"])
    autocast = torch.bfloat16 if settings["precision"] == "bf16" and job.device.type == "cuda" else None
    with StopSignals() as stop:
        parts, tally = _start(job, task, record, checkpoints, say)
        done, every = len(record.rows), parts.batches_per_epoch
        progress = Progress(job.name, settings["epochs"] * every, done=done * every)

        def tick() -> None:
            progress.tick()
            stop.check()

        epochs = fit(
            *(parts.model, task, parts.train, parts.validation, parts.optimizer, settings["epochs"]),
            *(autocast, tick, parts.schedule, parts.test),
            first=done + 1,
        )
        try:
            stop.check()  # a signal may have come while the start was made
            for epoch in epochs:
                line = record.epoch(epoch)
                if parts.test is None:
                    tally = epoch.tally
                elif record.best(task.metric)["epoch"] == epoch.number:
                    tally = epoch.test_tally
                state = {"components": parts.state_dict(), "record": record.state_dict(), "tally": tally.state_dict()}
                checkpoints.keep(epoch.number, state)
                progress.clear()
                say(f"{job.name}  {line}")
        except StopAsked as asked:
            progress.clear()
            checkpoints.write()
            raise _stopped(job, asked.signal, progress.done, parts, checkpoints.last) from asked
        _finish(job, task, parts, record, tally)
    checkpoints.remove()


def _start(
    job: Job, task: Task, record: RunRecord, checkpoints: Checkpoints, say: Callable[[str], None]
) -> tuple[Components, Any]:
    """The components and the tally to go on with: those of the last checkpoint that can be used, or new ones."""
    splits = place_data(job.prepared, job.device)
    parts = Components.build(job.spec, job.prepared, splits, job.vectors, job.device)
    for state in checkpoints.read():
        try:
            parts.load_state_dict(state["components"], checkpoints.last)
            tally = task.tally(job.device)
            tally.load_state_dict(state["tally"])
            with_threads = _same_threads(job.device, state["record"]["environment"])
            record.resume(state["record"], checkpoints.last)
        except Exception as error:  # a file that is no checkpoint of ours can fail in nearly any way
            if isinstance(error, OSError) or is_out_of_memory(error):
                raise  # no fault of the checkpoint's, which the next attempt goes on from
            checkpoints.refuse(checkpoints.last, error)
            parts = Components.build(job.spec, job.prepared, splits, job.vectors, job.device)
            continue
        say(f"{job.name}  goes on after epoch {checkpoints.last}{with_threads}")
        return parts, tally
    if checkpoints.refused:
        say(f"{job.name}  begins anew: no checkpoint can be used")
    record.begin()
    return parts, task.tally(job.device)


def _same_threads(device: torch.device, before: Mapping[str, Any]) -> str:
    """What to say when a run goes on with other CPU threads than asked for, because it began with them."""
    threads = before["threads"]
    if not device.type == before["device_type"] == "cpu" or not go_on_with_threads(threads):
        return ""
    return f" with {threads} CPU thread{'s' if threads > 1 else ''}, as it began"


def _stopped(job: Job, number: int, ticks: int, parts: Components, kept: int) -> StoppedError:
    """What to say when a signal came after so many batches, the last checkpoint being that after epoch `kept`."""
    epoch, step = divmod(ticks, parts.batches_per_epoch)
    place = f"step {step}" if step <= len(parts.train) else "its evaluation"
    after = f"goes on after epoch {kept}" if kept else "begins anew"
    where = f"in epoch {epoch + 1}, {place}" if step else f"at the end of epoch {epoch}" if epoch else "as it began"
    return StoppedError(f"{job.name}: stopped {where}; the same command {after}", number)


def _finish(job: Job, task: Task, parts: Components, record: RunRecord, tally: Any) -> None:
    """Complete the record with what is said once per run."""
    facts = {
        "experiment": job.name,
        "seed": job.spec["seed"],
        "key": job.key,
        "parameters": sum(parameter.numel() for parameter in parts.model.parameters()),
        "train_samples": len(parts.train.split),
        "val_samples": len(parts.validation.split),
        "classes": job.prepared.classes,
        "steps": len(record.rows) * len(parts.train),
    }
    if parts.test is not None:
        facts["test_samples"] = len(parts.test.split)
    kernels = first_filters(parts.model)
    if kernels is not None:
        record.array(FILTERS, kernels)
    record.finish(facts, task.metric, task.tables(tally))


def first_filters(model: nn.Module) -> np.ndarray | None:
    """Weights of the model's first convolution, float32 (out, in, h, w); None where it has none."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            weights: np.ndarray = module.weight.detach().float().cpu().contiguous().numpy()
            return weights
    return None
