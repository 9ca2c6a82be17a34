"""What the NVIDIA driver says of itself, as a line of JSON: {"error": 0, "devices": 2, "version": 13020}.

Run as a program. Who asks must not call the driver itself: a process that has initialised CUDA cannot fork another user
of CUDA, and keeps files of the driver open. `error` is a CUresult; the version 13020 is CUDA 13.2.
"""

from __future__ import annotations

import ctypes
import json

LIBRARY = "libcuda.so.1"


def main() -> None:
    """Ask and print."""
    driver = ctypes.CDLL(LIBRARY)
    devices, version = ctypes.c_int(0), ctypes.c_int(0)
    error = (
        driver.cuInit(0)
        or driver.cuDeviceGetCount(ctypes.byref(devices))
        or driver.cuDriverGetVersion(ctypes.byref(version))
    )
    print(json.dumps({"error": error, "devices": devices.value, "version": version.value}))


if __name__ == "__main__":
    main()
