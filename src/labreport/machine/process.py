"""The process a run lives in: memory, threads, device."""

import ctypes
import platform
import re
from pathlib import Path

import torch

from labreport.errors import TrainingError
from labreport.machine.devices import VISIBLE, available_cpus, gives_cuda

# Numbers of glibc's malloc.h: M_MMAP_MAX (large blocks come from the heap), M_TRIM_THRESHOLD (and stay there),
# M_TOP_PAD (which grows by this many bytes at once).
MALLOC = {-4: 0, -1: 2**31 - 1, -2: 64 * 2**20}
# What libraries below torch say, and torch itself on the CPU, where it has no exception of its own for it.
NO_MEMORY = re.compile(r"out of memory|_ALLOC_FAILED|can't allocate memory|not enough memory")


def keep_freed_memory() -> None:
    """Tell glibc to keep large blocks that are freed, and does nothing where there is another C library.

    Every training step frees and asks again for the same large blocks of activations. Handing them back to the system
    each time costs a page fault for every 4 KiB of them, about a tenth of the time of a small network's step.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    for parameter, value in MALLOC.items():
        libc.mallopt(parameter, value)


def go_on_with_threads(threads: int) -> bool:
    """Compute with as many CPU threads as another attempt, since sums of floats depend on their number.

    Returns:
        Whether that changed anything; without as many CPUs nothing is changed.
    """
    if threads == torch.get_num_threads() or not 1 <= threads <= available_cpus():
        return False
    torch.set_num_threads(threads)
    return True


def choose_device() -> torch.device:
    """The device that computes: CUDA where there is one, and of several the first that is visible.

    Raises:
        TrainingError: one is there and torch cannot use it. Nobody wants days on a CPU in its place, unasked.
    """
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if gives_cuda():
        raise TrainingError(
            "a GPU is there for this process, but torch cannot use it: see nvidia-smi (a process killed under NVIDIA's "
            f"multi-process service takes the others along); an empty {VISIBLE} lets the CPU compute"
        )
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """The maker's name of the processor that computes."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device or the machine has too little memory."""
    known = isinstance(error, (MemoryError, torch.OutOfMemoryError))
    return known or (isinstance(error, RuntimeError) and NO_MEMORY.search(str(error)) is not None)
