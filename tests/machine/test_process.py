from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
import torch

from labreport.artifacts.code import SOURCES
from labreport.errors import TrainingError
from labreport.machine.process import available_cpus, choose_device, device_name, go_on_with_threads, is_out_of_memory

BLOCKS = """
import ctypes
from labreport.machine.process import keep_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def heap():
    (line,) = [line for line in open("/proc/self/maps") if line.rstrip().endswith("[heap]")]
    return [int(end, 16) for end in line.split()[0].split("-")]
for set_up in (lambda: None, keep_freed_memory):
    set_up()
    block = libc.malloc(64 * 2**20)
    first, last = heap()
    libc.free(block)
    print(first <= block < last, heap()[1] >= last)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_large_blocks_come_from_the_heap_and_stay_there() -> None:
    """Without the setting they do not come from it."""
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", BLOCKS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["False True", "True True"]


@pytest.mark.parametrize(("available", "expected"), [(True, torch.device("cuda", 0)), (False, torch.device("cpu"))])
def test_cuda_computes_where_there_is_one(
    available: bool, expected: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert choose_device() == expected


@pytest.mark.parametrize("name", ["LABREPORT_LEASED", "SLURM_JOB_GPUS"])
def test_a_gpu_that_was_given_and_cannot_be_used_is_told_and_the_cpu_does_not_begin(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv(name, "0")
    with pytest.raises(TrainingError, match="a GPU is there for this process, but torch cannot use it"):
        choose_device()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert choose_device() == torch.device("cpu")


def test_threads_are_taken_over_where_there_are_as_many_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr("labreport.machine.process.available_cpus", lambda: 2)
    try:
        torch.set_num_threads(2)
        found = [(go_on_with_threads(threads), torch.get_num_threads()) for threads in (2, 1, 3, 0, 2)]
    finally:
        torch.set_num_threads(before)
    assert found == [(False, 2), (True, 1), (False, 1), (False, 1), (True, 2)]


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
