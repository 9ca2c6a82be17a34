"""Which accelerators torch could use, asked of the driver itself: importing torch would take seconds."""

from __future__ import annotations

import ctypes
import os
import re
from importlib.util import find_spec
from pathlib import Path


def cuda_devices() -> int:
    """How many CUDA devices a training job started here could use; 0 where `cuda_obstacle` says why."""
    driver = _driver()
    if driver is None or _hidden() or _too_old(driver):
        return 0
    count = ctypes.c_int(0)
    return count.value if driver.cuDeviceGetCount(ctypes.byref(count)) == 0 else 0


def cuda_obstacle() -> str:
    """Why `cuda_devices` is 0, in a few words."""
    if _hidden():
        return "CUDA_VISIBLE_DEVICES hides every CUDA device"
    driver = _driver()
    if driver is not None and (versions := _too_old(driver)):
        return f"the NVIDIA driver supports CUDA {versions[0]}, torch needs {versions[1]}: update the driver"
    return "no CUDA device visible"


def _hidden() -> bool:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "unset").strip() in {"", "-1"}


def _driver() -> ctypes.CDLL | None:
    """The driver's library, initialised; None where there is none or it finds no device."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    return driver if driver.cuInit(0) == 0 else None


def _too_old(driver: ctypes.CDLL) -> tuple[str, str] | None:
    """(the driver's CUDA version, torch's) where the driver's major version is the smaller one."""
    needed = torch_cuda()
    found = ctypes.c_int(0)
    if needed is None or driver.cuDriverGetVersion(ctypes.byref(found)) != 0:
        return None
    if found.value // 1000 >= int(needed.split(".")[0]):  # 13020 is 13.2; minor versions are compatible
        return None
    return f"{found.value // 1000}.{found.value % 1000 // 10}", needed


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
