"""Where and with what something was measured."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import torch

from labreport.machine.devices import LEASED
from labreport.machine.process import device_name
from labreport.running.jobs import COMMIT
from labreport.steps.step import now
from labreport.training.numerics import autocast, has_bf16

PROJECT = Path(__file__).resolve().parents[3]
GIT_TIMEOUT_S = 20


def environment(device: torch.device, precision: str) -> dict[str, Any]:
    """Versions, device, how it computes and commit, as `environment.json` records them.

    `finished` is None until the run has ended.

    Args:
        device: that computes.
        precision: as it is declared.
    """
    commit, dirty = state()
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        **{name: _version(name) for name in ("torchvision", "numpy", "pandas")},
        "cuda": torch.version.cuda if device.type == "cuda" else None,
        "device": device_name(device),
        "device_type": device.type,
        "precision": _computed(precision, device),
        "tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32,
        "deterministic": device.type == "cpu",  # to the bit, with equal threads and instructions
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "shared": LEASED in os.environ,  # the device, with other runs of a kit: times say little
        "git_commit": commit,
        "git_dirty": dirty,
        "started": now(),
        "finished": None,
    }


def _computed(precision: str, device: torch.device) -> str:
    if autocast(precision, device) is None:
        return "fp32"
    return "bf16" if has_bf16(device) else "bf16, emulated"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def state() -> tuple[str | None, bool | None]:
    """The project's commit, and whether a file differs from it or is new; None for both where nobody tells.

    Without a repository of its own it is what the environment says: whoever carried the sources here knows it.
    """
    top = _git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != PROJECT:  # no repository, or one that the project's copy merely lies in
        carried, _, changed = os.environ.get(COMMIT, "").partition("-")
        return (carried, bool(changed)) if carried else (None, None)
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=normal")
    return commit, None if commit is None or changes is None else bool(changes)


def _git(*arguments: str) -> str | None:
    """What git says about the project, or None where there is no git or no repository."""
    command = ["git", "--no-optional-locks", "-C", str(PROJECT), *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=GIT_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return result.stdout.strip()
