from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
import torch

from labreport.errors import TrainingError
from labreport.planning.code import SOURCES
from labreport.training.process import available_cpus, choose_device, device_name, is_out_of_memory

DENORMALS = """
import torch
from labreport.planning.code import SOURCES
from labreport.training.process import configure
configure(2)
# a denormal's bits, in far more elements than one thread takes; its product with 1 is zero only if flushed
tiny = torch.full((2_000_000,), 71362, dtype=torch.int32).view(torch.float32)
print(torch.get_num_threads(), torch.count_nonzero((tiny * 1.0).view(torch.int32)).item())
"""


def test_every_thread_flushes_denormals() -> None:
    # another process, because this one's threads are running
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", DENORMALS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["2", "0"]


BLOCK = """
import ctypes, sys
from labreport.training.process import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def heap():
    (line,) = [line for line in open("/proc/self/maps") if line.rstrip().endswith("[heap]")]
    return [int(end, 16) for end in line.split()[0].split("-")]
block = libc.malloc(64 * 2**20)
first, last = heap()
libc.free(block)
print(first <= block < last, heap()[1] >= last)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
@pytest.mark.parametrize(("choice", "in_heap"), [("keep", "True"), ("leave", "False")])
def test_large_blocks_come_from_the_heap_and_stay_there(choice: str, in_heap: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", BLOCK, choice]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == [in_heap, "True"]


def test_auto_is_cuda_where_there_is_one() -> None:
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cpu:1", "cuda:", ""])
def test_unknown_devices_are_refused(name: str) -> None:
    if name == "cuda:" and torch.cuda.is_available():
        pytest.skip("an empty index is the first device")
    with pytest.raises(TrainingError, match="--device"):
        choose_device(name)


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="--device cuda:3: 0 CUDA devices are visible here; --device cpu"):
        choose_device("cuda:3")


def test_the_cpu_has_a_name() -> None:
    assert device_name(torch.device("cpu"))
    assert available_cpus() >= 1


def test_an_allocation_that_fails_is_known_as_such() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"))


@pytest.mark.parametrize("error", [RuntimeError("size mismatch"), ValueError("out of memory"), KeyError("memory")])
def test_other_errors_are_none_of_memory(error: Exception) -> None:
    assert not is_out_of_memory(error)
