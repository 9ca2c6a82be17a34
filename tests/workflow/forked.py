"""Commands of Snakemake and of Python modules, each in a process of its own that need not import what all import.

One process imports Snakemake with its plugins and the libraries that planning takes, and forks for each command. The
fork imports the project's own sources from the folder that it works in, as any Python does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

SECONDS = 900  # for a command


class Forks:
    """The process that forks, one command at a time; the first one starts it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(self, root: Path, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Carry out `.../snakemake ARGUMENT ...` or `.../python -m MODULE ARGUMENT ...` in a folder."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, __file__],
                env={**environment, "PYTHONPATH": ""},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            atexit.register(self.end)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            order = {"root": str(root), "command": command, "environment": environment, "streams": [out.name, err.name]}
            print(json.dumps(order), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
            assert answer, f"the process that forks has ended: {self._process.wait()}"
            ended = int(answer)
            said, errors = (Path(stream.name).read_text(encoding="utf-8") for stream in (out, err))
        return subprocess.CompletedProcess(command, ended, said, errors)

    def end(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None


def get_ready() -> None:
    """Import what a dry run of Snakemake and planning import, but nothing of the project."""
    import filelock
    import jinja2
    import pydantic
    import smart_open
    import snakemake.cli
    import yaml

    pydantic.create_model("Any", one=(int, 1))  # pydantic and filelock import most of themselves when they are used
    assert filelock.FileLock
    assert jinja2
    assert smart_open
    assert yaml
    snakemake.cli.get_argument_parser()  # with all plugins
    gc.freeze()


def next_order() -> dict[str, Any] | None:
    """Fork for each order; it is the fork that returns it, and this process returns when there are no more."""
    for line in sys.stdin:
        assert threading.active_count() == 1, "a fork has none of the other threads"
        child = os.fork()
        if not child:
            return json.loads(line)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def carry_out(root: str, command: list[str], environment: dict[str, str], streams: list[str]) -> None:
    """Take the folder, the environment and the streams of a command, and be its program."""
    signal.alarm(SECONDS)
    os.chdir(root)
    for number, path in enumerate([os.devnull, *streams]):
        file = os.open(path, os.O_RDWR | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.path[:1] = [os.path.abspath(path) for path in environment.get("PYTHONPATH", "").split(":") if path]
    arguments = command[1:]
    if arguments[:1] == ["-m"]:
        sys.path.insert(0, root)
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        from snakemake.cli import main

        sys.argv = command
        main()


if __name__ == "__main__":
    get_ready()
    order = next_order()
    if order is not None:
        carry_out(**order)
