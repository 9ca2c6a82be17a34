"""Folders that nothing can be written to: full ones, and such that may only be read."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BALLAST = "ballast"
BLOCK_BYTES = 4096
# Numbers of linux/capability.h, linux/prctl.h and linux/securebits.h.
CAPABILITY_VERSION_3 = 0x20080522
OVERRIDES = (1 << 1) | (1 << 2) | (1 << 3)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
PR_SET_SECUREBITS, SECBIT_NOROOT = 28, 1


@cache
def may_mount() -> bool:
    """Whether this user may mount a file system in memory."""
    with tempfile.TemporaryDirectory(prefix="labreport-faults-") as folder:
        mounted = _mount(Path(folder), 1 << 20)
        if mounted:
            _unmount(Path(folder))
    return mounted


@contextmanager
def own_disk(folder: Path, size_bytes: int) -> Iterator[None]:
    """A small file system in memory at `folder`, where this user may mount one; else a folder like any other."""
    folder.mkdir(parents=True)
    mounted = may_mount() and _mount(folder, size_bytes)
    try:
        yield
    finally:
        if mounted:
            _unmount(folder)


def _mount(folder: Path, size_bytes: int) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "labreport-faults", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path, left_bytes: int) -> None:
    """Fill a file system but for some bytes, in whole blocks."""
    found = os.statvfs(folder)
    with open(folder / BALLAST, "wb") as file:
        for _ in range((found.f_bfree * found.f_frsize - left_bytes) // BLOCK_BYTES):
            file.write(bytes(BLOCK_BYTES))


def empty(folder: Path) -> None:
    """Make room again."""
    (folder / BALLAST).unlink()


def remount(folder: Path, how: str) -> None:
    """Mount a file system anew, "ro" or "rw"."""
    subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)


def protect(folder: Path, mode: int) -> None:
    """Give every folder below one, and itself, a mode."""
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())]:
        path.chmod(mode)


@dataclass(frozen=True)
class SmallFiles:
    """Lets the process that calls this write no file beyond a size."""

    most_bytes: int

    def __call__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.most_bytes, self.most_bytes))


def be_anyone() -> None:
    """Let a folder's mode hold for the process that calls this, and for all that it starts, even if it is root's."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable: the lower words, then the upper ones
    if libc.prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0) or libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "root's rights cannot be given up")
    for place in range(3):
        sets[place] &= ~OVERRIDES
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno() or errno.EPERM, "root's rights cannot be given up")
