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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labreport.errors import TrainingError

# What is locked for moments is tried again every RETRY_S; who does not have it after MOMENT_S says so.
MOMENT_S = 0.5
RETRY_S = 0.02
NOTE_BYTES = 400


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
            _flock(self.descriptor, fcntl.LOCK_SH, str(path))
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
            _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, name)
        except BlockingIOError:
            return None
        return descriptor

    @contextmanager
    def holding(self, name: str, hindered: Callable[[str], None]) -> Iterator[None]:
        """Hold the lock of a file, which others hold for moments only.

        Args:
            name: the file.
            hindered: is called once, with who holds it, where that takes longer than `MOMENT_S`; the wait goes on.
        """
        until: float | None = time.monotonic() + MOMENT_S
        while (descriptor := self.take(name)) is None:
            if until is not None and time.monotonic() >= until:
                hindered(self.read(name))
                until = None
            time.sleep(RETRY_S)
        try:
            note(descriptor, f"process {os.getpid()}")
            yield
        finally:
            os.close(descriptor)

    def read(self, name: str) -> str:
        """What was noted in a file, as one printable line; empty where nothing was."""
        descriptor = self.open(name)
        try:
            text = os.pread(descriptor, NOTE_BYTES, 0).decode(errors="replace")
        finally:
            os.close(descriptor)
        return "".join(character for character in text if character.isprintable())

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


def note(descriptor: int, text: str) -> None:
    """Replace what a lock's file says; on a full disk nothing is said, and the lock is held all the same."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode()[:NOTE_BYTES], 0)


def _flock(descriptor: int, operation: int, name: str) -> None:
    """Lock an open file; where that fails it is closed, and the error names it."""
    try:
        fcntl.flock(descriptor, operation)
    except OSError as error:
        os.close(descriptor)
        error.filename = name
        raise
