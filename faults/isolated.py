"""A hostile file in a process of its own, with little memory, in an empty folder: what came of it, and what it left."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

from faults.fault import Trial
from faults.process import Process
from labreport.errors import UserError

MEMORY_BYTES = 768 << 20  # beyond what the libraries take
CPU_S = 30.0
MOST_LETTERS = 1000
CANARY = "labreport-canary"

# Makes ready, and returns what reads the hostile file and tells whether what it got is right.
Reading = Callable[[], Callable[[], bool]]


def trial(name: str, reading: Reading, names: str, folder: Path) -> Trial:
    """Read a hostile file, and judge what came of it.

    Args:
        name: of the trial, for its note.
        reading: can be pickled.
        names: what a message must name.
        folder: for an empty folder, in which anything that is found afterwards was written by what was read.
    """
    empty = folder / "empty"
    empty.mkdir(parents=True)
    ended = Process(_report, (reading, names), empty, folder / "said").ended()
    if left := [path.name for path in (*empty.iterdir(), *Path("/tmp").glob(f"{CANARY}*"))]:
        return Trial(False, f"{name}: wrote {', '.join(left)}", lost=True, executed=True)
    try:
        found = json.loads(ended.said.splitlines()[-1])
        fault = found["fault"] or (f"took {found['cpu_s']:.0f} s" if found["cpu_s"] > CPU_S else None)
    except (ValueError, LookupError, TypeError):
        return Trial(False, f"{name}: {ended.summary}")
    return Trial.judged(name, fault, lost=found["wrong"])


def _report(reading: Reading, names: str) -> int:
    """Read, and print what came of it as JSON."""
    read = reading()
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
    found = {"fault": "passed for right" if wrong else fault, "wrong": wrong}
    print(json.dumps({**found, "cpu_s": time.process_time() - begun}), flush=True)
    return 0


def _unclear(error: UserError, names: str) -> str:
    """What is wrong with a message; "" where it is one line that names the file."""
    text = str(error)
    if isinstance(error.__cause__, MemoryError) or "MemoryError" in text:
        return "ran out of memory"
    if names not in text or len(text) > MOST_LETTERS or not text.isprintable():
        return f"unclear: {text[:300]!r}"
    return ""
