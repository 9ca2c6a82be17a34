from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
import torch

from labreport.errors import TrainingError
from labreport.planning.code import SOURCES
from labreport.training.process import available_cpus, choose_device, device_name

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


FAULTS = """
import resource, sys, torch
from labreport.training.process import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
torch.set_num_threads(1)
model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2))
images = torch.ones(256, 3, 32, 32)  # activations of 7 MB
def steps(count):
    for _ in range(count):
        model(images).sum().backward()
steps(5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
steps(10)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
def test_memory_that_a_step_freed_is_used_by_the_next() -> None:
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    faults = {}
    for choice in ("keep", "leave"):
        command = [sys.executable, "-c", FAULTS, choice]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        faults[choice] = int(done.stdout)
    assert faults["keep"] < faults["leave"] / 2, faults


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
