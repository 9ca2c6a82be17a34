"""Where and with what something was measured."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from labreport.machine.process import device_name

PROJECT = Path(__file__).resolve().parents[3]
GIT_TIMEOUT_S = 20


def environment(device: torch.device) -> dict[str, Any]:
    """Versions, device and commit, as `environment.json` records them; `finished` is None until the run has ended."""
    commit, dirty = _state()
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        **{name: _version(name) for name in ("torchvision", "numpy", "pandas")},
        "cuda": torch.version.cuda if device.type == "cuda" else None,
        "device": device_name(device),
        "device_type": device.type,
        "threads": torch.get_num_threads(),
        "git_commit": commit,
        "git_dirty": dirty,
        "started": now(),
        "finished": None,
    }


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _state() -> tuple[str | None, bool | None]:
    """The project's commit, and whether a file differs from it or is new; None for both without its own repository."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != PROJECT:
        return None, None  # no repository, or one that the project's copy merely lies in
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
