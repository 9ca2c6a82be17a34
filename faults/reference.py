"""The small project as it becomes when nothing happens to it; made once for all kinds of faults."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

from faults.commands import Command, commands
from faults.operations import CountOperations
from faults.project import small_copy


class Reference:
    """A project in which jobs are carried out only when they are needed.

    Attributes:
        root: its folder.
        commands: all of its jobs, in the order of making.
        seconds: job -> how long it took.
        operations: job -> how many file operations it took.
    """

    def __init__(self, root: Path) -> None:
        self.root = small_copy(root)
        self.commands = commands(self.root)
        self.seconds: dict[Command, float] = {}
        self.operations: dict[Command, int] = {}

    def of_step(self, step: str) -> list[Command]:
        """The jobs of a step; they and all before them have been carried out."""
        found = [command for command in self.commands if command.step == step]
        for command in self.commands[: self.commands.index(found[-1]) + 1]:
            if command not in self.seconds:
                self._carry_out(command)
        return found

    def before(self, command: Command, target: Path) -> Path:
        """Copy the project as it is when a job is about to begin."""
        planned = command in self.commands
        if planned:
            self.of_step(command.step)
        shutil.copytree(self.root, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.part", "src", "tests"))
        for later in self.commands[self.commands.index(command) :] if planned else [command]:
            for name in (later.whole, *later.outputs):
                if name is not None and (target / name).is_dir():
                    shutil.rmtree(target / name)
                elif name is not None:
                    (target / name).unlink(missing_ok=True)
        return target

    def _carry_out(self, command: Command) -> None:
        tally = self.root.with_name("operations")
        tally.write_bytes(b"")
        begun = time.monotonic()
        ended = command.start(self.root, self.root.with_name("log"), CountOperations(self.root, tally)).ended()
        if ended.status:
            raise RuntimeError(f"{command.step}: a job that nothing was done to failed: {ended.said}")
        self.seconds[command] = time.monotonic() - begun
        self.operations[command] = tally.stat().st_size


@cache
def reference() -> Reference:
    """The one reference of this process, deleted when it ends."""
    folder = tempfile.mkdtemp(prefix="labreport-faults-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Reference(Path(folder) / "project")
