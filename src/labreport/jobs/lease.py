"""A GPU of its own for every job on this machine: one lock per device, held for as long as the job lives.

The locks lie in a folder of the user's own in the temporary directory, so jobs of all of a user's projects take turns,
as long as these have the same TMPDIR. Who has to wait draws a number, and the lowest one is served first.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from labreport.errors import TrainingError
from labreport.jobs.locks import NOTE_BYTES, LockFolder, note

VISIBLE = "CUDA_VISIBLE_DEVICES"
# What a scheduler says about the devices of a job: Slurm (job and step), PBS, Grid Engine, HTCondor.
SCHEDULERS = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "PBS_GPUFILE", "SGE_HGR_gpu", "_CONDOR_AssignedGPUs")
POLL_S = 0.5
# Who waits looks again every POLL_S; who did not for so long is stopped (Ctrl-Z), and does not hold up the others.
ASLEEP_S = 60
QUEUE = "queue"
TICKET = "ticket-"


@dataclass(frozen=True)
class Lease:
    """One device, for one job.

    Attributes:
        device: what CUDA_VISIBLE_DEVICES names it.
        label: who holds it, for those that wait.
        descriptors: open files; a child that inherits them holds the device, too. The first is the device's own.
    """

    device: str
    label: str
    descriptors: tuple[int, ...]

    def held_by(self, process: int) -> None:
        """Tell those that wait the number of the process to look at: the child that holds the device, too."""
        _sign(self.descriptors[0], self.label, process)


def assigned(environment: Mapping[str, str]) -> bool:
    """Whether a scheduler has said which devices are this job's."""
    return any(environment.get(name) for name in SCHEDULERS)


def choices(count: int, environment: Mapping[str, str]) -> list[str]:
    """The devices that a job may be given, as CUDA_VISIBLE_DEVICES names them; none where nothing is to be chosen.

    That is so where there is no device, and where a scheduler has chosen. Where CUDA_VISIBLE_DEVICES names some, the
    choice is among them; where it names one, a job still waits until no other job has that one.

    Args:
        count: devices that the driver shows here, under CUDA_VISIBLE_DEVICES where that is set.
        environment: of the process.
    """
    if assigned(environment):
        return []
    if VISIBLE not in environment:
        return [str(index) for index in range(count)]
    return [name.strip() for name in environment[VISIBLE].split(",")][:count]  # CUDA stops at the first unknown one


@contextmanager
def lease(devices: Sequence[str], label: str, uuids: Sequence[str] = ()) -> Iterator[Lease | None]:
    """Hold one of some devices; while every one is taken wait, first come first served, and say so once on stderr.

    Args:
        devices: what may be given, best first (`choices`); none makes the lease None.
        label: who holds it, for those that wait.
        uuids: of these devices, in the same order; a device is locked by it, since CUDA_VISIBLE_DEVICES and
            CUDA_DEVICE_ORDER give it several names. Without them it is locked by its name.

    Raises:
        TrainingError: the folder of the locks cannot be used, or is not this user's alone.
    """
    if not devices:
        yield None
        return
    path = Path(tempfile.gettempdir()) / f"labreport-gpus-{os.geteuid()}"
    locks = LockFolder(path)
    try:
        try:
            device, descriptor = _wait(locks, _files(devices, uuids), label)
        except OSError as error:
            raise TrainingError(
                f"{path}: no GPU can be locked there: {error.strerror} ({error.filename}); "
                "make room for it, or set TMPDIR to a folder of your own"
            ) from None
        try:
            yield Lease(device, label, (descriptor, locks.descriptor))
        finally:
            os.close(descriptor)  # and never LOCK_UN: that would take it from a child that lives on, too
    finally:
        locks.close()


def _wait(locks: LockFolder, files: Mapping[str, str], label: str) -> tuple[str, int]:
    """(the device, the descriptor that holds it); `files` are the lock files of the devices."""
    hindered = partial(_say_hindered, label)
    name, ticket = _draw(locks, hindered)
    try:
        said = False
        while True:
            with locks.holding(QUEUE, hindered):
                os.utime(ticket)
                if _is_first(locks, name) and (taken := _take(locks, files, label)):
                    return taken
            if not said:
                holders = ", ".join(f"{device} by {_holder(locks, file)}" for device, file in files.items())
                print(f"{label}: waits for a GPU; taken: {holders}", file=sys.stderr, flush=True)
                said = True
            time.sleep(POLL_S)
    finally:
        locks.remove(name)
        os.close(ticket)


def _say_hindered(label: str, holder: str) -> None:
    """Say who keeps everyone from taking a number: nobody does for so long but one that was stopped (Ctrl-Z)."""
    who = holder or "a process that did not say its number"
    advice = "let it go on (fg), or end it"
    print(f"{label}: waits for {who}, which looks for a GPU and stands still: {advice}", file=sys.stderr, flush=True)


def _draw(locks: LockFolder, hindered: Callable[[str], None]) -> tuple[str, int]:
    """The next number: a locked file, which says by its lock that its owner still waits."""
    with locks.holding(QUEUE, hindered):
        number = 1 + max((int(name.removeprefix(TICKET)) for name in _tickets(locks)), default=0)
        name = f"{TICKET}{number:012d}"
        ticket = locks.take(name)
    if ticket is None:
        raise FileExistsError(0, "a number was given out twice", name)
    return name, ticket


def _tickets(locks: LockFolder) -> list[str]:
    """Files of those that wait, the first one first."""
    return [name for name in locks.names() if name.startswith(TICKET) and name.removeprefix(TICKET).isdecimal()]


def _is_first(locks: LockFolder, mine: str) -> bool:
    """Whether nobody with a lower number waits; the numbers of those that are gone are removed."""
    for name in _tickets(locks):
        if name >= mine:
            break
        abandoned = locks.take(name)
        if abandoned is not None:
            locks.remove(name)
            os.close(abandoned)
        elif locks.age_s(name) < ASLEEP_S:
            return False
    return True


def _take(locks: LockFolder, files: Mapping[str, str], label: str) -> tuple[str, int] | None:
    """The first free device and the descriptor that holds it; None where all are taken."""
    for device, file in files.items():
        descriptor = locks.take(file)
        if descriptor is not None:
            _sign(descriptor, label, os.getpid())
            return device, descriptor
    return None


def _sign(descriptor: int, label: str, process: int) -> None:
    """Write who holds a device into its lock file; of a long label the end tells one job from another."""
    sign = f" (process {process})"
    note(descriptor, label.encode()[-(NOTE_BYTES - len(sign)) :].decode(errors="ignore") + sign)


def _holder(locks: LockFolder, file: str) -> str:
    """Who holds a device, as far as can be told."""
    return locks.read(file) or "a job that did not say its name"


def _files(devices: Sequence[str], uuids: Sequence[str]) -> dict[str, str]:
    """Device -> the name of its lock file; a part of a divided device (MIG) can have a slash in its name."""
    known = uuids if len(uuids) == len(devices) else devices
    return {device: f"gpu-{quote(name, safe='')}" for device, name in zip(devices, known, strict=True)}
