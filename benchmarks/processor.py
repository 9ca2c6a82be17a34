"""The most that the processor could compute: cores, clock and what its widest vector instructions do in a cycle.

FLOPs per cycle and core count a fused multiplication and addition as two and take two vector units per core, as the
cores with AVX2 or AVX-512 have that training is worth while on; one that has a single unit reaches half of it at most.
The clock is measured, since what virtual machines tell is the nominal one, which processors exceed: eight dependent
integer multiplications take three cycles each on every x86-64 core of the last fifteen years but AMD's Bulldozer line.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import re
import time
from pathlib import Path

import psutil

CPUINFO = Path("/proc/cpuinfo")
# Extensions, widest first -> single-precision FLOPs per cycle: units x numbers per vector x operations.
EXTENSIONS = (
    ({"avx512f"}, 2 * 16 * 2),
    ({"avx2", "fma"}, 2 * 8 * 2),
    ({"avx"}, 8 * 2),
    ({"sse2"}, 4 * 2),
    ({"asimd"}, 2 * 4 * 2),
)
MULTIPLICATIONS, CYCLES = 8, 3
TIMES, ROUNDS = 20_000, 30  # a round takes a fraction of a millisecond; the best one was not interrupted
# mov rcx, rdi; mov rax, 3; again: 8 x imul rax, rax; dec rcx; jnz again; ret
CHAIN = b"\x48\x0f\xaf\xc0" * MULTIPLICATIONS + b"\x48\xff\xc9"
CODE = b"\x48\x89\xf9\x48\xc7\xc0\x03\x00\x00\x00" + CHAIN + bytes((0x75, 256 - len(CHAIN) - 2)) + b"\xc3"


def extension(cpuinfo: str) -> tuple[str, int] | None:
    """The widest vector extension that the text of /proc/cpuinfo tells, with its FLOPs per cycle; None without one."""
    found = re.search(r"^(?:flags|Features)\s*:(.*)$", cpuinfo, re.MULTILINE)
    flags = set(found[1].split()) if found else set()
    return next((("+".join(sorted(needed)), count) for needed, count in EXTENSIONS if needed <= flags), None)


def clock() -> float:
    """Hertz of a core that computes: measured on x86-64 under Linux, read elsewhere; 0 where nobody tells."""
    if platform.system() == "Linux" and platform.machine() == "x86_64":
        try:
            return measured_clock()
        except OSError:  # memory that can be executed is forbidden
            pass
    told = psutil.cpu_freq()
    return 1e6 * max(told.current, told.max) if told else 0.0


def measured_clock() -> float:
    """Hertz, from the time that dependent multiplications take on an x86-64 core."""
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(CODE)
    chain = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    shortest = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        chain(TIMES)
        shortest = min(shortest, time.perf_counter() - start)
    return TIMES * MULTIPLICATIONS * CYCLES / shortest


def peak(threads: int) -> float:
    """Single-precision FLOPs per second that the cores of so many threads could do; 0 where it cannot be told."""
    found = extension(CPUINFO.read_text(encoding="utf-8", errors="replace")) if CPUINFO.is_file() else None
    cores = min(threads, psutil.cpu_count(logical=False) or threads)
    return cores * clock() * (found[1] if found else 0)
