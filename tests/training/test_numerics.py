from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from labreport.artifacts.code import SOURCES
from labreport.training.numerics import autocast

DENORMALS = """
import torch
from labreport.training.numerics import set_up
set_up(2)
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


@pytest.mark.parametrize(
    ("precision", "device", "expected"),
    [("bf16", "cuda", torch.bfloat16), ("fp32", "cuda", None), ("bf16", "cpu", None), ("fp32", "cpu", None)],
)
def test_only_an_accelerator_computes_in_bf16(precision: str, device: str, expected: torch.dtype | None) -> None:
    assert autocast(precision, torch.device(device)) is expected
