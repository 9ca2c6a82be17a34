"""A hostile file in a process of its own, with little memory, in an empty folder: what came of it, and what it left."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.project import ROOT
from faults.fault import Trial
from labreport.errors import UserError

MEMORY_BYTES = 768 << 20  # beyond what the libraries take
CPU_S = 30.0
MOST_LETTERS = 1000
CANARY = "labreport-canary"
TIMEOUT_S = 600


def trial(name: str, module: str, words: list[str], empty: Path) -> Trial:
    """Run `python -m module words`, which ends in `reported`, and judge what it reports.

    Args:
        name: of the trial, for its note.
        module: of this package.
        words: its arguments.
        empty: where it runs; anything found there afterwards was written by what was read.
    """
    empty.mkdir(parents=True)
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(
        command, cwd=empty, env=environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if left := [path.name for path in (*empty.iterdir(), *Path("/tmp").glob(f"{CANARY}*"))]:
        return Trial(False, f"{name}: wrote {', '.join(left)}", lost=True, executed=True)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return Trial(False, f"{name}: status {done.returncode}, {done.stderr.strip()[-300:]}")
    fault = found["fault"] or (f"took {found['cpu_s']:.0f} s" if found["cpu_s"] > CPU_S else "")
    return Trial(not fault, f"{name}: {fault}" if fault else "", lost=found["wrong"])


def environment() -> dict[str, str]:
    """In which the package and the faults are found."""
    return {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "OMP_NUM_THREADS": "1"}


def reported(read: Callable[[], bool], names: str) -> str:
    """What came of reading in this process, as the JSON that `trial` expects.

    Args:
        read: reads, and tells whether what it got is right; everything it needs is imported already.
        names: what a message must name.
    """
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, resource.RLIM_INFINITY))
    begun = time.process_time()
    fault, wrong = "", False
    try:
        wrong = not read()
    except UserError as error:
        fault = _unclear(error, names)
    except BaseException as error:
        fault = f"{type(error).__name__}: {error}"
    found: dict[str, Any] = {"fault": "passed for right" if wrong else fault, "wrong": wrong}
    return json.dumps({**found, "cpu_s": time.process_time() - begun})


def _unclear(error: UserError, names: str) -> str:
    """What is wrong with a message; "" where it is one line that names the file."""
    text = str(error)
    if isinstance(error.__cause__, MemoryError) or "MemoryError" in text:
        return "ran out of memory"
    if names not in text or len(text) > MOST_LETTERS or not text.isprintable():
        return f"unclear: {text[:300]!r}"
    return ""
