"""What all steps share: the job that they are given, the code that it was planned with, and what they leave."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import platform
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from labreport.artifacts.artifact import CODE, FOLDERS, LAST, MADE, OF, SPEC, key_of, roots, targets
from labreport.artifacts.code import CACHE, check_code, covered, restore
from labreport.errors import UNWRITABLE, CodeChangedError, OwnCodeError, ResultsError, TrainingError, UserError
from labreport.files import file_digest, sums_faults, write_json
from labreport.machine.outcome import content, receipt
from labreport.store import whole_folder

# Module -> the steps in it; each imports what its own need.
MODULES = {
    "data": ("download", "sample", "prepare"),
    "long": ("vectors", "measure", "train"),
    "items": ("draw", "tabulate", "judge"),
    "texts": ("write", "section", "page"),
    "documents": ("typeset", "pack", "deliver"),
}
STEPS = {step: module for module, steps in MODULES.items() for step in steps}
# Those that take paths in place of a job: how many at least and at most.
OF_FILES: Mapping[str, tuple[int, float]] = {"deliver": (2, 2), "page": (2, math.inf)}


@dataclass(frozen=True)
class Job:
    """What a step is to do.

    Attributes:
        step: which step it is.
        key: of what it makes.
        title: what messages call it.
        spec: what it makes.
        out: the folder to make.
        needs: the folders or files that it is made from.
        beside: what the step is told that is no part of the key.
        threads: of the CPU; None takes every one that the process may use.
        project: the folder that config/ and templates/ lie in.
    """

    step: str
    key: str
    title: str
    spec: dict[str, Any]
    out: Path
    needs: tuple[Path, ...] = ()
    beside: Mapping[str, Any] = field(default_factory=dict)
    threads: int | None = None
    project: Path = Path()

    @classmethod
    def read(cls, path: Path, threads: int | None = None, project: Path = Path()) -> Job:
        """A job as planning wrote it.

        Raises:
            TrainingError: the file cannot be read, or holds something else.
        """
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            needs = tuple(map(Path, value["needs"]))
            about = (value["step"], value["key"], value["title"], value["spec"])
            job = cls(*about, Path(value["out"]), needs, value["beside"], threads, project)
        except (OSError, ValueError, KeyError, TypeError) as error:
            found = f"{type(error).__name__}: {error}"
            raise TrainingError(f"{path}: is no job ({found}); start Snakemake again, it plans anew") from None
        if key_of(job.step, job.spec) != job.key:
            raise TrainingError(f"{path}: its spec does not have the key {job.key}; start Snakemake again")
        return job

    def check_code(self) -> None:
        """Stop unless code, templates and other files on disk are what the job was planned with.

        Raises:
            CodeChangedError: one was edited since.
        """
        items = [*self.spec.get("items", {}).values(), *([self.spec["frames"]] if "frames" in self.spec else [])]
        specs = [self.spec] if "code" in self.spec else items
        check_code([(spec["code"], roots(self.step, spec)) for spec in specs])
        for path, digest in [pair for spec in (self.spec, *items) for pair in spec.get("files", {}).items()]:
            if not (self.project / path).is_file() or file_digest(self.project / path)[:16] != digest:
                raise CodeChangedError(
                    f"{path}: changed after this job was planned; start Snakemake again, it plans anew"
                )

    def check_needs(self) -> None:
        """Stop where data or word vectors are gone; finished runs are kept without them, and made again only by force.

        Raises:
            ResultsError: names the command that makes them.
        """
        for need in self.needs:
            targets = {FOLDERS["prepare"]: need / LAST["prepare"], FOLDERS["vectors"]: receipt(need)}
            target = targets.get(need.parts[1]) if len(need.parts) > 3 else None
            if target and not need.exists():
                command = f"snakemake --cores 1 {target}"
                raise ResultsError(
                    f"{need}: is not there; make it with the same --config, then start again:\n{command}"
                )

    def code(self) -> dict[str, str]:
        """Definition -> digest, of all that the spec's `code` was taken of."""
        return covered(roots(self.step, self.spec))

    @contextmanager
    def made(self, *libraries: str, **programs: str) -> Iterator[Path]:
        """A folder to write to, which becomes the job's when the block ends well.

        The code is checked before and after: what is there is made by the code that its key says.

        Args:
            libraries: whose versions are written down.
            programs: that are no Python libraries, and their versions.

        Raises:
            ResultsError: something that it is made from is damaged.
        """
        self.check_code()
        for need in self.needs:
            check_whole(need)
        with whole_folder(self.out) as new:
            yield new
            self.check_code()
            write_json(new / SPEC, self.spec)
            if not {"code", "items"}.isdisjoint(self.spec):
                write_json(new / CODE, self.code())
            made_of = {str(folder): content(folder) for folder in self.needs}
            write_json(new / MADE, {**versions(*libraries), **programs, OF: made_of})


