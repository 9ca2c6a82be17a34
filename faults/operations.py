"""Where a process dies: at any of its file operations, which a timer would seldom hit.

Python tells an audit hook of every file that it opens, renames or removes, before it does so.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANGES = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.link", "os.symlink", "os.chmod"}
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def changes_files(event: str, arguments: tuple[Any, ...], root: str) -> bool:
    """Whether an audit event is about to change a file; one outside `root` does not count."""
    if event == "open":
        path, _, flags = arguments
        changing = isinstance(flags, int) and bool(flags & WRITING)
    else:
        changing, path = event in CHANGES, arguments[0] if arguments else None
    return changing and isinstance(path, str) and (not path.startswith("/") or path.startswith(root))


@dataclass(frozen=True)
class CountOperations:
    """Adds a byte to a file for each file operation of the process that calls this."""

    root: Path
    tally: Path

    def __call__(self) -> None:
        descriptor, root = os.open(self.tally, os.O_WRONLY | os.O_CREAT | os.O_APPEND), f"{self.root}/"

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if changes_files(event, arguments, root):
                os.write(descriptor, b".")

        sys.addaudithook(hook)


@dataclass(frozen=True)
class DieAtOperation:
    """Kills the process that calls this as it is about to do one of its file operations, counted from 1."""

    root: Path
    number: int

    def __call__(self) -> None:
        left, root = self.number, f"{self.root}/"

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if changes_files(event, arguments, root):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
