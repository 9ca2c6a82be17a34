"""Commands of Snakemake and of Python modules, each in a process of its own that need not import what all import.

One process imports Snakemake with its plugins and the libraries that planning takes. It forks for each folder that
commands are given in; that process imports the project's own sources from there and forks for each command. Where a
source has been edited since, the command imports all of them anew.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

SECONDS = 900  # for a command
# What parsing the Snakefile imports of a project, and what `labreport plan` does.
PLANNING = ("labreport.cli.main", "labreport.cli.plan", "labreport.machine.devices", "labreport.running.jobs")
SOURCES: dict[Path, bytes] = {}  # that were imported before any command


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


def next_order(orders: Iterable[str], answers: TextIO) -> dict[str, Any] | None:
    """Fork for each order; it is the fork that returns it, and this process returns when there are no more."""
    nearer: dict[str, tuple[TextIO, TextIO]] = {}
    for line in orders:
        assert threading.active_count() == 1, "a fork has none of the other threads"
        order = json.loads(line)
        root = order["root"]
        if orders is sys.stdin and os.path.isdir(f"{root}/src/labreport"):
            if root not in nearer:
                (heard, told), (read, answered) = os.pipe(), os.pipe()
                if not os.fork():
                    os.close(told)
                    import_sources(Path(root) / "src")
                    return next_order(os.fdopen(heard), os.fdopen(answered, "w"))
                os.close(heard)
                os.close(answered)
                nearer[root] = os.fdopen(told, "w"), os.fdopen(read)
            print(line, end="", file=nearer[root][0], flush=True)
            answer = nearer[root][1].readline()
            assert answer, f"the process that forks for {root} has ended"
            print(answer, end="", file=answers, flush=True)
            continue
        child = os.fork()
        if not child:
            return order
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    for told_to, _ in reversed(nearer.values()):  # a later one holds what earlier ones are told by, too
        told_to.close()
        os.wait()
    return None


def import_sources(sources: Path) -> None:
    """Import what planning imports of a project, and note how its files read."""
    sys.path.insert(0, str(sources))
    try:
        for name in PLANNING:
            importlib.import_module(name)
        for name in ("figures", "tables", "claims"):
            for kind in importlib.import_module(f"labreport.{name}.registry").KINDS.values():
                assert kind.options  # a model of pydantic, made when it is asked for
    except Exception:  # the command itself will say what is wrong
        forget_sources()
    sys.path.remove(str(sources))
    paths = [Path(one.__file__) for one in sources_of_project() if one.__file__]
    SOURCES.update({path: path.read_bytes() for path in paths})
    gc.freeze()


def sources_of_project() -> list[ModuleType]:
    return [module for name, module in sys.modules.items() if name.partition(".")[0] == "labreport"]


def forget_sources() -> None:
    for module in sources_of_project():
        del sys.modules[module.__name__]
    importlib.invalidate_caches()


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
    if any(not path.is_file() or path.read_bytes() != content for path, content in SOURCES.items()):
        forget_sources()
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
    order = next_order(sys.stdin, sys.stdout)
    if order is not None:
        carry_out(**order)
