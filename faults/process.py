"""Programs in processes: steps, forked in milliseconds from a server that has imported everything, and Snakemake."""

from __future__ import annotations

import multiprocessing.forkserver
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import psutil

from benchmarks.project import ROOT, environment, snakemake
from labreport.errors import run_step
from labreport.machine.signals import take_signals

VARIABLES = {"CUDA_VISIBLE_DEVICES": "", "LABREPORT_CHECKPOINT_EVERY_EPOCH": "1"}
COMMAND = "labreport"
PRELOADED = (
    *(f"labreport.steps.{name}" for name in ("data", "long", "items", "texts", "documents")),
    *("labreport.documents.document", "labreport.results", "labreport.tables.frames", "labreport.claims.verdict"),
    *("labreport.running.run", "labreport.data.word2vec", "labreport.figures.picture", "labreport.figures.curves"),
    *("labreport.tables.table", "labreport.tables.results", "labreport.claims.difference"),
    *("labreport.cli.verify", "pypandoc"),
    "torch._dynamo",  # which the first optimizer imports, and which takes longer than a small run
)
TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Attributes:
        status: exit status; negative for a signal.
        said: all that it printed.
    """

    status: int
    said: str

    @property
    def one_message(self) -> bool:
        """It ended with a single message for its user: no traceback, nothing but warnings before it."""
        lines = self.said.splitlines()
        return self.status > 0 and sum(line.startswith("error: ") for line in lines) == 1 and not self.crashed

    @property
    def crashed(self) -> bool:
        """There is a traceback, its own or that of something it started."""
        return "Traceback (most recent call last)" in self.said

    @property
    def summary(self) -> str:
        """Status and last words, in one line."""
        words = [line for line in self.said.splitlines() if line.strip()]
        return f"status {self.status}: {' / '.join(words[-3:])[-500:] or 'not a word'}"


class Process:
    """A function in a process of its own, which the server forks.

    Args:
        function: returns the exit status; by a name that can be pickled, like all that it is given.
        arguments: of it.
        folder: where it runs.
        log: a file for all that it prints.
        before: called in the process first, such as to give up rights.
    """

    def __init__(
        self,
        function: Callable[..., int],
        arguments: Sequence[Any],
        folder: Path,
        log: Path,
        before: Callable[[], None] | None = None,
    ) -> None:
        self._log = log
        self._process = server().Process(target=_carry_out, args=(function, tuple(arguments), folder, log, before))
        self._process.start()

    @property
    def number(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send SIGTERM, or SIGKILL as the kernel does when memory runs out, and wait for the end."""
        if self._process.is_alive():
            self._process.terminate() if number == signal.SIGTERM else self._process.kill()
        self._process.join()

    def wait(self, timeout_s: float = TIMEOUT_S) -> bool:
        """Wait for the end.

        Returns:
            Whether it came in time.
        """
        self._process.join(timeout_s)
        return self._process.exitcode is not None

    def ended(self) -> Ended:
        """How it ended; one that does not is killed after ten minutes."""
        if not self.wait():
            self.kill()
        said = self._log.read_text(encoding="utf-8", errors="replace") if self._log.is_file() else ""
        return Ended(self._process.exitcode or 0, said)


class Step(Process):
    """A step, or a command of `labreport`: `words` are its command line, first the step's name, or `COMMAND`."""

    def __init__(self, words: Sequence[str], folder: Path, log: Path, before: Callable[[], None] | None = None) -> None:
        super().__init__(_program, (list(words),), folder, log, before)


@cache
def server() -> ForkServerContext:
    """The server, started when it is first asked for."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)
    return context


def _carry_out(
    function: Callable[..., int],
    arguments: tuple[Any, ...],
    folder: Path,
    log: Path,
    before: Callable[[], None] | None,
) -> None:
    """The process's life."""
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.chdir(folder)
    os.environ.update(VARIABLES)
    if before is not None:
        before()
    sys.exit(function(*arguments))


def _program(words: list[str]) -> int:
    """A step or a command, as its command line would start it."""
    if words[0] == COMMAND:
        status: int = import_module("labreport.cli.main").main(words[1:])
        return status
    take_signals()
    return run_step(import_module("labreport.steps.step").main, words)


class Workflow:
    """A run of Snakemake, as a process group that can be killed as a whole.

    Args:
        root: the project.
        arguments: targets and options.
        log: a file for all that it prints.
    """

    def __init__(self, root: Path, arguments: Sequence[str], log: Path) -> None:
        self._log = log
        with open(log, "wb") as stream:
            self._process = subprocess.Popen(
                snakemake("--cores", "1", *arguments),
                cwd=root,
                env={**environment(), **VARIABLES},
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end.

        Returns:
            Whether it came in time.
        """
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def number(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to all of its processes at once, and wait for their end."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        os.killpg(self._process.pid, number)
        for process in children:  # those that lead a group of their own
            if process.is_running():
                process.send_signal(number)
        self._process.wait()
        psutil.wait_procs(children)

    def ended(self) -> Ended:
        """How it ended; one that does not is killed after ten minutes."""
        if not self.wait(TIMEOUT_S):
            self.kill()
        return Ended(self._process.returncode, self._log.read_text(encoding="utf-8", errors="replace"))


def start(root: Path, arguments: Sequence[str], log: Path) -> Workflow:
    """Start Snakemake; a lock that a killed one left is taken away before, as its message about it says."""
    if any((root / ".snakemake" / "locks").glob("*")):
        Workflow(root, ["--unlock"], log).ended()
    return Workflow(root, arguments, log)


def go_on(root: Path, arguments: Sequence[str], log: Path) -> Ended:
    """The same command once more, as a user gives it after a crash: to its end."""
    ended = Workflow(root, arguments, log).ended()
    return start(root, arguments, log).ended() if ended.status and "--unlock" in ended.said else ended
