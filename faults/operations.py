"""Where a process dies, or a write fails: at any of its file operations, which a timer would seldom hit.

Python tells an audit hook of every file that it opens, renames or removes, before it does so; an error of the hook's
is one of the operation's.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REMOVALS = frozenset({"os.remove", "os.rmdir"})
CHANGES = REMOVALS | {"os.rename", "os.mkdir", "os.truncate", "os.link", "os.symlink", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Operations:
    """Watches the file operations of the process that calls this.

    Attributes:
        root: what lies outside does not count.
        last: the process is killed as it is about to do this one, counted from 1; 0 lets it live.
        tally: a file that gets a byte for each.
        error: what the last one fails with where nothing is killed; removals do not count then.
    """

    root: Path
    last: int = 0
    tally: Path | None = None
    error: int = 0

    def __call__(self) -> None:
        left, root = self.last, f"{self.root}/"
        descriptor = os.open(self.tally or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if not _changes_files(event, arguments, root):
                return
            os.write(descriptor, b".")
            left -= not (self.error and event in REMOVALS)
            if left == 0 and self.last:
                left = -1
                if self.error:
                    raise OSError(self.error, os.strerror(self.error), arguments[0])
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)


def _changes_files(event: str, arguments: tuple[Any, ...], root: str) -> bool:
    """Whether an audit event is about to change a file below `root`."""
    path = arguments[0] if arguments else None
    changing = bool(arguments[2] & WRITING) if event == "open" and isinstance(arguments[2], int) else event in CHANGES
    return changing and isinstance(path, str) and (not path.startswith("/") or path.startswith(root))
