"""Lock files in a folder of the user's own.

The locks are flocks: they belong to the open file, so a child that inherits the descriptor holds them too, and the
kernel drops them when the last process that has it open is gone, however it went.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labreport.errors import TrainingError


class LockFolder:
    """An open folder of lock files, which only this user can enter.

    Args:
        path: the folder; it is made if need be.

    Attributes:
        descriptor: of the folder. It is locked, shared, so that cleaners of old files pass the folder by.

    Raises:
        TrainingError: it cannot be made or opened, is a link, or is open to others.
    """

    def __init__(self, path: Path) -> None:
        advice = "move it away, or set TMPDIR to a folder of your own"
        try:
            with suppress(FileExistsError):
                os.mkdir(path, 0o700)
            self.descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise TrainingError(f"{path}: lock files cannot be kept there: {error.strerror}; {advice}") from None
        found = os.fstat(self.descriptor)
        mode = stat.S_IMODE(found.st_mode)
        if found.st_uid != os.geteuid() or mode & 0o077:
            self.close()
            raise TrainingError(
                f"{path}: lock files are kept in a folder that is yours alone (user {os.geteuid()}, mode 0700); "
                f"found user {found.st_uid}, mode {mode:04o}; {advice}"
            )
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        os.close(self.descriptor)

    def names(self) -> list[str]:
        """The files' names, sorted."""
        return sorted(os.listdir(self.descriptor))

    def open(self, name: str) -> int:
        """A descriptor of a file, which is made if need be, for reading and writing.

        Raises:
            OSError: it is a link, no regular file, or cannot be made.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(name, flags, 0o600, dir_fd=self.descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "not a regular file", name)
        return descriptor

    def take(self, name: str) -> int | None:
        """A descriptor of a file that is locked now; None where another process has locked it."""
        descriptor = self.open(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Hold the lock of a file, which others hold for moments only."""
        descriptor = self.open(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def remove(self, name: str) -> None:
        """Delete a file, unless it is gone."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)

    def age_s(self, name: str) -> float:
        """Seconds since a file was last written or touched; 0 for one that is gone."""
        try:
            return time.time() - os.stat(name, dir_fd=self.descriptor, follow_symlinks=False).st_mtime
        except FileNotFoundError:
            return 0.0
