"""Steps in processes that start in milliseconds: each is forked from a server that has imported everything already."""

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

from benchmarks.project import ROOT

STEPS = (
    *("download", "sample", "prepare", "vectors", "train", "measure"),
    *("draw", "tabulate", "judge", "gather", "write", "typeset"),
)
TIMEOUT_S = 300.0


@dataclass(frozen=True)
class Ended:
    """How a step ended.

    Attributes:
        status: exit status; negative for a signal.
        said: standard error.
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
        """It ended with a traceback."""
        return "Traceback (most recent call last)" in self.said

    @property
    def summary(self) -> str:
        """Status and last words, in one line."""
        words = self.said.strip().splitlines()
        return f"status {self.status}: {words[-1][:300] if words else 'not a word'}"


class Step:
    """A step that runs in a process of its own.

    Args:
        name: of the step, the last part of its module.
        arguments: of its command line.
        folder: where it runs.
        log: a file for standard error.
        before: called in the process first, by a name that can be pickled, such as to give up rights.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        folder: Path,
        log: Path,
        before: Callable[[], None] | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._log = log
        self._process = server().Process(
            target=_carry_out, args=(name, list(arguments), folder, log, before, environment or {})
        )
        self._process.start()

    def kill(self) -> None:
        """SIGKILL, as the kernel sends it when memory runs out."""
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    def wait(self, timeout_s: float = TIMEOUT_S) -> bool:
        """Wait for the end.

        Returns:
            Whether it came in time.
        """
        self._process.join(timeout_s)
        return self._process.exitcode is not None

    def ended(self) -> Ended:
        """How it ended; one that does not is killed after five minutes."""
        if not self.wait():
            self.kill()
            self.wait()
        status = self._process.exitcode
        said = self._log.read_text(encoding="utf-8", errors="replace") if self._log.is_file() else ""
        return Ended(-signal.SIGKILL if status is None else status, said)


@cache
def server() -> ForkServerContext:
    """The server, started when it is first asked for."""
    context = multiprocessing.get_context("forkserver")
    # torch's optimizers import dynamo when the first one is made, which takes longer than a small run.
    context.set_forkserver_preload([*(f"labreport.steps.{name}" for name in STEPS), "torch._dynamo"])
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        if path is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = path
    return context


def command_line(arguments: Sequence[str], root: Path, log: Path) -> Ended:
    """Carry out the command `labreport` in a project, to its end."""
    command = [sys.executable, "-m", "labreport", *arguments]
    with open(log, "wb") as stream:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root / "src"), "CUDA_VISIBLE_DEVICES": ""},
            stdout=stream,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_S,
            check=False,
        )
    return Ended(done.returncode, log.read_text(encoding="utf-8", errors="replace"))


def _carry_out(
    name: str,
    arguments: list[str],
    folder: Path,
    log: Path,
    before: Callable[[], None] | None,
    environment: dict[str, str],
) -> None:
    """The process's life: streams to the log, then the step as its command line would start it."""
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.chdir(folder)
    os.environ.update({"CUDA_VISIBLE_DEVICES": "", **environment})
    errors = import_module("labreport.errors")
    main = import_module(f"labreport.steps.{name}").main
    if before is not None:
        before()
    sys.exit(errors.run_step(main, arguments))
