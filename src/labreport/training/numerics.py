"""How numbers are computed: threads, denormals, the type of products. It holds for a whole process.

`fp32` is IEEE single precision everywhere: NVIDIA's TF32, which rounds the factors of a product to 10 bits, is off for
products, convolutions and recurrent layers alike. `bf16` is automatic mixed precision with bfloat16, whose range is
that of fp32, so that gradients need no scaling; recurrent layers are declared `fp32`, since cuDNN's would compute in
fp16. Weights, gradients and optimizers are fp32 in both. cuDNN takes the fastest of its algorithms, which sum in an
order of their own: two runs on a GPU agree but for rounding, two on a CPU with equal threads to the bit.
"""

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
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def autocast(precision: str, device: torch.device) -> torch.dtype | None:
    """The type that convolutions and products compute in under a precision; None leaves the parameters' own.

    Args:
        precision: `bf16` or `fp32`; the CPU computes in fp32 under both.
        device: that computes.
    """
    return torch.bfloat16 if precision == "bf16" and device.type == "cuda" else None