def versions(*libraries: str) -> dict[str, str]:
    """Versions of Python and of some libraries, and the time: something was made with them just now."""
    from importlib.metadata import version

    found = {name: version(name) for name in libraries}
    return {"python": platform.python_version(), **found, "finished": now()}


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_whole(folder: Path) -> None:
    """Stop where a complete folder does not hold what it held when it was made.

    Raises:
        ResultsError: one of its files is missing, or does not have its digest.
    """
    fault = next(sums_faults(folder), None) if content(folder) else None
    if fault:
        raise ResultsError(f"{folder}: is damaged ({fault}); delete this folder and start again")


def carry_out(step: str) -> Callable[[Any], None]:
    """The function of a step, which takes its job or paths."""
    found: Callable[[Any], None] = getattr(importlib.import_module(f"labreport.steps.{STEPS[step]}"), step)
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Parse `STEP JOB [--threads N] [--project DIR] [--log FILE]` and carry it out."""
    parser = argparse.ArgumentParser(prog="python -m labreport.steps", description=__doc__)
    parser.add_argument("step", choices=STEPS, help="what is made")
    parser.add_argument("job", nargs="+", type=Path, help="the file that planning wrote; of deliver and page, files")
    parser.add_argument("--threads", type=int, help="CPU threads; default: all that the process may use")
    parser.add_argument("--project", type=Path, default=Path(), help="the folder of config/; default: this one")
    parser.add_argument("--log", type=Path, help="a file that takes what is printed, too")
    arguments = parser.parse_args(argv)
    least, most = OF_FILES.get(arguments.step, (1, 1))
    if not least <= len(arguments.job) <= most:
        parser.error(
            f"{arguments.step} takes {least} file(s){' at least' * (most > least)}, found {len(arguments.job)}"
        )
    restore(Path(CACHE))
    step = carry_out(arguments.step)
    with _logged(arguments.log):
        if arguments.step in OF_FILES:
            step(arguments.job)
        else:
            job = Job.read(arguments.job[0], arguments.threads, arguments.project)
            job.check_needs()
            with _own_code_told(job.spec):
                step(job)


@contextmanager
def _own_code_told(spec: Mapping[str, Any]) -> Iterator[None]:
    """Make one message of what a module that a spec names fails with: a reader, a model, a figure.

    Raises:
        OwnCodeError: the place in that module, and what was wrong there.
    """
    try:
        yield
    except Exception as error:
        modules = [sys.modules.get(target.partition(":")[0]) for target in targets(spec)]
        files = {module.__file__ for module in modules if module}
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
        told = isinstance(error, UserError | MemoryError) or (isinstance(error, OSError) and error.errno in UNWRITABLE)
        if told or not frames:
            raise
        place, what = frames[-1], f"`{frames[-1].line}` fails: {type(error).__name__}: {error}"
        raise OwnCodeError(
            f"{place.filename}:{place.lineno}: {what}; mend it, or what it is given, and start again"
        ) from error


class _Both:
    """A stream that writes to another one and to a file."""

    def __init__(self, stream: TextIO, file: TextIO) -> None:
        self._stream = stream
        self._file = file

    def write(self, text: str) -> int:
        if "\r" not in text:  # a progress bar is for terminals
            self._file.write(text)
        return self._stream.write(text)

    def flush(self) -> None:
        self._file.flush()
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _logged(path: Path | None) -> Iterator[None]:
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        open(path, "w", encoding="utf-8", buffering=1) as file,
        redirect_stdout(_Both(sys.stdout, file)),
        redirect_stderr(_Both(sys.stderr, file)),
    ):
        yield


def version_of(program: str, *arguments: str) -> str:
    """The first line that a program says of itself; empty where it says nothing."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=os.environ)
    return (done.stdout.splitlines() or [""])[0]
