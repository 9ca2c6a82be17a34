"""Checkpoints of a run: written at the end of epochs, as seldom as their cost asks for, and read back."""

import copy
import io
import os
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from labreport.errors import TrainingError
from labreport.machine.process import is_out_of_memory
from labreport.running import checkpoint_files

# Writing takes at most one part in this many of a run's time.
SHARE = 100
EVERY_EPOCH = "LABREPORT_CHECKPOINT_EVERY_EPOCH"


class Checkpoints:
    """The checkpoints of one run.

    The first epoch is written always, a later one when `SHARE` times the seconds of the last write have passed since;
    with LABREPORT_CHECKPOINT_EVERY_EPOCH in the environment each one is. The latest epoch that was not written is held
    in the CPU's memory, so that a run which is asked to stop loses nothing but the epoch under way.

    Args:
        folder: where they lie.
        key: of the run; a checkpoint of another one is never used.
        say: takes a line about a checkpoint that could not be used or written.

    Attributes:
        last: epoch of the last one that was written or read; 0 where there is none.
        refused: how many could not be used.
    """

    def __init__(self, folder: Path, key: str, say: Callable[[str], None]) -> None:
        self.last = 0
        self.refused = 0
        self._folder = folder
        self._key = key
        self._say = say
        self._held: tuple[int, Any] | None = None
        self._next = 0.0  # no write before this time

    def read(self) -> Iterator[dict[str, Any]]:
        """The states that were kept, the latest first; whoever can go on from one asks for no other.

        A damaged one is left out with a line that says why.

        Raises:
            TrainingError: one cannot be read, which is no fault of its content.
        """
        for file in checkpoint_files.checkpoints_in(self._folder):
            try:
                state = self._state(_content(file))
            except TrainingError:
                raise
            except Exception as error:  # a file that is no checkpoint can fail in nearly any way
                if is_out_of_memory(error):
                    raise  # no fault of the file's
                self.refuse(file.epoch, error)
                continue
            self.last = file.epoch
            yield state
        self.last = 0

    def _state(self, content: bytes) -> dict[str, Any]:
        try:
            kept = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:  # torch's own words are how to load it all the same
            raise ValueError("it holds something else than tensors, numbers and words") from error
        if kept["key"] != self._key:
            raise ValueError(f"it belongs to the run {kept['key']}, this one is {self._key}")
        state: dict[str, Any] = kept["state"]
        return state

    def refuse(self, epoch: int, error: Exception) -> None:
        """Say that the checkpoint after an epoch is not used."""
        self.refused += 1
        self._say(f"warning: {self._folder}: the checkpoint after epoch {epoch} is not used: {first_line(error)}")

    def keep(self, epoch: int, state: dict[str, Any]) -> None:
        """Take the state after an epoch; copies what it holds. Where memory does not suffice, a warning says so."""
        try:
            self._held = epoch, on_host(state)
        except (MemoryError, RuntimeError) as error:
            self._no_memory(epoch, error)
            return
        if time.monotonic() >= self._next or EVERY_EPOCH in os.environ:
            self.write()

    def write(self) -> None:
        """Write the state that is held, if it is not written yet."""
        if self._held is None:
            return
        (epoch, state), self._held = self._held, None
        start = time.monotonic()
        try:
            content = io.BytesIO()
            torch.save({"key": self._key, "state": state}, content)
            checkpoint_files.write(self._folder, epoch, content.getbuffer())
            self.last = epoch
        except OSError as error:  # the run goes on: its results may still find room
            self._say(f"warning: {self._folder}: no checkpoint after epoch {epoch}: {error.strerror or error}")
        except (MemoryError, RuntimeError) as error:
            self._no_memory(epoch, error)
        end = time.monotonic()
        self._next = end + SHARE * (end - start)

    def _no_memory(self, epoch: int, error: MemoryError | RuntimeError) -> None:
        if not is_out_of_memory(error):
            raise error
        self._say(f"warning: {self._folder}: no checkpoint after epoch {epoch}: the machine has too little memory")

    def remove(self) -> None:
        """Remove them all: the run is complete."""
        self._held = None
        checkpoint_files.remove(self._folder)


def _content(file: checkpoint_files.CheckpointFile) -> bytes:
    try:
        return file.read()
    except OSError as error:
        raise TrainingError(
            f"{file.path}: this checkpoint cannot be read ({error.strerror or error}); make it readable and start "
            "again, or delete it: then the run goes on from the one before, if there is one"
        ) from error


def on_host(value: Any) -> Any:
    """A copy of nested dictionaries and lists with all tensors on the CPU, which later steps leave as they are."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        copied = copy.copy(value)  # keeps the class, such as OrderedDict or Counter
        for name, item in value.items():
            copied[name] = on_host(item)
        return copied
    if isinstance(value, (list, tuple)):
        return type(value)(on_host(item) for item in value)
    return value


def first_line(error: BaseException) -> str:
    """What an error says, cut to a line that fits into another one."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
