"""Which accelerators torch could use, asked of the driver: importing torch would take seconds."""

from __future__ import annotations

import ctypes
import os
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from labreport.jobs import driver
from labreport.jobs.driver import NO_ANSWER, Driver
from labreport.jobs.lease import VISIBLE, assigned

NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE


def cuda_devices() -> int:
    """How many CUDA devices a training job started here could use; 0 where `cuda_obstacle` says why."""
    answer = None if _hidden() else _driver()
    return 0 if answer is None or answer.error or _too_old(answer) else answer.devices


def cuda_obstacle() -> str:
    """Why `cuda_devices` is 0, in a few words."""
    if _hidden():
        return f"{VISIBLE} hides every CUDA device"
    answer = _driver()
    if answer is None or answer.error == NO_DEVICE:
        return "no CUDA device visible"
    if answer.error == NO_ANSWER:
        return "the NVIDIA driver does not answer: see nvidia-smi"
    if answer.error:
        return f"the NVIDIA driver does not start (CUDA error {answer.error}): see nvidia-smi"
    if versions := _too_old(answer):
        return f"the NVIDIA driver supports CUDA {versions[0]}, torch needs {versions[1]}: update the driver"
    return "no CUDA device visible"


def gpus() -> int | None:
    """How many jobs may use a GPU at once on this machine; None: as many as there are, since none would use one.

    Jobs are given devices of their own (`labreport.jobs.lease`), unless a scheduler has chosen the devices. Then every
    job gets the same, so one at a time.
    """
    count = cuda_devices()
    if not count:
        return None
    return 1 if assigned(os.environ) else count


def _hidden() -> bool:
    return os.environ.get(VISIBLE, "unset").strip() in {"", "-1"}


def _driver() -> Driver | None:
    """The driver's answer; None where no driver is installed."""
    try:
        ctypes.CDLL(driver.LIBRARY)  # loads it, which does not initialise it
    except OSError:
        return None
    return _ask(os.environ.get(VISIBLE))


@cache
def _ask(visible: str | None) -> Driver:
    """The driver's answer, which depends on CUDA_VISIBLE_DEVICES."""
    return driver.ask()


def _too_old(answer: Driver) -> tuple[str, str] | None:
    """(the driver's CUDA version, torch's) where the driver's major version is the smaller one."""
    needed, found = torch_cuda(), answer.version
    if needed is None or found // 1000 >= int(needed.split(".")[0]):  # minor versions are compatible
        return None
    return f"{found // 1000}.{found % 1000 // 10}", needed


def torch_cuda() -> str | None:
    """The CUDA version that the installed torch was built for, such as "13.0"; None for a CPU build or no torch."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    version = Path(spec.origin).with_name("version.py")
    if not version.is_file():
        return None
    found = re.search(r"^cuda\b[^=\n]*=\s*'([\d.]+)'", version.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None
