"""One process at a time works in a folder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from labreport.errors import TrainingError


class FolderLock:
    """A lock on a folder itself, which leaves no file behind and ends with the process, however that ends.

    Args:
        folder: made if it is not there.

    Raises:
        TrainingError: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = _lock(folder)

    def release(self) -> None:
        """Let others have the folder, wherever it was moved to meanwhile; once is enough."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_locked(folder: Path) -> bool:
    """Whether a process works in a folder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def _lock(folder: Path) -> int | None:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # its owner has just moved it to its place
        if not _take(descriptor):
            os.close(descriptor)
            raise TrainingError(f"{folder}: another process is at work here; wait until it has ended, or end it")
        if _is(descriptor, folder):
            return descriptor
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    """Whether the lock could be had; true where a file system knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _is(descriptor: int, folder: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), folder.stat())
    except FileNotFoundError:
        return False
