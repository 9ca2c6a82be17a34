"""A command as a child process that signals reach as if nothing stood before it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from labreport.errors import TrainingError

# What asks a process to end, and what programs may agree on. A terminal's Ctrl-C and many schedulers send a signal to
# every process of a job, so the child gets it twice, at the same moment; it has to take that for once.
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    inherited: Iterable[int] = (),
    started: Callable[[int], None] = lambda process: None,
) -> int:
    """Run a command to its end; what it reads and writes is this process's own.

    Signals are passed on to it, and it alone decides what they mean.

    Args:
        command: the program and its arguments.
        environment: its environment.
        inherited: descriptors that it keeps open, besides the standard three.
        started: is told its process number as soon as it has one.

    Returns:
        int, its exit status; -N where signal N ended it.

    Raises:
        TrainingError: it cannot be started.
    """
    with _forwarding() as attach:
        try:
            child = subprocess.Popen(command, env=dict(environment), pass_fds=tuple(inherited))
        except OSError as error:
            raise TrainingError(f"{command[0]}: this command cannot be started: {error.strerror}") from None
        attach(child)
        started(child.pid)
        return child.wait()


@contextmanager
def _forwarding() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Take signals for a child; the function that it yields is told which one, and hands over those that came before.

    A signal that this process ignores (`nohup` ignores SIGHUP) stays ignored; the child inherits that.
    """
    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _: FrameType | None) -> None:
        if children:
            children[0].send_signal(number)
        else:
            early.append(number)

    def attach(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        for number in early:
            child.send_signal(number)

    before = {
        number: signal.signal(number, forward) for number in FORWARDED if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield attach
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
