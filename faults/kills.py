"""SIGKILL at any moment: training steps, and whole workflows."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.commands import EACH_EPOCH, Command, commands
from faults.fault import Fault, Trial
from faults.operations import CountOperations, DieAtOperation
from faults.process import Step
from faults.project import declare
from faults.same import broken, unlike
from labreport.files import file_digest

DATA = ("sample", "prepare", "vectors")
MOST_KILLS = 3


@dataclass(frozen=True)
class Reference:
    """A run that nothing happened to.

    Attributes:
        command: what trains it.
        root: the project it lies in.
        seconds: how long it took.
        operations: how many file operations.
    """

    command: Command
    root: Path
    seconds: float
    operations: int


def steps(count: int, folder: Path, rng: Random) -> Fault:
    """Training steps, killed one to three times each and started again until they are complete."""
    kept = references(folder / "reference")
    trials = (trial(kept[number % len(kept)], folder / str(number), rng) for number in range(count))
    return Fault.of("SIGKILL in a training step, started again", trials)


def references(root: Path) -> list[Reference]:
    """The small project's data, and all of its runs."""
    root.mkdir()
    declare(root)
    found = []
    for command in commands(root):
        if command.step in DATA:
            finish(Step(command.step, command.arguments, root, root / "log"))
        elif command.step == "train":
            tally, begun = root / "tally", time.monotonic()
            tally.write_bytes(b"")
            finish(start(command, root, CountOperations(root, tally)))
            found.append(Reference(command, root, time.monotonic() - begun, tally.stat().st_size))
    return found


def start(command: Command, root: Path, before: CountOperations | DieAtOperation | None = None) -> Step:
    """Start a training step that keeps a checkpoint of every epoch."""
    return Step(command.step, command.arguments, root, root / "log", before, EACH_EPOCH)


def finish(step: Step) -> None:
    """Wait for a step that nothing is done to.

    Raises:
        RuntimeError: it failed.
    """
    ended = step.ended()
    if ended.status:
        raise RuntimeError(f"a step that nothing was done to failed: {ended.said}")


def trial(reference: Reference, root: Path, rng: Random) -> Trial:
    """One run, killed and started again until it is complete."""
    command = reference.command
    (root / "results").mkdir(parents=True)
    for name in ("data", "vectors"):
        (root / "results" / name).symlink_to(reference.root / "results" / name)
    out = root / command.whole
    held = 0
    for _ in range(rng.randint(1, MOST_KILLS)):
        kill_once(reference, root, rng)
        if out.exists():
            break
        before, held = held, newest(root)
        if held < before:
            return Trial(False, f"{command.whole}: the checkpoint of epoch {before} is gone", lost=True)
    if out.exists() and (damaged := broken(out)):
        return Trial(False, f"{command.whole}: half a folder: {damaged}", lost=True)
    if not out.exists():
        ended = start(command, root).ended()
        if ended.status:
            return Trial(False, f"{command.whole}: started again: {ended.summary}")
        if (went_on := resumed(out)) < held:
            return Trial(False, f"{command.whole}: went on after epoch {went_on}, {held} were kept", lost=True)
    fault = unlike(out, reference.root / command.whole) or left_over(root, out)
    shutil.rmtree(root)
    return Trial(fault is None, f"{command.whole}: {fault}" if fault else "", lost=fault is not None)


def kill_once(reference: Reference, root: Path, rng: Random) -> None:
    """Start, and kill by the clock or at a file operation."""
    if rng.random() < 0.5:
        start(reference.command, root, DieAtOperation(root, rng.randint(1, reference.operations))).ended()
        return
    step = start(reference.command, root)
    step.wait(rng.uniform(0, reference.seconds))
    step.kill()
    step.wait()


def newest(root: Path) -> int:
    """The last epoch of which a whole checkpoint is there; 0 without one."""
    found = (root / "results" / "checkpoints").glob("*/*/*-*.pt")
    whole = [path for path in found if file_digest(path).startswith(path.stem.partition("-")[2])]
    return max((int(path.stem.partition("-")[0]) for path in whole), default=0)


def resumed(run: Path) -> int:
    """The epoch after which a finished run went on last; 0 for one that did not."""
    entries = json.loads((run / "environment.json").read_bytes()).get("resumed") or [{"epoch": 0}]
    return int(entries[-1]["epoch"])


def left_over(root: Path, out: Path) -> str | None:
    """What a complete run should have taken away with it."""
    kept = [path for path in (root / "results" / "checkpoints").rglob("*") if path.is_file()]
    beside = [path for path in out.parent.iterdir() if path != out]
    return f"left over: {', '.join(path.name for path in kept + beside)}" if kept or beside else None
