"""Snakemake in a copy of the project, as a process group that can be killed as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.project import environment, snakemake

TIMEOUT_S = 600.0
STALE_LOCK = "--unlock"  # what Snakemake's message about a lock that nobody holds any more tells to do


@dataclass(frozen=True)
class Said:
    """How Snakemake ended: its exit status and all that it printed."""

    status: int
    output: str

    @property
    def crashed(self) -> bool:
        """It ended with a traceback, its own or a step's."""
        return "Traceback (most recent call last)" in self.output

    @property
    def summary(self) -> str:
        """Status and last words, in one line."""
        lines = [line for line in self.output.strip().splitlines() if line.strip()]
        return f"status {self.status}: {' / '.join(lines[-3:])[:500]}"


class Workflow:
    """A run of Snakemake.

    Args:
        root: the project.
        arguments: targets and options.
        log: a file for all that it prints.
    """

    def __init__(self, root: Path, arguments: Sequence[str], log: Path) -> None:
        self._root, self._log = root, log
        with open(log, "wb") as stream:
            self._process = subprocess.Popen(
                snakemake("--cores", "1", *arguments),
                cwd=root,
                env={**environment(), "CUDA_VISIBLE_DEVICES": "", "LABREPORT_CHECKPOINT_EVERY_EPOCH": "1"},
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

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        family = [psutil.Process(self._process.pid)]
        family += family[0].children(recursive=True)
        os.killpg(self._process.pid, signal.SIGKILL)
        for process in family[1:]:  # those that lead a group of their own
            if process.is_running():
                process.kill()
        self._process.wait()
        psutil.wait_procs(family[1:])

    def said(self) -> Said:
        """What it said by its end; one that does not end in ten minutes is killed."""
        if not self.wait(TIMEOUT_S):
            self.kill()
        return Said(self._process.returncode, self._log.read_text(encoding="utf-8", errors="replace"))


def start(root: Path, arguments: Sequence[str], log: Path) -> Workflow:
    """Start a run; a lock that a killed one left is taken away before, as Snakemake's message about it says."""
    if any((root / ".snakemake" / "locks").glob("*")):
        Workflow(root, ["--unlock"], log).said()
    return Workflow(root, arguments, log)


def go_on(root: Path, arguments: Sequence[str], log: Path) -> Said:
    """The same command once more, as a user gives it after a crash: to its end."""
    said = Workflow(root, arguments, log).said()
    return start(root, arguments, log).said() if said.status and STALE_LOCK in said.output else said
