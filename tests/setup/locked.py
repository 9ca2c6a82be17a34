"""The lock and the declared dependencies, as the set-up tests read them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
# uv makes .venv from the lock, which conda replaces; the others are for `make mutants`.
NOT_IN_CONDA = frozenset({"uv", "coverage", "libcst", "mutmut"})


def entries() -> list[tuple[Requirement, list[str]]]:
    """Each requirement of the lock with its hashes (algorithm:hex), in the order of the file."""
    text = LOCK.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(line.split(" --hash=")[0]), re.findall(r"--hash=(\S+)", line)) for line in lines]


def versions(python: str = "3.11") -> dict[str, str]:
    """Locked version by canonical name, as a Linux machine with that Python gets it."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for requirement, _ in entries():
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", requirement
            found[canonicalize_name(requirement.name)] = specifier.version
    return found


def project() -> dict[str, object]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def direct() -> dict[str, Requirement]:
    """What pyproject.toml asks for by canonical name, the development tools with it."""
    declared = project()
    lines = declared["project"]["dependencies"] + declared["dependency-groups"]["dev"]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}
