"""The same work begun twice at once: by two training steps, and by two runs of Snakemake."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.fault import Fault, Trial
from faults.project import REPORT, small_copy
from faults.reference import reference
from faults.same import unlike
from faults.workflow import Workflow

STEPS = ("train", "vectors", "prepare", "draw")
TARGET = f"results/claims/{REPORT}/overfits.json"
AT_WORK_S = 8.0  # by then a run of Snakemake has read the project and begun


def steps(count: int, folder: Path, rng: Random) -> Fault:
    """Two equal jobs at once: one does the work, the other says so or does it, too, and the result is the right one."""
    steps = in_turns(STEPS, count, rng)
    trials = [_steps(step, folder / str(number), rng) for number, step in enumerate(steps)]
    return Fault.of("one job started twice at once", trials)


def _steps(step: str, folder: Path, rng: Random) -> Trial:
    command = rng.choice(reference().of_step(step))
    root = reference().before(command, folder / "project")
    first = command.start(root, folder / "first")
    time.sleep(rng.uniform(0, reference().seconds[command]))
    second = command.start(root, folder / "second")
    ended = [first.ended(), second.ended()]
    if not any(one.status == 0 for one in ended):
        return Trial(False, f"{step}: neither came to its end: {ended[0].summary}; {ended[1].summary}", lost=True)
    if bad := [one for one in ended if one.status and not one.one_message]:
        return Trial(False, f"{step}: {bad[0].summary}")
    wrong = _unlike(command.whole, command.outputs, root, step)
    return Trial(wrong is None, f"{step}: {wrong}" if wrong else "", lost=wrong is not None)


def _unlike(whole: str | None, outputs: tuple[str, ...], root: Path, step: str) -> str | None:
    expected = reference().root
    if whole is not None and step == "train":
        return unlike(root / whole, expected / whole)
    names = [name for name in outputs if not name.endswith("SHA256SUMS")]
    wrong = [name for name in names if (root / name).read_bytes() != (expected / name).read_bytes()]
    return f"{wrong[0]} is not what it should be" if wrong else None


def workflows(count: int, folder: Path, rng: Random) -> Fault:
    """Two runs of Snakemake in one folder: the second one is refused, or finds the work done."""
    return Fault.of("snakemake started twice at once", (_workflows(folder / str(n), rng) for n in range(count)))


def _workflows(folder: Path, rng: Random) -> Trial:
    folder.mkdir(parents=True)
    root = small_copy(folder / "project")
    first = Workflow(root, [TARGET], folder / "first")
    first.wait(rng.uniform(0, AT_WORK_S))
    second = Workflow(root, [TARGET], folder / "second")
    both = [first.said(), second.said()]
    if not any(one.status == 0 for one in both):
        return Trial(False, f"neither came to its end: {both[0].summary}; {both[1].summary}", lost=True)
    if bad := [one for one in both if one.crashed or (one.status and "cannot be locked" not in one.output)]:
        return Trial(False, bad[0].summary)
    again = Workflow(root, [TARGET, "--dry-run"], folder / "again").said()
    done = again.status == 0 and "Nothing to be done" in again.output
    return Trial(done, "" if done else f"work is left: {again.summary}", lost=not done)
