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
print(torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.benchmark)
"""


def test_every_thread_flushes_denormals_and_no_product_is_rounded_to_tf32() -> None:
    # another process, because this one's threads are running
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    command = [sys.executable, "-c", DENORMALS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["2 0", "False False True"]


CAPABLE = {"avx2": True, "avx512_f": True, "avx512_bf16": True}


@pytest.mark.parametrize(
    ("precision", "capabilities", "expected"),
    [
        ("bf16", CAPABLE, torch.bfloat16),
        ("bf16", {"amx_tile": True, "amx_bf16": True}, torch.bfloat16),
        ("bf16", {"neon": True, "bf16": True}, torch.bfloat16),
        ("bf16", {**CAPABLE, "avx512_bf16": False}, None),
        ("bf16_emulated", {}, torch.bfloat16),
        ("fp32", CAPABLE, None),
    ],
)
def test_a_cpu_computes_in_bf16_where_it_has_such_arithmetic(precision, capabilities, expected, monkeypatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert autocast(precision, torch.device("cpu")) is expected


@pytest.mark.parametrize(("native", "expected"), [(True, torch.bfloat16), (False, None)])
def test_a_gpu_computes_in_bf16_where_it_need_not_be_emulated(native, expected, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native or including_emulation)
    assert autocast("bf16", torch.device("cuda")) is expected
    assert autocast("fp32", torch.device("cuda")) is None
