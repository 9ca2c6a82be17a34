"""Which accelerators there are, asked of the driver, and one of them for a process: importing torch is not needed."""

import ctypes
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from labreport.errors import TrainingError
from labreport.machine import driver
from labreport.machine.driver import NO_ANSWER, Driver

VISIBLE = "CUDA_VISIBLE_DEVICES"
NO_DEVICE = 100  # CUDA_ERROR_NO_DEVICE
# What tells a process that somebody has leased a device for it and others, which share it: see labreport.kit.run.
LEASED = "LABREPORT_LEASED"
# What a scheduler says about the devices of a job: Slurm (job and step), PBS, Grid Engine, HTCondor; and the above.
SCHEDULERS = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "PBS_GPUFILE", "SGE_HGR_gpu", "_CONDOR_AssignedGPUs", LEASED)
POLL_S = 0.5
CPUINFO = Path("/proc/cpuinfo")
BF16 = re.compile(r"\b(avx512_bf16|amx_bf16|bf16)\b")  # as the kernel calls what torch looks for


def available_cpus() -> int:
    """CPUs that the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cuda_devices() -> int:
    """How many CUDA devices a training job started here could use; 0 where `cuda_obstacle` says why."""
    answer = None if _hidden() else _driver()
    return 0 if answer is None or answer.error or _too_old(answer) else answer.devices


def computes_bf16() -> bool:
    """Whether training here multiplies in bfloat16: CUDA devices do, of CPUs those whose flags under Linux say so."""
    try:
        return cuda_devices() > 0 or BF16.search(CPUINFO.read_text(encoding="utf-8")) is not None
    except OSError:
        return False


def cuda_obstacle() -> str:
    """Why `cuda_devices` is 0, in a few words."""
    if _hidden():
        return f"{VISIBLE} hides every CUDA device"
    answer = _driver()
    if answer is None or answer.error == NO_DEVICE:
        return "no CUDA device visible"
    if answer.error == NO_ANSWER:
        return "the NVIDIA driver does not answer: see nvidia-smi"
    if answer.error:
        return f"the NVIDIA driver does not start (CUDA error {answer.error}): see nvidia-smi"
    if versions := _too_old(answer):
        return f"the NVIDIA driver supports CUDA {versions[0]}, torch needs {versions[1]}: update the driver"
    return "no CUDA device visible"


def gives_cuda() -> bool:
    """Whether a CUDA device is there for this process: a scheduler or a kit says so, or the driver does."""
    return not _hidden() and (any(os.environ.get(name) for name in SCHEDULERS) or cuda_devices() > 0)


def _hidden() -> bool:
    return os.environ.get(VISIBLE, "unset").strip() in {"", "-1"}


def _driver() -> Driver | None:
    """The driver's answer; None where no driver is installed."""
    try:
        ctypes.CDLL(driver.LIBRARY)  # loads it, which does not initialise it
    except OSError:
        return None
    return _ask(os.environ.get(VISIBLE))


@cache
def _ask(visible: str | None) -> Driver:
    """The driver's answer, which depends on CUDA_VISIBLE_DEVICES."""
    return driver.ask()


def _too_old(answer: Driver) -> tuple[str, str] | None:
    """(the driver's CUDA version, torch's) where the driver's major version is the smaller one."""
    needed, found = torch_cuda(), answer.version
    if needed is None or found // 1000 >= int(needed.split(".")[0]):  # minor versions are compatible
        return None
    return f"{found // 1000}.{found % 1000 // 10}", needed


def torch_cuda() -> str | None:
    """The CUDA version that the installed torch was built for, such as "13.0"; None for a CPU build or no torch."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    version = Path(spec.origin).with_name("version.py")
    if not version.is_file():
        return None
    found = re.search(r"^cuda\b[^=\n]*=\s*'([\d.]+)'", version.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else None


def choices(environment: Mapping[str, str]) -> dict[str, str]:
    """The devices that this process may be given, as CUDA_VISIBLE_DEVICES names them -> the names of their locks.

    None where nothing is to be chosen: there is no device, or a scheduler has chosen. A device is locked by its UUID,
    since CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER give it several names.
    """
    count = cuda_devices()
    if not count or any(environment.get(name) for name in SCHEDULERS):
        return {}
    named = environment[VISIBLE].split(",") if VISIBLE in environment else map(str, range(count))
    devices = [name.strip() for name in named][:count]  # CUDA stops at the first unknown one
    answer = _driver()
    uuids = answer.uuids if answer else ()
    return dict(zip(devices, uuids if len(uuids) == len(devices) else devices, strict=True))


@contextmanager
def leased(label: str) -> Iterator[str | None]:
    """Hold one CUDA device for this process, which sees no other from then on; call it before torch is imported.

    While every device is taken it waits, and says so once on stderr. All of a user's projects take turns.

    Args:
        label: who holds it, for those that wait.

    Raises:
        TrainingError: the folder of the locks cannot be used, or is not this user's alone.
    """
    devices = choices(os.environ)
    if not devices:
        yield None
        return
    folder = Path(tempfile.gettempdir()) / f"labreport-gpus-{os.geteuid()}"
    with ExitStack() as held:
        try:
            _own(folder)
            device = _wait(folder, devices, label, held)
        except OSError as error:
            raise TrainingError(
                f"{folder}: no GPU can be locked there: {error.strerror or error}; make room for it, or set TMPDIR to "
                "a folder of your own"
            ) from None
        os.environ[VISIBLE] = device
        yield device


def _own(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise OSError(0, "it must be a folder that is yours alone (mode 0700)", str(folder))


def _wait(folder: Path, devices: Mapping[str, str], label: str, held: ExitStack) -> str:
    said = False
    while True:
        for device, name in devices.items():
            path = folder / f"gpu-{quote(name, safe='')}"
            try:
                held.enter_context(FileLock(path, timeout=0))
            except Timeout:
                continue
            path.write_text(f"{label} (process {os.getpid()})\n", encoding="utf-8")
            return device
        if not said:
            taken = ", ".join(f"{device} by {_holder(folder, name)}" for device, name in devices.items())
            print(f"{label}: waits for a GPU; taken: {taken}", file=sys.stderr, flush=True)
            said = True
        time.sleep(POLL_S)


def _holder(folder: Path, name: str) -> str:
    text = (folder / f"gpu-{quote(name, safe='')}").read_text(encoding="utf-8", errors="replace").strip()
    return text or "a job that did not say its name"
