"""Declarations with mistakes: each is planned, or ends in one message that names its file and key."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.project import ROOT
from faults.fault import Fault, Trial
from faults.isolated import CANARY
from faults.mutants import OVERRIDES, Mutant, mutants
from labreport.artifacts.artifact import canonical
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project, announcement
from labreport.errors import DeclarationError, UserError

MOST_LETTERS = 20_000
MOST_S = 60.0  # the first time it reads all sources
# A file of config/, or the command line, then the line in it, the key, or what holds for it as a whole.
NAMED = re.compile(
    r"(config/[\w/.-]*|--config( or --configfile)?( \(or config/config\.yaml\))?)(:\d+:\d+)?: \S", re.ASCII
)


def run(count: int, folder: Path, rng: Random) -> Fault:
    """As many files of config/ changed, one after the other, each planned in this process."""
    root = folder / "project"
    for name in ("config", "templates"):
        shutil.copytree(ROOT / name, root / name)
    trials: list[Trial] = []
    either = st.integers(0, 9).flatmap(lambda one: OVERRIDES if one == 0 else mutants())

    @seed(rng.getrandbits(64))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(either)
    def one(case: Mutant | dict[str, Any]) -> None:
        trials.append(trial(root, case))

    one()
    return Fault.of("declarations with mistakes", trials)


def trial(root: Path, case: Mutant | Mapping[str, Any]) -> Trial:
    """What becomes of a project with one changed file, or with other values of `--config`."""
    canary = root / CANARY
    if isinstance(case, Mutant):
        name, fault = f"config/{case.file}: {case.change}", _with_file(root, case)
    else:
        name, fault = f"--config {dict(case)!r}"[:300], _fault(root, {"scale": "demo", **case})
    executed = canary.exists() or Path(CANARY).exists()
    fault = "ran its command" if executed else fault
    return Trial(fault is None, f"{name}: {fault}" if fault else "", executed=executed)


def _with_file(root: Path, mutant: Mutant) -> str | None:
    path = root / "config" / mutant.file
    original = (ROOT / "config" / mutant.file).read_bytes()
    if mutant.content is None:
        path.unlink()
    else:
        path.write_bytes(mutant.content)
    try:
        return _fault(root, overrides(mutant.file))
    finally:
        path.write_bytes(original)


def overrides(file: str) -> dict[str, Any]:
    """What to plan with so that a file is read."""
    if file == "config.yaml":
        return {}
    folder, _, name = file.rpartition("/")
    return {"scale": name.removesuffix(".yaml") if folder == "scales" else "demo"}


def _fault(root: Path, values: Mapping[str, Any]) -> str | None:
    """What is wrong with how planning ended."""
    try:
        with at_most(MOST_S):
            found = list(everything(root, values))
    except (Exception, TooLong) as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    for one in found:
        if isinstance(one, UserError):
            if wrong := unclear(str(one)):
                return wrong
        elif json.loads(canonical(one).encode()) != json.loads(json.dumps(one)):
            return "a spec that no job can be handed"
    return None


class TooLong(BaseException):
    """Planning does not come to an end, and nothing in it may take this for an error of its own."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer.

    Raises:
        TooLong: it does.
    """

    def interrupt(*_: object) -> None:
        raise TooLong(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def unclear(message: str) -> str | None:
    """What is wrong with a message; None where each of its lines names a file and a key, and is readable."""
    lines = message.splitlines()
    wrong = next((line for line in lines if not NAMED.match(line) or not line.isprintable()), None)
    if wrong is not None or not lines:
        return f"unclear: {wrong!r}"[:400]
    return "endless" if len(message) > MOST_LETTERS else None


def everything(root: Path, values: Mapping[str, Any]) -> Iterator[dict[str, Any] | UserError]:
    """All specs that are planned from the declarations, as the jobs get them, and why others are not."""
    try:
        project = Project(root, values)
        announcement(project)
        yield from map(DeclarationError, project.mistakes())
        graph = Graph(project)
        for name in project.report_names:
            try:
                graph.delivered(f"report/{name}.pdf")
            except UserError as error:
                yield error
        yield from (artifact.spec for artifact in graph.everything())
    except UserError as error:
        yield error
