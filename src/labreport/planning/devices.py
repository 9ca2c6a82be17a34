"""Which accelerators are visible, asked of the driver itself: importing torch would take seconds."""

from __future__ import annotations

import ctypes
import os


def cuda_devices() -> int:
    """How many CUDA devices a process started here would see; 0 without a driver."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "unset").strip() in {"", "-1"}:
        return 0
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0:
        return 0
    return count.value
