"""What a process is told before it starts a run: to die, or to get a signal, at a place of the run."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labreport.running.checkpoints import EVERY_EPOCH
from labreport.running.progress import Progress


@dataclass(frozen=True)
class Seldom:
    """Leaves it to their cost how often checkpoints are written, and does what another one does."""

    fault: Callable[[], None] | None = None

    def __call__(self) -> None:
        os.environ.pop(EVERY_EPOCH)
        if self.fault is not None:
            self.fault()


@dataclass(frozen=True)
class SignalAtBatch:
    """Sends the process a signal after one of its batches, of training or evaluation, counted from 1."""

    batch: int
    number: int

    def __call__(self) -> None:
        tick = Progress.tick
        left = self.batch

        def counting(progress: Progress) -> None:
            nonlocal left
            tick(progress)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), self.number)

        Progress.tick = counting  # type: ignore[method-assign]


@dataclass(frozen=True)
class DieAtRename:
    """Kills the process as it is about to give a file or folder its final name."""

    name: str
    count: int = 1

    def __call__(self) -> None:
        left = self.count

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event == "os.rename" and os.path.basename(arguments[1]) == self.name:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)


@dataclass(frozen=True)
class DieInWrite:
    """Kills the process in the middle of a write that would make a file larger than some bytes."""

    most_bytes: int

    def __call__(self) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.most_bytes, self.most_bytes))


@dataclass(frozen=True)
class WakeWhenRefused:
    """Has a process that stands still go on when this one has asked twice for a lock and found it taken."""

    process: int

    def __call__(self) -> None:
        flock, left = fcntl.flock, 2

        def counting(descriptor: int, operation: int) -> None:
            nonlocal left
            try:
                flock(descriptor, operation)
            except BlockingIOError:
                left -= 1
                if left == 0:
                    os.kill(self.process, signal.SIGCONT)
                raise

        fcntl.flock = counting
