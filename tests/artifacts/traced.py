"""Which definitions of the package a call really executes, told by Python's own profiler and no syntax tree of ours.

Run as `python -m tests.artifacts.traced STEP JOB STEP JOB ...`, it carries out steps and prints a line of JSON of each.
"""

from __future__ import annotations

import ast
import atexit
import inspect
import json
import sys
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import labreport

PACKAGE = Path(labreport.__file__).resolve().parent
# What carries the science out: how an edit of it could change a number is the matter of tests, not of keys.
PLUMBING = {
    *("artifacts", "cli", "declarations", "kinds", "machine", "running", "steps", "store"),
    "data.arrays",  # arrays are checked against their digests when they are read
}
HELPERS = {"errors", "files", "loading", "spelling"}  # of both; what the science uses of them is covered


def is_in(name: str, modules: set[str]) -> bool:
    """Whether a definition is of one of some modules or packages."""
    module = name.partition(":")[0].removeprefix("labreport.")
    return any(module == one or module.startswith(f"{one}.") for one in modules)


def executed(call: Callable[[], Any]) -> set[str]:
    """The definitions that a call executes, such as `labreport.models.lenet:LeNet5`."""
    found = _begin()
    try:
        call()
    finally:
        _end()
    return _definitions(found)


def write_at_exit(folder: str) -> None:
    """Have this process, which carries out a step, write the job's file and what it executed into a folder."""
    found = _begin()

    def write() -> None:
        _end()
        job = next((Path(one) for one in sys.argv if one.endswith(".json")), None)
        if job is not None:
            about = {"job": json.loads(job.read_text(encoding="utf-8")), "executed": sorted(_definitions(found))}
            Path(folder).mkdir(exist_ok=True)
            Path(folder, job.name).write_text(json.dumps(about), encoding="utf-8")

    atexit.register(write)


def _begin() -> set[CodeType]:
    found: set[CodeType] = set()

    def seen(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # and not a module's or class's body
            found.add(frame.f_code)

    threading.setprofile(seen)
    sys.setprofile(seen)
    return found


def _end() -> None:
    sys.setprofile(None)
    threading.setprofile(None)  # type: ignore[arg-type]


def _definitions(found: set[CodeType]) -> set[str]:
    return {name for code in found if (name := _definition(code))}


def _definition(code: CodeType) -> str:
    path = Path(code.co_filename)
    if PACKAGE not in path.parents:
        return ""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return next((f"{module}:{name}" for first, last, name in _lines(path) if first <= code.co_firstlineno <= last), "")


@cache
def _lines(path: Path) -> list[tuple[int, int, str]]:
    """(first line, last line, name) of what a file defines at its top."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        names = [one.id for one in targets if isinstance(one, ast.Name)]
        name = getattr(node, "name", names[0] if names else "")
        found += [(first, node.end_lineno or first, name)] if name else []
    return found


if __name__ == "__main__":
    from labreport.steps.step import main

    for library in ("pandas", "torchvision", "torch._dynamo"):  # slow to import while every call is seen
        import_module(library)

    for step, job in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        names = executed(lambda what=(step, job): main(what))
        print(json.dumps(sorted(names)), flush=True)
