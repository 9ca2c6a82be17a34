"""How numbers are computed: threads, denormals, the type of products. It holds for a whole process."""

from __future__ import annotations

import torch


def set_up(threads: int) -> None:
    """Set the process up for arithmetic; call it before anything computes in parallel.

    Denormal numbers are flushed to zero: vanishing LSTM gradients are denormal and slow a CPU step down many times.
    A thread inherits the setting when it is started, so it must be made before the first parallel region. On CUDA,
    cuDNN tries its algorithms and takes the fastest.

    Args:
        threads: of the CPU.
    """
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = True


def autocast(precision: str, device: torch.device) -> torch.dtype | None:
    """The type that convolutions and products compute in under a precision; None leaves the parameters' own.

    Args:
        precision: `bf16` or `fp32`; the CPU computes in fp32 under both.
        device: that computes.
    """
    return torch.bfloat16 if precision == "bf16" and device.type == "cuda" else None
