"""A machine made of stubs: a PATH with basic commands and whatever programs a test puts there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.setup.locked import ROOT

BASIC = "bash cat cmp cp dirname env grep mkdir mktemp rm sed sort tail tr uname"
LOCK = """\
numpy==2.4.6 \\
    --hash=sha256:aa
uv==0.13.8 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via labreport (pyproject.toml:dev)
wrapt==2.5.2 \\
    --hash=sha256:dd
"""


class Machine:
    """A copy of the set-up scripts in a project of its own, and the programs that they may find.

    Attributes:
        project: folder of the copy.
        calls: a line for each call of a program, as its name and arguments.
    """

    def __init__(self, root: Path):
        self.project, self.bin, self.log = root / "project", root / "bin", root / "calls"
        self.project.mkdir()
        self.bin.mkdir()
        self.log.touch()
        shutil.copytree(ROOT / "tools", self.project / "tools")
        (self.project / "requirements.lock").write_text(LOCK)
        (self.project / "pyproject.toml").write_text("[project]\n")
        for name in BASIC.split():
            (self.bin / name).symlink_to(shutil.which(name))
        self.program("id", "echo 1000")

    def program(self, name: str, body: str = "", folder: Path | None = None) -> None:
        """A shell script on the PATH that logs how it was called, then does `body`."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!{shutil.which("bash")}\necho "{name} $*" >>"{self.log}"\n{body}\n')
        path.chmod(0o755)

    def remove(self, name: str) -> None:
        (self.bin / name).unlink()

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.project,
            env={"PATH": str(self.bin), "HOME": str(self.project), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
