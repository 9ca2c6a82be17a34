"""The same work twice: by two steps or two runs of Snakemake at once, and by a step in other surroundings."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from random import Random

from faults.fault import Fault, Trial, in_turns
from faults.process import Workflow
from faults.reference import Work, reference, small_copy
from faults.same import made_unlike

STEPS = ("train", "vectors", "prepare", "draw")
AT_WORK_S = 8.0  # by then a run of Snakemake has read the project and begun


def steps(count: int, folder: Path, rng: Random) -> Fault:
    """Two equal jobs at once: one does the work, the other says so or does it, too, and the result is the right one."""
    steps = in_turns(STEPS, count, rng)
    trials = [_steps(step, folder / str(number), rng) for number, step in enumerate(steps)]
    return Fault.of("one job started twice at once", trials)


def _steps(step: str, folder: Path, rng: Random) -> Trial:
    work = rng.choice(reference().of_step(step))
    root = reference().before(work, folder / "project")
    first = work.start(root, folder / "first")
    time.sleep(rng.uniform(0, reference().seconds[work]))
    second = work.start(root, folder / "second")
    both = [first.ended(), second.ended()]
    if not any(one.status == 0 for one in both):
        return Trial(False, f"{step}: neither came to its end: {both[0].summary}; {both[1].summary}", lost=True)
    if bad := [one for one in both if one.status and not one.one_message]:
        return Trial(False, f"{step}: {bad[0].summary}")
    return Trial.judged(step, made_unlike(work, root))


def results(count: int, folder: Path, rng: Random) -> Fault:
    """Every job once more, in other surroundings: what it makes is the same, bit for bit."""
    reference().of_step("deliver")
    works = in_turns(reference().works, count, rng)
    return Fault.of("one job once more, elsewhere", (_again(work, folder / str(n)) for n, work in enumerate(works)))


def _again(work: Work, folder: Path) -> Trial:
    root = reference().before(work, folder / "project")
    ended = work.start(root, folder / "log", elsewhere).ended()
    return Trial.judged(work.step, ended.summary if ended.status else made_unlike(work, root))


def elsewhere() -> None:
    """Be in another time zone, with other rights for new files, after any random numbers were drawn."""
    import numpy as np
    import torch

    os.umask(0o077)
    os.environ["TZ"] = "Pacific/Kiritimati"
    time.tzset()
    random.seed()
    np.random.seed(os.getpid())
    torch.manual_seed(os.getpid())


def workflows(count: int, folder: Path, rng: Random) -> Fault:
    """Two runs of Snakemake in one folder: the second one is refused, or finds the work done."""
    return Fault.of("snakemake started twice at once", (_workflows(folder / str(n), rng) for n in range(count)))


def _workflows(folder: Path, rng: Random) -> Trial:
    folder.mkdir(parents=True)
    root = small_copy(folder / "project")
    target = next(work.out for work in reference().works if work.step == "judge")
    first = Workflow(root, [target], folder / "first")
    first.wait(rng.uniform(0, AT_WORK_S))
    second = Workflow(root, [target], folder / "second")
    both = [first.ended(), second.ended()]
    if not any(one.status == 0 for one in both):
        return Trial(False, f"neither came to its end: {both[0].summary}; {both[1].summary}", lost=True)
    if bad := [one for one in both if one.crashed or (one.status and "cannot be locked" not in one.said)]:
        return Trial(False, bad[0].summary)
    again = Workflow(root, [target, "--dry-run"], folder / "again").ended()
    done = again.status == 0 and "Nothing to be done" in again.said
    return Trial.judged("started once more", None if done else f"work is left: {again.summary}")
