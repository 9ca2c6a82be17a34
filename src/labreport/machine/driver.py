"""What the NVIDIA driver says of itself: `{"error": 0, "devices": 1, "version": 13020, "uuids": ["GPU-8932f937-..."]}`.

`ask` runs this file as a program, which prints that line. Who asks must not call the driver itself: a process that has
initialised CUDA cannot fork another user of CUDA, and keeps files of the driver open. And a broken driver can hang.
"""

import ctypes
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass

LIBRARY = "libcuda.so.1"
ANSWER_S = 60  # a driver that wakes up several devices takes seconds; a broken one never answers
NO_ANSWER = -1  # none of CUDA's own errors
# The newer function tells the parts of a divided device (MIG) apart; drivers before CUDA 11.4 lack it.
UUID_OF = ("cuDeviceGetUuid_v2", "cuDeviceGetUuid")


@dataclass(frozen=True)
class Driver:
    """What the driver answered.

    Attributes:
        error: a CUresult, 0 is success; or `NO_ANSWER`.
        devices: how many it shows, under CUDA_VISIBLE_DEVICES.
        version: of CUDA, 13020 for 13.2.
        uuids: of each device, in the driver's order; none where it does not say them.
    """

    error: int
    devices: int
    version: int
    uuids: tuple[str, ...] = ()


def ask() -> Driver:
    """Ask the driver in a process of its own, which inherits the environment."""
    command = [sys.executable, "-I", __file__]
    try:
        asked = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER_S, check=True)
        answer = json.loads(asked.stdout)
        return Driver(answer["error"], answer["devices"], answer["version"], tuple(answer.get("uuids", ())))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError, AttributeError):
        return Driver(NO_ANSWER, 0, 0)


def main() -> None:
    """Ask and print."""
    driver = ctypes.CDLL(LIBRARY)
    devices, version = ctypes.c_int(0), ctypes.c_int(0)
    error = (
        driver.cuInit(0)
        or driver.cuDeviceGetCount(ctypes.byref(devices))
        or driver.cuDriverGetVersion(ctypes.byref(version))
    )
    answer = {"error": error, "devices": devices.value, "version": version.value}
    print(json.dumps(answer | {"uuids": [] if error else _uuids(driver, devices.value)}))


def _uuids(driver: ctypes.CDLL, count: int) -> list[str]:
    """Of each device, as CUDA_VISIBLE_DEVICES takes it; none where one cannot be had."""
    uuid_of = next((getattr(driver, name) for name in UUID_OF if hasattr(driver, name)), None)
    found = []
    for index in range(count):
        device, content = ctypes.c_int(0), (ctypes.c_ubyte * 16)()
        if uuid_of is None or driver.cuDeviceGet(ctypes.byref(device), index) or uuid_of(content, device):
            return []
        found.append(f"GPU-{uuid.UUID(bytes=bytes(content))}")
    return found


if __name__ == "__main__":
    main()
