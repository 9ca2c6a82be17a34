"""How numbers are computed: threads, denormals, the type of products. It holds for a whole process.

`fp32` is IEEE single precision everywhere: NVIDIA's TF32, which rounds the factors of a product to 10 bits, is off for
products, convolutions and recurrent layers alike. `bf16` is automatic mixed precision with bfloat16, whose range is
that of fp32, so that gradients need no scaling; a device that has no such arithmetic computes in fp32 instead, and each
run records which it was. `bf16_emulated` is bf16 also there, as torch emulates it: slowly, for questions of what it
changes. Models with recurrent layers must be declared `fp32`, since cuDNN's would compute in fp16. Weights, gradients
and optimizers are fp32 in both. cuDNN takes the fastest of its algorithms, which sum in an order of their own: two runs
on a GPU agree but for rounding, two on a CPU with equal threads to the bit.
"""

import torch

# What a CPU is to be capable of, as torch names it.
NATIVE = ("avx512_bf16", "amx_bf16", "bf16")


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
        precision: `fp32`, `bf16`, which is fp32 where the device has no arithmetic of its own for bfloat16, or
            `bf16_emulated`, which is not.
        device: that computes.
    """
    if precision == "bf16_emulated" or (precision == "bf16" and has_bf16(device)):
        return torch.bfloat16
    return None


def has_bf16(device: torch.device) -> bool:
    """Whether a device multiplies in bfloat16 by itself.

    CUDA from compute capability 8.0 on; CPUs with AVX512_BF16, AMX or ARM's BF16 extension. Elsewhere torch emulates
    it, more slowly than it computes in fp32.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in NATIVE)
