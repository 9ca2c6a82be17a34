"""One process at a time works on results."""

from __future__ import annotations

import fcntl
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path

from labreport.errors import TrainingError


class FolderLock:
    """A lock on a folder's name, whatever lies there; it ends with the process, however that ends.

    What is locked is a file beside the folder, because a file system over a network locks only what is open for
    writing, as no folder can be. It says who holds it, and goes with the lock; that of a process which was killed stays
    until the next one takes it. Where the file system knows no locks, a warning says so.

    Args:
        folder: need not be there.

    Raises:
        TrainingError: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = lock_file(folder)
        self._descriptor: int | None = _lock(self._path, folder)

    @property
    def held(self) -> bool:
        """Whether it was not released yet."""
        return self._descriptor is not None

    def release(self) -> None:
        """Let others have the folder; once is enough."""
        if self._descriptor is None:
            return
        if _is(self._descriptor, self._path):
            self._path.unlink(missing_ok=True)  # first: nobody else may take a file that is about to go
        os.close(self._descriptor)
        self._descriptor = None


def lock_file(folder: Path) -> Path:
    """The file that is locked for a folder."""
    return folder.with_name(f"{folder.name}.lock")


def is_locked(folder: Path) -> bool:
    """Whether a process works on a folder; as far as can be told, where its lock is somebody else's."""
    try:
        descriptor = os.open(lock_file(folder), os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _lock(path: Path, folder: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            os.close(descriptor)
            named = f" ({holder})" if holder else ""
            raise TrainingError(
                f"{folder}: another process is at work here{named}; wait until it has ended, or end it"
            ) from None
        except OSError as error:
            print(
                f"warning: {folder}: cannot be locked ({error.strerror}); see to it that no other process works on it",
                file=sys.stderr,
            )
        if _is(descriptor, path):
            break
        os.close(descriptor)  # its owner has just removed it
    with suppress(OSError):  # a full disk: the lock holds without a name in it
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {platform.node()}\n".encode(), 0)
    return descriptor


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
