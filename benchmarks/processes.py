"""Wall time and memory of a command together with everything it starts, and functions in processes of their own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import psutil

SAMPLE_EVERY_S = 0.1
Result = TypeVar("Result")


class CommandFailedError(RuntimeError):
    """A measured command ended with an error: there is nothing to compare."""


@dataclass(frozen=True)
class Usage:
    """What a command took.

    Attributes:
        wall_s: seconds from start to end.
        peak_bytes: largest sum over the command and its descendants, sampled; None where memory was not watched.
        output: standard output and error together.
    """

    wall_s: float
    peak_bytes: int | None
    output: str


def run(command: Sequence[str], folder: Path, environment: dict[str, str], *, memory: bool = False) -> Usage:
    """Run a command in `folder` and measure it.

    Args:
        command: program and arguments.
        folder: working directory.
        environment: all environment variables that the command sees.
        memory: watch memory too; the sampling takes about a hundredth of one core.

    Raises:
        CommandFailedError: the command's exit code is not 0; the message ends with its last lines.
    """
    log = folder / "benchmark.log"
    with log.open("w+", encoding="utf-8") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT)
        peak = watch(process) if memory else None
        code = process.wait()
        wall_s = time.perf_counter() - started
    output = log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    if code:
        tail = "\n".join(output.splitlines()[-15:])
        raise CommandFailedError(f"{' '.join(command)} ended with {code}:\n{tail}")
    return Usage(wall_s, peak, output)


def watch(process: subprocess.Popen[bytes]) -> int:
    """Largest memory of a process tree until its root ends, in bytes."""
    root, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        peak = max(peak, tree_bytes(root))
        time.sleep(SAMPLE_EVERY_S)
    return peak


def tree_bytes(root: psutil.Process) -> int:
    """Memory of a process and its descendants in bytes, pages that several share counted once.

    Linux tells this as the proportional set size; elsewhere the resident size stands in, which counts shared pages
    in each process and so is never too small.
    """
    total = 0
    try:
        family = [root, *root.children(recursive=True)]
    except psutil.Error:  # the root ended meanwhile
        return 0
    for one in family:
        try:
            memory = one.memory_full_info()
        except psutil.Error:
            continue
        total += getattr(memory, "pss", memory.rss)
    return total


def alone(function: Callable[..., Result], *arguments: Any) -> Result:
    """What a function returns in a new process, where nobody else's settings hold; its errors are raised."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
