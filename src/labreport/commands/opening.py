"""The project that a command is given in: its folder, and its plan."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labreport.declarations.project import CONFIG, load
from labreport.errors import DeclarationError
from labreport.planning import code_cache
from labreport.planning.code import PACKAGE, SOURCES
from labreport.planning.plan import Plan


def project_folder() -> Path:
    """The current folder, which must be a project's.

    Raises:
        DeclarationError: it is none.
    """
    folder = Path.cwd()
    for name in ("Snakefile", CONFIG):
        if not (folder / name).is_file():
            raise DeclarationError(f"{folder}: no {name} here; give the command in a project's folder")
    return folder


def use_sources_of(folder: Path, arguments: Sequence[str]) -> None:
    """Start again with the project's own sources where others were loaded: they are what its keys are taken of.

    An installed `labreport` may belong to another copy of the project. This process is replaced.

    Raises:
        DeclarationError: the other sources were loaded once more.
    """
    own = folder / "src"
    if not (own / PACKAGE).is_dir() or own.resolve() == SOURCES:
        return
    if os.environ.get("LABREPORT_SOURCES") == str(own):
        raise DeclarationError(f"{own}: Python loads {SOURCES} all the same; is it started with -I or -E?")
    paths = [str(own), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "LABREPORT_SOURCES": str(own)}
    os.execve(sys.executable, [sys.executable, "-m", PACKAGE, *arguments], environment)


@contextmanager
def opened(root: Path, settings: Mapping[str, Any], *, keep_going: bool = False) -> Iterator[Plan]:
    """The project's plan; what is found in sources inside this block is kept for the next plan.

    Args:
        root: the project's folder.
        settings: values of config.yaml to use in place of the file's.
        keep_going: do without runs that failed.

    Raises:
        UserError: the declarations or the sources are wrong.
    """
    code_cache.restore(root / code_cache.FILE)
    plan = Plan(load(root, settings), keep_going)
    yield plan
    code_cache.keep(root / code_cache.FILE)
